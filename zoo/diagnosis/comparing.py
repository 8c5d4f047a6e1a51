"""Tests of whether one way of scoring is better than another, exact and on the same pictures.

Only pictures that one way has right and the other wrong say anything: McNemar (1947), *Note on the
sampling error of the difference between correlated proportions*, Psychometrika 12. Where the two
are equally good, each such picture is as likely to fall to either side, so that the binomial
distribution gives the p-value exactly, for samples of any size. Where several are compared at once,
p-values are corrected as in Holm (1979), *A simple sequentially rejective multiple test procedure*,
Scandinavian Journal of Statistics 6: however the ways depend on each other, the chance of any false
alarm is at most the level.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

Hits = Sequence[bool]


def p_better(these: Hits, than: Hits) -> float:
    """Return how likely so large an advantage is at most, where these are not better."""
    won, lost = _apart(these, than)
    return _tail(won, won + lost)


def p_different(these: Hits, those: Hits) -> float:
    """Return how likely so large a difference is at most, where the two are equally good."""
    won, lost = _apart(these, those)
    return min(1.0, 2 * _tail(max(won, lost), won + lost))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, in the order given."""
    corrected = [1.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, (len(p_values) - rank) * p_values[place])
        corrected[place] = min(1.0, highest)
    return corrected


def _apart(these: Hits, those: Hits) -> tuple[int, int]:
    """Return how many pictures only these have right, and how many only those."""
    pairs = list(zip(these, those, strict=True))
    return sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)


def _tail(least: int, of: int) -> float:
    """Return the chance of at least so many heads among fair coins."""
    ways = comb(of, least)
    total = 0
    for heads in range(least, of + 1):
        total += ways
        ways = ways * (of - heads) // (heads + 1)
    share: float = total / 2**of
    return share
