"""The early rules of thop, where normalisation and activation were one in-place operation.

All else is as in ``thop-early``.
"""

from __future__ import annotations

from functools import partial

from zoo.counting import Rule
from zoo.counting._thop_early import UNIT, Norms, costs

RULE = Rule(1, UNIT, partial(costs, norms=Norms.IN_PLACE))
