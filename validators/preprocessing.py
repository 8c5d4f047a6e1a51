"""Compares the documented preprocessing with the source's own for the documented weights file.

Accuracy is measured with what the page documents. Where the source's own configuration for that
very file says otherwise, whoever follows the page gets other pictures into the network than the
publisher did, and that is a finding of its own. The file decides, not the model's name, under which
another file may be the default by now.

These are settings and must be equal. A crop share is published with at most three decimals, so half
a unit of the third is allowed: 0.897 is how 0.8975 is written.
"""

from __future__ import annotations

from decimal import Decimal

from zoo.claims import Claim, Metric
from zoo.errors import Skipped
from zoo.findings import EXACT, Measurement, Tolerance
from zoo.subject import PREPROCESSING, Subject
from zoo.verify import Validator

CROP = Tolerance(absolute=Decimal("0.0005"))


def tolerance(claim: Claim) -> Tolerance:
    """Return the rounding of a crop share, and none for the other settings."""
    return CROP if claim.metric is Metric.CROP_PCT else EXACT


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the value in the source's own configuration."""
    stated = subject.stated()
    if stated.preprocessing is None:
        raise Skipped(stated.by)
    value = stated.preprocessing.value(claim.metric)
    method = f"configuration of {stated.by}"
    return Measurement(claim.metric, value, method, remark=f"by the {method}")


VALIDATOR = Validator(
    name="preprocessing",
    metrics=frozenset(PREPROCESSING),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
