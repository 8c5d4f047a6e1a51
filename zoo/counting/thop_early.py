"""The early rules of thop, where normalisation and activation were modules of their own.

The rules and their source are those of ``_thop_early``.
"""

from __future__ import annotations

from functools import partial

from zoo.counting import Rule
from zoo.counting._thop_early import UNIT, Norms, costs

RULE = Rule(1, UNIT, partial(costs, norms=Norms.SEPARATE))
