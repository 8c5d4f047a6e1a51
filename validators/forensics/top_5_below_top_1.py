"""A Top-5 that is smaller than the Top-1 of the same result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from zoo.claims import Claim, Metric, ModelEntry
from zoo.forensics import Check, Suspicion
from zoo.index.values import half_unit
from zoo.registry import Registry
from zoo.rules import Rule

RULE = Rule(
    id="top-5-below-top-1",
    level="error",
    means="A Top-5 is smaller than the Top-1 of the same result.",
    why="A picture whose first class is right is right among the first five, too: the two numbers "
    "cannot both be true. Most often they were swapped, or stem from two evaluations.",
    mend="write both numbers of one evaluation, each under its own name",
)


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the results whose Top-5 is below their Top-1 by more than both may be rounded."""
    for entry in registry.values():
        for first, fifth in _pairs(entry):
            assert isinstance(first.value, Decimal) and isinstance(fifth.value, Decimal)
            if fifth.value + half_unit(fifth.value) < first.value - half_unit(first.value):
                yield Suspicion(
                    entry.name,
                    f"top-5 is {fifth.value} % on {fifth.dataset}, below the top-1 of "
                    f"{first.value} % at {first.location}",
                    fifth.location,
                )


def _pairs(entry: ModelEntry) -> Iterator[tuple[Claim, Claim]]:
    """Yield the Top-1 and the Top-5 of each result that has both."""
    results: dict[tuple[str, str, str], dict[Metric, Claim]] = {}
    for claim in entry.claims:
        if claim.metric in (Metric.TOP_1, Metric.TOP_5):
            results.setdefault(_result(claim), {}).setdefault(claim.metric, claim)
    for found in results.values():
        if len(found) == 2:
            yield found[Metric.TOP_1], found[Metric.TOP_5]


def _result(claim: Claim) -> tuple[str, str, str]:
    """Return what tells one result of an index from another."""
    pointer = re.split(r"/metrics(?=/|$)", claim.location.pointer, flags=re.IGNORECASE)[0]
    return claim.location.path, pointer, claim.dataset


CHECK = Check(RULE, find)
