"""Axes: where a value lies between two ends, and at which values the lines and words go."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PREFIXES = ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k"))
_STEPS = (1, 2, 2.5, 5, 10)
_APART = 24  # pixels between two ticks whose words can be read


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale between two places of a picture.

    Attributes:
        low: the value at ``start``; ``high`` is that at ``end``, both in pixels.
        ticks: values that get a line, with their words.
        logarithmic: whether equal steps are equal factors.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies, in pixels; one beyond an end lies on that end."""
        within = min(max(value, self.low), self.high)
        low, high, at = (
            (math.log(self.low), math.log(self.high), math.log(within))
            if self.logarithmic
            else (self.low, self.high, within)
        )
        return self.start + (at - low) / (high - low) * (self.end - self.start)


def counts(values: Iterable[float], start: float, end: float) -> Axis:
    """Return a logarithmic axis for positive counts, with words such as ``500 M``."""
    known = list(values)
    low, high = min(known) / 1.15, max(known) * 1.15
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = math.log10(high) - math.log10(low)
    steps = (
        (1,) if decades > 3 else (1, 2, 5) if decades > 0.7 else (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)
    )
    every = max(1, round(decades / 6))
    ticks = [
        step * 10.0**power
        for power in range(first, last + 1)
        for step in steps
        if power % every == 0
    ]
    within = [(tick, short(tick)) for tick in ticks if low <= tick <= high]
    return Axis(low, high, start, end, tuple(within or [(known[0], short(known[0]))]), True)


def linear(values: Iterable[float], start: float, end: float, *, most: float = math.inf) -> Axis:
    """Return an axis of equal steps that reaches a little beyond the values, up to ``most``."""
    known = list(values)
    low, high = min(known), max(known)
    if high - low < 1e-6 * max(abs(high), 1):
        low, high = low - max(abs(low) * 0.1, 1), high + max(abs(high) * 0.1, 1)
    span = high - low
    step = _step(span / 5)
    low, high = low - span * 0.06, min(high + span * 0.06, max(most, high))
    first, last = math.ceil(low / step), math.floor(high / step)
    ticks = [(index * step, f"{index * step:g}") for index in range(first, last + 1)]
    return Axis(low, high, start, end, tuple(ticks))


def around_zero(values: Iterable[float], start: float, end: float) -> Axis:
    """Return an axis of equal steps on which zero lies too."""
    return linear([0.0, *values], start, end)


def ratios(values: Iterable[float], start: float, end: float) -> Axis:
    """Return a logarithmic axis around 1, with words such as ``×0.8``, that are not crowded.

    It leaves out the few that are far off, where they would press all others onto one line.
    """
    known = [1.0, *values]
    usual = [value for value in known if 0.5 <= value <= 2]
    shown = usual if len(usual) >= 0.9 * len(known) else known
    low, high = min(shown) / 1.05, max(shown) * 1.05
    bare = Axis(low, high, start, end, (), True)
    far_above = (10.0**k * n for k in range(300) for n in (2, 5, 10))
    far_below = (10.0**-k * n for k in range(1, 300) for n in (5, 2, 1))
    above = [1.01, 1.02, 1.05, 1.1, 1.2, 1.5, *far_above]
    below = [0.99, 0.98, 0.95, 0.9, 0.8, 0.7, *far_below]
    ticks = [1.0, *_spaced(bare, above), *_spaced(bare, below)]
    return Axis(low, high, start, end, tuple((tick, f"×{_factor(tick)}") for tick in ticks), True)


def short(value: float) -> str:
    """Return a count in few characters: ``4.1 G``."""
    size, prefix = next((item for item in _PREFIXES if value >= item[0]), (1, ""))
    return f"{value / size:.3g}{prefix}"


def _factor(value: float) -> str:
    return f"{value:,.0f}" if 10 <= value < 1e6 else f"{value:.4g}"


def _step(least: float) -> float:
    size = 10.0 ** math.floor(math.log10(least))
    return next(size * step for step in _STEPS if size * step >= least * 0.999)


def _spaced(axis: Axis, candidates: Sequence[float]) -> list[float]:
    """Return those candidates on the axis that lie apart from 1 and from each other."""
    taken = [1.0]
    for value in candidates:
        clear = abs(axis.place(value) - axis.place(taken[-1])) >= _APART
        if axis.low <= value <= axis.high and clear:
            taken.append(value)
    return taken[1:]
