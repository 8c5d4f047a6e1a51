"""The interval of a share that was seen on some pictures, for one look at a number fixed before.

The 95 % score interval of Wilson (1927), *Probable inference, the law of succession, and
statistical inference*, JASA 22 (158), which holds for small counts too. Pictures that are drawn
without replacement vary less than it assumes.
"""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution


def wilson(correct: int, total: int) -> tuple[Decimal, Decimal]:
    """Return the 95 % score interval of a proportion, in percent, to two decimals."""
    share = correct / total
    scale = 1 + Z**2 / total
    centre = (share + Z**2 / (2 * total)) / scale
    half = Z * sqrt(share * (1 - share) / total + Z**2 / (4 * total**2)) / scale
    low, high = (100 * max(0.0, min(1.0, bound)) for bound in (centre - half, centre + half))
    return Decimal(f"{low:.2f}"), Decimal(f"{high:.2f}")
