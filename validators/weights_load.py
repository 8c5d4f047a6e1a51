"""Loads the weights file into the rebuilt network: every tensor must fit, and no other be there.

A page that names a weights file claims that this file belongs to the network that it describes.
"""

from __future__ import annotations

from typing import Any

from zoo.checkpoint.record import Record
from zoo.claims import FITS, Claim, Metric
from zoo.findings import Measurement, exactly
from zoo.subject import Subject
from zoo.verify import Validator
from zoo.weights import Misfit

SHOWN = 10


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return that every tensor fits, or which do not."""
    method = f"strict load into {subject.source}, old names converted as that source does"
    try:
        subject.network()
        value = FITS
    except Misfit as misfit:
        value = misfit.detail
    opened = subject.checkpoint.made
    if opened is None:
        return Measurement(Metric.WEIGHTS_LOAD, value, method)
    conditions, remark = _conditions(opened.record), _remark(opened.record)
    return Measurement(Metric.WEIGHTS_LOAD, value, method, conditions, remark=remark)


def _conditions(record: Record) -> dict[str, Any]:
    """Return how the tensors came out of the file, all that is not as one would assume."""
    said = {
        "format": record.format,
        "state dict": record.state_dict,
        "passed over": list(record.passed_over),
        "prefix removed": record.stripped,
        "tensors": dict(record.dtypes),
        "not a number": record.nan,
        "infinite": record.infinite,
        "left out, no tensors": list(record.dropped[:SHOWN]),
        "opened under": list(record.confinement),
    }
    return {name: value for name, value in said.items() if value}


def _remark(record: Record) -> str:
    if not (record.nan or record.infinite):
        return ""
    return f"{record.nan:,} elements are not a number, {record.infinite:,} are infinite"


VALIDATOR = Validator(
    name="weights-load",
    metrics=frozenset({Metric.WEIGHTS_LOAD}),
    torch=True,
    tolerance=exactly,
    measure=measure,
)
