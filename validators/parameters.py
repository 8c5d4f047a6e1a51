"""Counts the parameters of the rebuilt network.

Trainable and frozen parameters count alike and buffers do not, as in torch's ``parameters()``: a
parameter that two modules share counts once. The text of the claim says its own precision:
``28090000`` and ``25.6M`` are rounded to their last significant digit, so half a unit of that digit
is allowed, at most 2 % of the claim; a count written out to the last digit must be exact.

Where the count is another and the name is an alias that the source maps to another architecture,
the finding says so: the network that was counted is not the one that the page describes.
"""

from __future__ import annotations

from decimal import Decimal

from zoo.claims import Claim, Metric
from zoo.findings import Measurement, Tolerance
from zoo.index.values import rounding
from zoo.subject import Subject
from zoo.verify import Validator

MOST = Decimal("0.02")


def tolerance(claim: Claim) -> Tolerance:
    """Return the rounding of the text in which the count is claimed."""
    assert isinstance(claim.value, Decimal)
    return Tolerance(absolute=min(rounding(claim.text), MOST * claim.value))


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the number of parameters of the network, built on the meta device."""
    count = subject.parameters()
    method = f"elements of all parameters of {subject.source}, without buffers"
    present = subject.identity().name
    alias = present is not None and _architecture(present) != _architecture(_asked(subject))
    return Measurement(
        Metric.PARAMETERS,
        Decimal(count),
        method,
        cause={"kind": "alias", "resolves_to": present} if alias else None,
        because=f"alias resolves to {present}" if alias else "",
    )


def _asked(subject: Subject) -> str:
    return subject.entry.source.reference


def _architecture(name: str) -> str:
    """Return a name without the tag of its weights."""
    return name.partition(".")[0]


VALIDATOR = Validator(
    name="parameters",
    metrics=frozenset({Metric.PARAMETERS}),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
