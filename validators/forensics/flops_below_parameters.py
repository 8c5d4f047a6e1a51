"""Fewer multiply-adds than parameters."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from zoo.claims import Metric, ModelEntry
from zoo.findings import show
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._classes import classes

RULE = Rule(
    id="flops-below-parameters",
    level="error",
    means="A network for pictures is said to need not even half as many multiply-adds for one "
    "picture as it has parameters.",
    why="Each weight of a convolution or a matrix is multiplied at least once for every picture, "
    "and that of a convolution once for every place. A count below the number of parameters "
    "has left out layers, as counters do that know only some classes of layers, or is off by a "
    "power of ten; the model looks a thousand times cheaper than it is.",
    mend="count again with a tool that counts operations and not classes of layers, and write the "
    "number with its unit, such as 4.1 G",
)

# A vector of 1 × 1 pixels in a layer with bias makes a little less than one a parameter.
LEAST = Decimal("0.5")
_PICTURES = ("image", "picture", "object", "segmentation", "visual")


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models for pictures whose multiply-adds are below half of their parameters."""
    for entry in registry.values():
        claim, counted = entry.claimed(Metric.FLOPS), entry.claimed(Metric.PARAMETERS)
        if claim is None or counted is None or not _for_pictures(entry):
            continue
        assert isinstance(claim.value, Decimal) and isinstance(counted.value, Decimal)
        if claim.value < LEAST * counted.value:
            yield Suspicion(
                entry.name,
                f"flops are {show(int(claim.value))}, for {show(int(counted.value))} parameters "
                f"(at {counted.location})",
                claim.location,
            )


def _for_pictures(entry: ModelEntry) -> bool:
    """Return whether it works on pictures: a network for text may look parameters up in a table."""
    tasks = " ".join(entry.tasks).casefold()
    if tasks:
        return any(word in tasks for word in _PICTURES)
    scored = any(classes(claim) is not None for claim in entry.claims)
    return scored or entry.value(Metric.IMAGE_SIZE) is not None


CHECK = Check(RULE, find)
