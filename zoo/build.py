"""Makes the subject of an entry: from a source, its weights, a dataset and an engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from zoo import engines
from zoo.checkpoint.record import Checkpoint
from zoo.claims import Claim, Metric, ModelEntry
from zoo.datasets import open_dataset
from zoo.diagnosis import PICTURES, Case, diagnoser
from zoo.errors import Skipped
from zoo.findings import EXACT, Tolerance
from zoo.inference import Device
from zoo.machine import package_version
from zoo.pictures import Dataset
from zoo.predictions import Enough, Predictions, never
from zoo.sampling.predicting import Budget, predict_some
from zoo.sources import SOURCES, Source, source_of
from zoo.structure import Shape
from zoo.subject import Lazy, Preprocessing, Subject, documented
from zoo.survey.answers import Answers
from zoo.survey.worker import skeleton
from zoo.weights import Access, load, obtain
from zoo.weights.convert import in_store

if TYPE_CHECKING:
    from torch import nn

T = TypeVar("T")

EVERY_DATASET = ""


class Listener:
    """Told what is going on; this one is not interested."""

    def model(self, name: str) -> None:
        """A model is begun."""

    def step(self, rule: str) -> None:
        """A validator begins to measure it."""

    def progress(self, what: str, done: int, total: int | None) -> None:
        """So much of something (bytes of a file, pictures) is done."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to verify.

    Attributes:
        access: how weights may be obtained.
        datasets: paths by the dataset's name in the claims; the empty name stands for every other.
        trust_python: run the code that the index names.
        tolerances: the user's own policy, by metric.
        budget: how many pictures may be predicted; all, if None.
        diagnosis: how many pictures to draw to say why an accuracy falls short; none, if 0.
    """

    access: Access
    device: Device = field(default_factory=Device)
    datasets: Mapping[str, Path] = field(default_factory=dict)
    trust_python: bool = False
    tolerances: Mapping[Metric, Tolerance] = field(default_factory=dict)
    listener: Listener = field(default_factory=Listener)
    budget: Budget | None = None
    diagnosis: int = PICTURES


def answers_of(
    entries: Sequence[ModelEntry], metrics: Collection[Metric], options: Options
) -> Answers:
    """Return what answers for the structure of models that are verified together.

    Args:
        metrics: those that will be measured.
    """

    def report(done: int, total: int) -> None:
        options.listener.progress("architectures", done, total)

    folder = options.access.cache
    return Answers(entries, metrics, folder, trust_python=options.trust_python, report=report)


def exactly(claim: Claim) -> Tolerance:
    """Allow no deviation from a claim."""
    return EXACT


def subject_of(
    entry: ModelEntry,
    options: Options,
    answers: Answers,
    allowed: Callable[[Claim], Tolerance] = exactly,
) -> Subject:
    """Return what can be built and obtained for an entry; nothing is until it is asked for.

    Args:
        answers: of all models that are verified together.
        allowed: by how much a claim may be missed, which says when enough pictures were drawn.
    """

    def source() -> Source:
        return source_of(entry, trust_python=options.trust_python)

    def asked(answer: Callable[[ModelEntry], T]) -> Callable[[], T]:
        def ask() -> T:
            source()  # raises where the index is not trusted, or names no source
            return answer(entry)

        return ask

    def at(answer: Callable[[ModelEntry, Shape], T]) -> Callable[[Shape], T]:
        def ask(shape: Shape) -> T:
            source()
            return answer(entry, shape)

        return ask

    identity = Lazy(asked(answers.identity))
    network_without = Lazy(lambda: skeleton(source(), entry.source))
    weights = Lazy(lambda: obtain(entry, options.access))
    stated = Lazy(lambda: source().stated(entry, network_without))

    checkpoint = Lazy(lambda: in_store(options.access.store)(weights()))

    def built(opened: Callable[[], Checkpoint]) -> nn.Module:
        opened()  # before a network is built in vain
        build, convert = source().build, source().convert
        return load(build(entry.source), weights(), convert, lambda _: opened())

    network = Lazy(lambda: built(checkpoint))

    def claims_on(dataset: str) -> list[tuple[Claim, Tolerance]]:
        return [(claim, allowed(claim)) for claim in entry.claims if claim.dataset == dataset]

    predictions = _predictor(network, lambda: documented(entry, stated), options, claims_on)
    case = Case(
        network=network,
        built=built,
        checkpoint=checkpoint,
        other=Lazy(lambda: in_store(options.access.store, other=True)(weights())),
        preprocessing=lambda: documented(entry, stated),
        stated=stated,
        identity=identity,
        dataset=lambda name: open_dataset(_dataset(name, options), name),
        predictions=predictions,
        allowed=allowed,
        device=options.device.name,
        progress=options.listener.progress,
        pictures=options.diagnosis,
        seed=options.budget.seed if options.budget else 0,
    )
    described = _describe(entry)
    return Subject(
        entry,
        described,
        identity,
        Lazy(asked(answers.parameters)),
        at(answers.totals),
        asked(answers.explanation),
        at(answers.traits),
        weights,
        network,
        stated,
        predictions,
        checkpoint,
        diagnoser(case),
    )


def _predictor(
    network: Callable[[], nn.Module],
    preprocessing: Callable[[], Preprocessing],
    options: Options,
    claims_on: Callable[[str], Sequence[tuple[Claim, Tolerance]]],
) -> Callable[[str], Predictions]:
    """Return a function from a dataset's name to the predictions for it, made once each.

    The name decides which classes are scored and which labels are right; with a budget, how many
    pictures are drawn depends on the claims on it.
    """
    made: dict[tuple[Path, str], Lazy[Predictions]] = {}

    def predictions(name: str) -> Predictions:
        path = _dataset(name, options)

        def make() -> Predictions:
            def progress(done: int, total: int) -> None:
                options.listener.progress("pictures", done, total)

            def predict(dataset: Dataset, enough: Enough = never) -> Predictions:
                how = preprocessing()
                return engines.predict(network(), dataset, how, options.device, progress, enough)

            dataset = open_dataset(path, name)
            if options.budget is None:
                return predict(dataset)
            return predict_some(dataset, options.budget, claims_on(name), predict)

        return made.setdefault((path, name), Lazy(make))()

    return predictions


def _dataset(name: str, options: Options) -> Path:
    path = options.datasets.get(name) or options.datasets.get(EVERY_DATASET)
    if path is None:
        raise Skipped(f"no dataset was given for {name}", f"--dataset '{name}=PATH'")
    return path


def _describe(entry: ModelEntry) -> str:
    spec = entry.source
    if spec.kind not in SOURCES or not (package_version("torch") and package_version("timm")):
        return f"{spec.kind} {spec.reference}"
    return SOURCES[spec.kind].describe(spec)
