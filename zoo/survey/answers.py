"""Answers what the validators ask of a model's structure, for all selected models at once.

The first question makes the survey of every model that was selected, with all that the selected
validators will ask, in as many processes as there are cores; every other finds its answer there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from zoo.claims import Metric, ModelEntry
from zoo.conventions import Explanation, square
from zoo.errors import ZooError
from zoo.sources import source_of
from zoo.structure import Shape
from zoo.subject import Identity, Lazy
from zoo.survey import Report, Request, Survey, Totals, Trouble, Wanted
from zoo.survey.explain import explain, shapes
from zoo.traits import Traits

T = TypeVar("T")
_SEEN = frozenset({Metric.ARCHITECTURE, Metric.LAYERS, Metric.DROPOUT})


class Answers:
    """What is known of the selected models without their weights.

    Args:
        entries: the models that were selected.
        metrics: those that will be measured.
        cache: folder in which facts are kept.
        trust_python: run the code that the index names; models that need it are left out if not.
        report: told how many architectures are counted, and of how many.
    """

    def __init__(
        self,
        entries: Sequence[ModelEntry],
        metrics: Collection[Metric],
        cache: Path,
        *,
        trust_python: bool,
        report: Report,
    ) -> None:
        self._survey = Survey(cache, report)
        known = [entry for entry in entries if _may_be_built(entry, trust_python=trust_python)]
        self._found = Lazy(lambda: self._survey.find(_request(entry, metrics) for entry in known))
        self._explained = Lazy(lambda: explain(known, self._survey))

    def identity(self, entry: ModelEntry) -> Identity:
        """Return what the source makes of a name; nothing is built for it.

        Raises:
            Unavailable: the source cannot say.
        """
        return _had(entry, self._survey.identity(entry))

    def parameters(self, entry: ModelEntry) -> int:
        """Return the elements of all parameters, trainable and frozen, each once.

        Raises:
            Unavailable: the network cannot be built.
        """
        self._found()
        return _had(entry, self._survey.facts(entry).parameters)

    def totals(self, entry: ModelEntry, shape: Shape) -> Totals:
        """Return the count by each rule of one pass.

        Raises:
            Unavailable: the network cannot be built, or does not run at that shape.
        """
        self._found()
        return _had(entry, self._survey.facts(entry, Wanted(counted=(shape,))).totals[shape])

    def traits(self, entry: ModelEntry, shape: Shape) -> Traits:
        """Return what is to be seen of the structure in one pass.

        Raises:
            Unavailable: the network cannot be built, or does not run at that shape.
        """
        self._found()
        return _had(entry, self._survey.facts(entry, Wanted(looked_at=(shape,))).traits[shape])

    def explanation(self, entry: ModelEntry) -> Explanation | None:
        """Return the convention that comes nearest to the claimed FLOPs, or None."""
        self._found()
        return self._explained().get(entry.name)


def _request(entry: ModelEntry, metrics: Collection[Metric]) -> Request:
    claimed = {claim.metric for claim in entry.claims} & set(metrics)
    size = entry.value(Metric.IMAGE_SIZE)
    shown = (square(int(size)),) if isinstance(size, Decimal) else ()
    return Request(
        entry,
        Wanted(
            counted=shapes(entry) if Metric.FLOPS in claimed else (),
            looked_at=shown if claimed & _SEEN else (),
        ),
    )


def _may_be_built(entry: ModelEntry, *, trust_python: bool) -> bool:
    try:
        source_of(entry, trust_python=trust_python)
    except ZooError:
        return False
    return True


def _had(entry: ModelEntry, found: T | Trouble) -> T:
    if isinstance(found, Trouble):
        raise found.error(entry.source.location)
    return found
