"""Counts the parameters of the rebuilt network.

Trainable and frozen parameters count alike and buffers do not, as in torch's ``parameters()``: a
parameter that two modules share counts once. The text of the claim says its own precision:
``28090000`` and ``25.6M`` are rounded to their last significant digit, so half a unit of that digit
is allowed, at most 2 % of the claim; a count written out to the last digit must be exact.
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
    count = sum(parameter.numel() for parameter in subject.skeleton().parameters())
    method = f"elements of all parameters of {subject.source}, without buffers"
    return Measurement(Metric.PARAMETERS, Decimal(count), method)


VALIDATOR = Validator(
    name="parameters",
    metrics=frozenset({Metric.PARAMETERS}),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
