"""A weights file whose size does not go with the number of parameters."""

from __future__ import annotations

from collections.abc import Iterator

from zoo.claims import Metric
from zoo.findings import show
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._numbers import bytes_each, number, plausible

RULE = Rule(
    id="bytes-per-parameter",
    level="warning",
    means="The claimed file size is not what so many parameters take in any common number format.",
    why="A parameter takes 4 bytes in single precision, 2 in half precision, 1 or half of one "
    "where it is quantized. A file may hold more than the parameters (a container, buffers, "
    "auxiliary classifiers, a moving average), but hardly less. A size in between means that "
    "the size, the number of parameters or the file itself is another model's.",
    mend="compare both numbers, and the weights file, with those of the model itself",
)


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose claimed bytes a parameter no common number format explains."""
    for entry in registry.values():
        size, each = entry.claimed(Metric.FILE_SIZE), bytes_each(entry)
        if size is None or each is None or plausible(entry):
            continue
        count = entry.claimed(Metric.PARAMETERS)
        assert count is not None
        yield Suspicion(
            entry.name,
            f"file size is {show(int(number(entry, Metric.FILE_SIZE) or 0))} bytes for "
            f"{show(int(number(entry, Metric.PARAMETERS) or 0))} parameters (at {count.location}), "
            f"{each:.2f} bytes each, where 4 would be single and 2 half precision",
            size.location,
        )


CHECK = Check(RULE, find)
