"""Between which totals the number of correct pictures lies, given some that were drawn.

A confidence sequence for sampling without replacement, by the prior-posterior ratio of
Waudby-Smith & Ramdas (2020), *Confidence sequences for sampling without replacement*, NeurIPS 33,
section 2. Of N pictures an unknown number K is predicted correctly. After n draws with s correct,
``R(K) = prior(K) / posterior(K)`` is, for the true K, a martingale that begins at 1. By Ville's
inequality the chance that it ever reaches 1/α is at most α. So the totals with ``R < 1/α`` hold the
true one at all times together with a probability of 1 − α: it may be looked at whenever one likes,
stopped for any reason, and what one look has excluded stays excluded.

The prior is uniform, a beta-binomial with a = b = 1: any prior is valid, and one that depends on
the claim would make the interval depend on it too. Then

    R(K) = [s! (n − s)! / (n + 1)!] / [K!/(K − s)! · (N − K)!/(N − K − n + s)! · (N − n)!/N!]

The second factor, the likelihood, is log-concave in K with its maximum at ⌊s (N + 1) / n⌋, where R
is at most 1. So the totals are an interval that is never empty, and bisection finds its ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from math import inf, lgamma, log

METHOD = (
    "confidence sequence without replacement, prior-posterior ratio, uniform prior"
    " (Waudby-Smith & Ramdas 2020, section 2)"
)
# The logarithms are exact to about 1e-9; what is nearer to the limit than this stays inside.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of the number of correct pictures among all.

    Attributes:
        population: how many pictures there are.
        alpha: how likely it is at most that the true number was ever excluded.
        low: the least number that was not excluded; ``high`` the largest.
    """

    population: int
    alpha: float
    low: int
    high: int

    def look(self, drawn: int, correct: int) -> Bounds:
        """Return what is known after so many were drawn, of which so many are correct.

        Where nothing is left, this look or an earlier one has missed, which happens with a
        probability of at most alpha; then this one counts alone.
        """
        low, high = _ends(self, drawn, correct)
        if low > high:
            low, high = _ends(replace(self, low=0, high=self.population), drawn, correct)
        return replace(self, low=low, high=high)

    @property
    def in_percent(self) -> tuple[Decimal, Decimal]:
        """Both ends as shares of all pictures."""
        return in_percent(self.low, self.population), in_percent(self.high, self.population)


def nothing_known(population: int, alpha: float) -> Bounds:
    """Return the bounds before any picture is drawn."""
    return Bounds(population, alpha, 0, population)


def bounds_after(hits: Iterable[bool], population: int, alpha: float) -> Bounds:
    """Return the bounds after pictures were drawn, looked at on the way and after the last.

    Args:
        hits: whether each is predicted correctly, in the order of drawing.
    """
    bounds, look, drawn, correct = nothing_known(population, alpha), 1, 0, 0
    for drawn, correct in enumerate(accumulate(hits), start=1):
        if drawn == look:
            bounds, look = bounds.look(drawn, correct), next_look(drawn)
    return bounds.look(drawn, correct) if drawn else bounds


def next_look(drawn: int) -> int:
    """Return after how many pictures to look again: one more, or 2 % of what was drawn.

    The looks are fixed, so that nothing depends on the size of an engine's batches.
    """
    return drawn + max(1, drawn // 50)


def log_ratio(total: int, population: int, drawn: int, correct: int) -> float:
    """Return the logarithm of the prior-posterior ratio of a total; infinite if it cannot be."""
    wrong = drawn - correct
    if not correct <= total <= population - wrong:
        return inf
    mixture = _log_factorial(correct) + _log_factorial(wrong) - _log_factorial(drawn + 1)
    right = _log_factorial(total) - _log_factorial(total - correct)
    others = population - total
    likelihood = right + _log_factorial(others) - _log_factorial(others - wrong)
    return mixture - likelihood + _log_factorial(population) - _log_factorial(population - drawn)


def in_percent(count: int, of: int) -> Decimal:
    """Return a share in percent, to four decimals."""
    return round(Decimal(100) * count / of, 4).normalize() + 0


def _ends(known: Bounds, drawn: int, correct: int) -> tuple[int, int]:
    """Return the ends of what a look leaves of what is known; low above high if that is nothing."""
    population, limit = known.population, ROUNDING - log(known.alpha)

    def inside(total: int) -> bool:
        return log_ratio(total, population, drawn, correct) < limit

    least, most = correct, population - (drawn - correct)
    likeliest = min(max(correct * (population + 1) // drawn, least), most)
    low, high = max(known.low, least), min(known.high, most)
    if low < likeliest:
        low = _farthest(likeliest, low, inside)
    if high > likeliest:
        high = _farthest(likeliest, high, inside)
    return low, high


def _farthest(inner: int, outer: int, inside: Callable[[int], bool]) -> int:
    """Return the last number from inner, which is inside, towards outer that is inside too."""
    if inside(outer):
        return outer
    while abs(outer - inner) > 1:
        middle = (inner + outer) // 2
        inner, outer = (middle, outer) if inside(middle) else (inner, middle)
    return inner


def _log_factorial(number: int) -> float:
    return lgamma(number + 1)
