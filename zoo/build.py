"""Makes the subject of an entry: from a source, its weights, a dataset and an engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from zoo.checkpoint.record import Checkpoint
from zoo.claims import Claim, Metric, ModelEntry
from zoo.datasets import open_dataset
from zoo.diagnosis import Case, diagnoser
from zoo.findings import Tolerance
from zoo.machine import package_version
from zoo.options import Options
from zoo.predictor import Predictor, dataset_path
from zoo.sources import SOURCES, Source, source_of
from zoo.subject import Lazy, Preprocessing, Stated, Subject, documented
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


def subject_of(
    entry: ModelEntry,
    options: Options,
    answers: Answers,
    allowed: Callable[[Claim], Tolerance],
) -> Subject:
    """Return what can be built and obtained for an entry; nothing is until it is asked for.

    Args:
        answers: of all models that are verified together.
        allowed: by how much a claim may be missed, which says when enough pictures were drawn.
    """
    recipe = _Recipe(entry, options, allowed)
    parts = _Parts(recipe, answers)
    return Subject(
        entry=entry,
        source=_describe(entry),
        identity=parts.identity,
        parameters=Lazy(lambda: recipe.trusted(answers.parameters)(entry)),
        totals=lambda shape: recipe.trusted(answers.totals)(entry, shape),
        explanation=lambda: recipe.trusted(answers.explanation)(entry),
        traits=lambda shape: recipe.trusted(answers.traits)(entry, shape),
        weights=parts.weights,
        network=parts.network,
        stated=parts.stated,
        predictions=parts.predictions,
        checkpoint=parts.checkpoint,
        diagnose=diagnoser(parts.case()),
    )


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How the parts of an entry's subject are made; it keeps none of them."""

    entry: ModelEntry
    options: Options
    allowed: Callable[[Claim], Tolerance]

    def trusted(self, answer: T) -> T:
        """Return what answers for the network, if its code may be run.

        Raises:
            ZooError: the index is not trusted, or names no source.
        """
        self.source()
        return answer

    def source(self) -> Source:
        return source_of(self.entry, trust_python=self.options.trust_python)

    def built(self, opened: Callable[[], Checkpoint]) -> nn.Module:
        checkpoint = opened()  # before a network is built in vain
        source = self.source()
        return load(source.build(self.entry.source), checkpoint, source.convert)

    def preprocessing(self, stated: Callable[[], Stated]) -> Preprocessing:
        self.source()
        return documented(self.entry, stated)

    def claims_on(self, dataset: str) -> list[tuple[Claim, Tolerance]]:
        claims = [claim for claim in self.entry.claims if claim.dataset == dataset]
        return [(claim, self.allowed(claim)) for claim in claims]


class _Parts:
    """What the subject of an entry is made of; each is made once, when it is first asked for.

    A part knows only those that it is made of, never what holds it: a network of a gigabyte goes
    with its subject, and does not wait for the collector of circular garbage.
    """

    def __init__(self, recipe: _Recipe, answers: Answers) -> None:
        entry, options = recipe.entry, recipe.options
        store = options.access.store
        weights = Lazy(lambda: obtain(entry, options.access))
        checkpoint = Lazy(lambda: in_store(store)(weights()))
        bones = Lazy(lambda: skeleton(recipe.source(), entry.source))
        stated = Lazy(lambda: recipe.source().stated(entry, bones))
        self.identity = Lazy(lambda: recipe.trusted(answers.identity)(entry))
        self.weights, self.checkpoint, self.stated = weights, checkpoint, stated
        self.network = Lazy(lambda: recipe.built(checkpoint))
        self._other = Lazy(lambda: in_store(store, other=True)(weights()))
        self._preprocessing = lambda: recipe.preprocessing(stated)
        self.predictions = Predictor(
            entry, options, self.network, checkpoint, self._preprocessing, recipe.claims_on
        ).by_name()
        self._recipe = recipe

    def case(self) -> Case:
        """Return what is needed to say why an accuracy is missed."""
        options = self._recipe.options
        return Case(
            network=self.network,
            built=self._recipe.built,
            checkpoint=self.checkpoint,
            other=self._other,
            preprocessing=self._preprocessing,
            stated=self.stated,
            identity=self.identity,
            dataset=lambda name: open_dataset(dataset_path(options, name), name),
            predictions=self.predictions,
            allowed=self._recipe.allowed,
            device=options.device.name,
            progress=options.listener.progress,
            pictures=options.diagnosis,
            seed=options.budget.seed if options.budget else 0,
        )


def _describe(entry: ModelEntry) -> str:
    spec = entry.source
    if spec.kind not in SOURCES or not (package_version("torch") and package_version("timm")):
        return f"{spec.kind} {spec.reference}"
    return SOURCES[spec.kind].describe(spec)
