"""Tells whether a key is a slip for another: a letter or two, a plural, or only its spaces."""

from __future__ import annotations

_SHORT, _LONG = 5, 9  # characters from which one, or two, may be wrong


def near(written: str, meant: str, most: int = 2) -> bool:
    """Return whether a folded key is probably a slip for another.

    Args:
        written: the key that stands there.
        meant: the key that may be meant.
        most: how many letters may be wrong in a long key.
    """
    written, meant = _squashed(written), _squashed(meant)
    if written == meant:
        return True
    shorter = min(len(written), len(meant))
    if _digits(written) != _digits(meant) or shorter < _SHORT - 1:
        return False
    if written in {f"{meant}s", meant.removesuffix("s")}:
        return True
    allowed = min(most, 0 if shorter < _SHORT else 1 if shorter < _LONG else 2)
    if written[:1] != meant[:1] or abs(len(written) - len(meant)) > allowed:
        return False
    return _distance(written, meant) <= allowed


def _squashed(key: str) -> str:
    return "".join(filter(str.isalnum, key))


def _digits(key: str) -> str:
    return "".join(filter(str.isdigit, key))


def _distance(one: str, other: str) -> int:
    """Return how many letters were left out, put in, changed, or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
