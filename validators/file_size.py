"""Compares the size of the weights file, in bytes; it must be exact.

A size that is claimed in a larger unit (``102 MB``) is rounded, so half a unit of its last digit is
allowed.
"""

from __future__ import annotations

from decimal import Decimal

from zoo.claims import Claim, Metric
from zoo.findings import EXACT, Measurement, Tolerance
from zoo.index.values import byte_rounding
from zoo.subject import Subject
from zoo.verify import Validator


def tolerance(claim: Claim) -> Tolerance:
    """Return no tolerance for a size in bytes, and the rounding for one in MB or MiB."""
    rounded = byte_rounding(claim.text)
    return Tolerance(absolute=rounded) if rounded else EXACT


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the number of bytes of the file that was obtained."""
    weights = subject.weights()
    return Measurement(Metric.FILE_SIZE, Decimal(weights.size), "bytes read while hashing")


VALIDATOR = Validator(
    name="file-size",
    metrics=frozenset({Metric.FILE_SIZE}),
    torch=False,
    tolerance=tolerance,
    measure=measure,
)
