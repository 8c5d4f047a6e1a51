"""Compares two predictions of the same pictures: on which ones do they not agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zoo.errors import UsageError
from zoo.predictions import Prediction

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Flips:
    """Pictures of which two networks, machines or settings say something else.

    Attributes:
        best: the names of those whose best class is another one.
        five: how many have other classes among the best five, or these in another order.
        margin: the largest margin that either had where the best class is another one; a large one
            is no matter of the last digits.
    """

    best: tuple[str, ...]
    five: int
    margin: float


def flips(some: Sequence[Prediction], others: Sequence[Prediction]) -> Flips:
    """Return where predictions of the same pictures differ, whatever their order.

    Raises:
        UsageError: they are not of the same pictures.
    """
    known = {item.id: item for item in others}
    strange = [item.id for item in some if item.id not in known]
    strange += sorted(known.keys() - {item.id for item in some})
    if strange:
        names = ", ".join(strange[:SHOWN])
        raise UsageError(f"{len(strange):,} pictures are only in one of the two, such as {names}")
    changed = [item.id for item in some if item.sha256 != known[item.id].sha256]
    if changed:
        names = ", ".join(changed[:SHOWN])
        raise UsageError(f"the files of {len(changed):,} pictures are others, such as {names}")
    pairs = [(item, known[item.id]) for item in some]
    best = [(a, b) for a, b in pairs if a.top[:1] != b.top[:1]]
    return Flips(
        tuple(a.id for a, _ in best),
        sum(a.top != b.top for a, b in pairs),
        max((max(a.margin, b.margin) for a, b in best), default=0.0),
    )
