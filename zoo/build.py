"""Makes the subject of an entry: from a source, its weights, a dataset and an engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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
    parts = _Parts(entry, options, answers, allowed)
    return Subject(
        entry=entry,
        source=_describe(entry),
        identity=parts.identity,
        parameters=Lazy(lambda: parts.trusted(answers.parameters)(entry)),
        totals=lambda shape: parts.trusted(answers.totals)(entry, shape),
        explanation=lambda: parts.trusted(answers.explanation)(entry),
        traits=lambda shape: parts.trusted(answers.traits)(entry, shape),
        weights=parts.weights,
        network=parts.network,
        stated=parts.stated,
        predictions=parts.predictions,
        checkpoint=parts.checkpoint,
        diagnose=diagnoser(parts.case()),
    )


class _Parts:
    """What the subject of an entry is made of; each is made once, when it is first asked for."""

    def __init__(
        self,
        entry: ModelEntry,
        options: Options,
        answers: Answers,
        allowed: Callable[[Claim], Tolerance],
    ) -> None:
        self._entry, self._options, self._allowed = entry, options, allowed
        store = options.access.store
        self.identity = Lazy(lambda: self.trusted(answers.identity)(entry))
        self.weights = Lazy(lambda: obtain(entry, options.access))
        self.checkpoint = Lazy(lambda: in_store(store)(self.weights()))
        self._other = Lazy(lambda: in_store(store, other=True)(self.weights()))
        self._skeleton = Lazy(lambda: skeleton(self._source(), entry.source))
        self.stated = Lazy(lambda: self._source().stated(entry, self._skeleton))
        self.network = Lazy(lambda: self._built(self.checkpoint))
        self.predictions = Predictor(
            entry, options, self.network, self.checkpoint, self._preprocessing, self._claims_on
        ).by_name()

    def trusted(self, answer: T) -> T:
        """Return what answers for the network, if its code may be run.

        Raises:
            ZooError: the index is not trusted, or names no source.
        """
        self._source()
        return answer

    def case(self) -> Case:
        """Return what is needed to say why an accuracy is missed."""
        options = self._options
        return Case(
            network=self.network,
            built=self._built,
            checkpoint=self.checkpoint,
            other=self._other,
            preprocessing=self._preprocessing,
            stated=self.stated,
            identity=self.identity,
            dataset=lambda name: open_dataset(dataset_path(options, name), name),
            predictions=self.predictions,
            allowed=self._allowed,
            device=options.device.name,
            progress=options.listener.progress,
            pictures=options.diagnosis,
            seed=options.budget.seed if options.budget else 0,
        )

    def _source(self) -> Source:
        return source_of(self._entry, trust_python=self._options.trust_python)

    def _built(self, opened: Callable[[], Checkpoint]) -> nn.Module:
        checkpoint = opened()  # before a network is built in vain
        source = self._source()
        return load(source.build(self._entry.source), checkpoint, source.convert)

    def _preprocessing(self) -> Preprocessing:
        self._source()
        return documented(self._entry, self.stated)

    def _claims_on(self, dataset: str) -> list[tuple[Claim, Tolerance]]:
        claims = [claim for claim in self._entry.claims if claim.dataset == dataset]
        return [(claim, self._allowed(claim)) for claim in claims]


def _describe(entry: ModelEntry) -> str:
    spec = entry.source
    if spec.kind not in SOURCES or not (package_version("torch") and package_version("timm")):
        return f"{spec.kind} {spec.reference}"
    return SOURCES[spec.kind].describe(spec)
