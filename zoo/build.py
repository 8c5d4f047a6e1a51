"""Makes the subject of an entry: from a source, its weights, a dataset and an engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, TypeVar

from zoo.checkpoint.record import Checkpoint
from zoo.claims import Claim, Metric, ModelEntry
from zoo.datasets import open_dataset
from zoo.diagnosis import Case, diagnoser
from zoo.findings import EXACT, Tolerance
from zoo.machine import package_version
from zoo.options import Options
from zoo.predictor import Predictor, dataset_path
from zoo.sources import SOURCES, Source, source_of
from zoo.structure import Shape
from zoo.subject import Lazy, Preprocessing, Subject, documented
from zoo.survey.answers import Answers
from zoo.survey.worker import skeleton
from zoo.weights import load, obtain
from zoo.weights.convert import in_store

if TYPE_CHECKING:
    from torch import nn

T = TypeVar("T")


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

    def preprocessing() -> Preprocessing:
        source()
        return documented(entry, stated)

    predictions = Predictor(entry, options, network, checkpoint, preprocessing, claims_on).by_name()
    case = Case(
        network=network,
        built=built,
        checkpoint=checkpoint,
        other=Lazy(lambda: in_store(options.access.store, other=True)(weights())),
        preprocessing=preprocessing,
        stated=stated,
        identity=identity,
        dataset=lambda name: open_dataset(dataset_path(options, name), name),
        predictions=predictions,
        allowed=allowed,
        device=options.device.name,
        progress=options.listener.progress,
        pictures=options.diagnosis,
        seed=options.budget.seed if options.budget else 0,
    )
    return Subject(
        entry,
        _describe(entry),
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


def _describe(entry: ModelEntry) -> str:
    spec = entry.source
    if spec.kind not in SOURCES or not (package_version("torch") and package_version("timm")):
        return f"{spec.kind} {spec.reference}"
    return SOURCES[spec.kind].describe(spec)
