"""Names the suspect that restores a claim, or says that none does: false reasons cost most.

A suspect is named only if all of this holds on the same drawn pictures:

1. As documented, the network falls short: the 95 % interval of Wilson lies below the claim and its
   tolerance. A number above its claim is not explained: whatever spoils a network would do that.
2. The suspect's own 95 % interval holds the claim.
3. The suspect is better than the documented conditions, by McNemar's exact test on the pictures
   which only one of them has right. All suspects that were looked at are corrected for (Holm), so
   that where none is truly better, the chance that any is named is at most ``ALPHA_EACH``: half a
   percent for each accuracy of a model, one percent for both together.

A network in training mode takes mean and deviation of each layer from the pictures at hand, and so
undoes whatever wrong mean, std or range its input has. It restores those claims too, and is named
only where nothing else does.

A suspect that comes so near to the claim is told apart from the nearest one only where a test of
the two on the same pictures shows that it is farther away. Those that are left are all named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from zoo.diagnosis.comparing import Hits, holm, p_better, p_different
from zoo.findings import Interval
from zoo.sampling.wilson import wilson

ALPHA = 0.01
ALPHA_EACH = ALPHA / 2


@dataclass(frozen=True, slots=True)
class Target:
    """What a network should reach: the claimed share in percent, and how far it may be off."""

    claimed: Decimal
    allowed: Decimal

    def above(self, interval: Interval) -> bool:
        """Return whether all of an interval falls short of it."""
        return interval[1] < self.claimed - self.allowed

    def within(self, interval: Interval) -> bool:
        """Return whether an interval holds it."""
        low, high = interval
        return low <= self.claimed + self.allowed and self.claimed - self.allowed <= high


@dataclass(frozen=True, slots=True)
class Look:
    """A suspect that was looked at: which pictures it has right.

    Attributes:
        adapts: it makes up for other mistakes than its own, and is named where nothing else is.
    """

    id: str
    words: str
    instead: str
    hits: tuple[bool, ...]
    adapts: bool = False

    @property
    def correct(self) -> int:
        """How many pictures are right."""
        return sum(self.hits)

    @property
    def interval(self) -> Interval:
        """In which the share of all pictures lies, in percent."""
        return wilson(self.correct, len(self.hits))


@dataclass(frozen=True, slots=True)
class Named:
    """A suspect that restores the claim; ``p`` is that of being better, corrected."""

    look: Look
    p: float


def restoring(target: Target, documented: Hits, looks: Sequence[Look]) -> list[Named]:
    """Return the suspects that restore a claim, the nearest first; none where none does."""
    if not target.above(wilson(sum(documented), len(documented))):
        return []
    corrected = holm([p_better(look.hits, documented) for look in looks])
    found = [
        Named(look, p)
        for look, p in zip(looks, corrected, strict=True)
        if p <= ALPHA_EACH and target.within(look.interval)
    ]
    plain = [each for each in found if not each.look.adapts] or found
    return _not_beaten(target, sorted(plain, key=lambda each: _distance(each.look, target)))


def _not_beaten(target: Target, found: list[Named]) -> list[Named]:
    """Leave out what is shown to be farther from the claim than the nearest, on its own side."""
    if not found:
        return []
    nearest, *others = found
    corrected = holm([p_different(each.look.hits, nearest.look.hits) for each in others])
    left = [
        each
        for each, p in zip(others, corrected, strict=True)
        if p > ALPHA_EACH or not _same_side(each.look, nearest.look, target)
    ]
    return [nearest, *left]


def _same_side(one: Look, other: Look, target: Target) -> bool:
    return (_share(one) < target.claimed) == (_share(other) < target.claimed)


def _distance(look: Look, target: Target) -> Decimal:
    return abs(_share(look) - target.claimed)


def _share(look: Look) -> Decimal:
    return Decimal(100) * look.correct / len(look.hits)
