"""Predicts the pictures of the dataset that a model's claim is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoo import inference, scoring
from zoo.checkpoint.record import Checkpoint
from zoo.claims import Claim, ModelEntry
from zoo.datasets import open_dataset
from zoo.engines import ENGINES, Work
from zoo.errors import Skipped
from zoo.findings import Tolerance
from zoo.job import Drawn, Job, identity_of, versions_of
from zoo.options import EVERY_DATASET, Options
from zoo.pictures import Dataset
from zoo.predictions import Enough, Predictions, never
from zoo.predictions.ledger import Ledger, Nowhere
from zoo.sampling.predicting import predict_some
from zoo.subject import Lazy, Preprocessing

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class Predictor:
    """What predicts for one model.

    Attributes:
        network: built and with its weights; only where it is run in this process.
        claims_on: the claims on the dataset of a name, each with its tolerance.
    """

    entry: ModelEntry
    options: Options
    network: Callable[[], nn.Module]
    checkpoint: Callable[[], Checkpoint]
    preprocessing: Callable[[], Preprocessing]
    claims_on: Callable[[str], Sequence[tuple[Claim, Tolerance]]]

    def by_name(self) -> Callable[[str], Predictions]:
        """Return a function from a dataset's name to the predictions for it, made once each.

        The name decides which classes are scored and which labels are right; with a budget, how
        many pictures are drawn depends on the claims on it.
        """
        made: dict[tuple[Path, str], Lazy[Predictions]] = {}

        def predictions(name: str) -> Predictions:
            path = dataset_path(self.options, name)
            return made.setdefault((path, name), Lazy(lambda: self._predict(path, name)))()

        return predictions

    def _predict(self, path: Path, name: str) -> Predictions:
        budget = self.options.budget

        def predict(dataset: Dataset, enough: Enough = never) -> Predictions:
            drawn = None if budget is None else Drawn(budget.pictures, budget.seed)
            work = self._work(dataset, self._job(dataset, path, name, drawn))
            items = scoring.predict(work, ENGINES[self.options.engine], self._ledger(work), enough)
            whole = dataset.whole if len(items) == len(dataset.pictures) else ""
            device = work.job.device
            method, rounded = inference.method(device), device.precision in inference.ROUNDED
            return Predictions(items, dataset.layout, whole, method, rounded=rounded)

        dataset = open_dataset(path, name)
        if budget is None:
            return predict(dataset)
        return predict_some(dataset, budget, self.claims_on(name), predict)

    def _job(self, dataset: Dataset, path: Path, name: str, drawn: Drawn | None) -> Job:
        import torch

        how, checkpoint, crops = self.preprocessing(), self.checkpoint(), self.options.crops
        return Job(
            source=self.entry.source,
            checkpoint=str(checkpoint.path.resolve()),
            weights=checkpoint.record.source,
            preprocessing=how,
            device=self.options.device,
            dataset=str(path.resolve()),
            name=name,
            drawn=drawn,
            identity=identity_of(dataset.pictures),
            threads=torch.get_num_threads(),
            versions=versions_of(self.entry.source),
            crops=crops and replace(crops, folder=crops.folder.resolve()),
        )

    def _work(self, dataset: Dataset, job: Job) -> Work:
        listener, total = self.options.listener, len(dataset.pictures)
        done = [0]

        def tick(pictures: int) -> None:
            done[0] += pictures
            listener.progress("pictures", done[0], total)

        pictures, scored = dataset.pictures, dataset.classes
        devices = self.options.devices
        return Work(job, devices, self.network, pictures, scored, tick, listener.say)

    def _ledger(self, work: Work) -> Ledger | Nowhere:
        if self.options.predictions is None:
            return Nowhere()
        return scoring.ledger_of(self.options.predictions, self.entry.name, work.job)


def dataset_path(options: Options, name: str) -> Path:
    """Return where the dataset of a name in the claims lies.

    Raises:
        Skipped: none was given.
    """
    path = options.datasets.get(name) or options.datasets.get(EVERY_DATASET)
    if path is None:
        raise Skipped(f"no dataset was given for {name}", f"--dataset '{name}=PATH'")
    return path
