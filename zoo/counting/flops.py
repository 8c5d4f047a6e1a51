"""Floating-point operations: every multiply–accumulate of ``macs`` is two.

What ``torch.utils.flop_counter.FlopCounterMode`` reports as it is (see ``macs`` for the source and
the two differences).
"""

from __future__ import annotations

from collections.abc import Iterator

from zoo.counting import Rule, macs
from zoo.structure import Record, Step


def costs(record: Record) -> Iterator[tuple[Step, int]]:
    """Yield twice the multiply–accumulates of every operation that has some."""
    for step, cost in macs.costs(record):
        yield step, 2 * cost


RULE = Rule(1, "floating-point operations", costs)
