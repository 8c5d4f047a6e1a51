"""Loads the weights file into the rebuilt network: every tensor must fit, and no other be there.

A page that names a weights file claims that this file belongs to the network that it describes.
"""

from __future__ import annotations

from zoo.claims import FITS, Claim, Metric
from zoo.findings import EXACT, Measurement, Tolerance
from zoo.subject import Subject
from zoo.verify import Validator
from zoo.weights import Misfit


def tolerance(claim: Claim) -> Tolerance:
    """Return no tolerance."""
    return EXACT


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return that every tensor fits, or which do not."""
    method = f"strict load into {subject.source}, old names converted as that source does"
    try:
        subject.network()
    except Misfit as misfit:
        return Measurement(Metric.WEIGHTS_LOAD, misfit.detail, method)
    return Measurement(Metric.WEIGHTS_LOAD, FITS, method)


VALIDATOR = Validator(
    name="weights-load",
    metrics=frozenset({Metric.WEIGHTS_LOAD}),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
