"""Makes the subject of an entry: from a source, its weights, a dataset and an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.claims import Metric, ModelEntry
from zoo.datasets import open_dataset
from zoo.engines import Predictions, local
from zoo.errors import Refused, Skipped, Unavailable, nearest
from zoo.findings import Tolerance
from zoo.machine import package_version
from zoo.sources import SOURCES, Source
from zoo.subject import Lazy, Preprocessing, Subject, documented
from zoo.weights import Access, load, obtain
from zoo.weights.convert import in_store

if TYPE_CHECKING:
    from torch import nn

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
    """

    access: Access
    device: local.Device = field(default_factory=local.Device)
    datasets: Mapping[str, Path] = field(default_factory=dict)
    trust_python: bool = False
    tolerances: Mapping[Metric, Tolerance] = field(default_factory=dict)
    listener: Listener = field(default_factory=Listener)


def subject_of(entry: ModelEntry, options: Options) -> Subject:
    """Return what can be built and obtained for an entry; nothing is until it is asked for."""

    def source() -> Source:
        return source_of(entry, trust_python=options.trust_python)

    identity = Lazy(lambda: source().identify(entry))
    skeleton = Lazy(lambda: _skeleton(source(), entry))
    weights = Lazy(lambda: obtain(entry, options.access))
    stated = Lazy(lambda: source().stated(entry, skeleton()))

    checkpoint = Lazy(lambda: in_store(options.access.cache)(weights()))

    def loaded() -> nn.Module:
        checkpoint()  # before a network is built in vain
        build, convert = source().build, source().convert
        return load(build(entry.source), weights(), convert, lambda _: checkpoint())

    network = Lazy(loaded)
    predictions = _predictor(network, lambda: documented(entry, stated), options)
    described = _describe(entry)
    return Subject(
        entry, described, identity, skeleton, weights, network, stated, predictions, checkpoint
    )


def source_of(entry: ModelEntry, *, trust_python: bool) -> Source:
    """Return the source that builds an entry's network.

    Raises:
        Unavailable: there is no such source.
        Refused: it runs code that the index names, and the index is not trusted.
    """
    spec = entry.source
    if spec.kind not in SOURCES:
        hint = nearest(spec.kind, SOURCES) or f"sources are {', '.join(SOURCES)}"
        raise Unavailable(f"{spec.location}: there is no source '{spec.kind}'", hint)
    source = SOURCES[spec.kind]
    if source.runs_named_code and not trust_python:
        raise Refused(
            f"{spec.location}: building this model runs the code {spec.reference}",
            "if you trust this index, say --trust-python",
        )
    return source


def _skeleton(source: Source, entry: ModelEntry) -> nn.Module:
    import torch

    with torch.device("meta"):
        return source.build(entry.source).eval()


def _predictor(
    network: Callable[[], nn.Module],
    preprocessing: Callable[[], Preprocessing],
    options: Options,
) -> Callable[[str], Predictions]:
    """Return a function from a dataset's name to the predictions for it, made once each."""
    made: dict[Path, Lazy[Predictions]] = {}

    def predictions(name: str) -> Predictions:
        path = options.datasets.get(name) or options.datasets.get(EVERY_DATASET)
        if path is None:
            raise Skipped(f"no dataset was given for {name}", f"--dataset '{name}=PATH'")

        def make() -> Predictions:
            def progress(done: int, total: int) -> None:
                options.listener.progress("pictures", done, total)

            dataset = open_dataset(path)
            return local.predict(network(), dataset, preprocessing(), options.device, progress)

        return made.setdefault(path, Lazy(make))()

    return predictions


def _describe(entry: ModelEntry) -> str:
    spec = entry.source
    if spec.kind not in SOURCES or not (package_version("torch") and package_version("timm")):
        return f"{spec.kind} {spec.reference}"
    return SOURCES[spec.kind].describe(spec)
