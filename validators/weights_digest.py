"""Compares the SHA-256 of the weights file with the declared digest.

A whole digest is a proof. The digits in a file's name (``…-04464dd2.pth``, the convention of
torch.hub) are a label: a file that begins with the same 32 bits can be made in less than an hour.
The finding says which of the two it was.
"""

from __future__ import annotations

from zoo.claims import Claim, Digest, Metric
from zoo.findings import EXACT, Measurement, Tolerance
from zoo.subject import Subject
from zoo.verify import Validator

WHOLE = "the whole digest was declared"
LABEL = "only these first digits were compared: a label, not a proof"
OTHER = "these are not the bytes that the page names"


def tolerance(claim: Claim) -> Tolerance:
    """Return no tolerance."""
    return EXACT


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the SHA-256 of the file that was obtained."""
    weights = subject.weights()
    assert isinstance(claim.value, Digest)
    named = WHOLE if claim.value.whole else LABEL
    remark = named if claim.value.matches(weights.digest) else OTHER
    method = "SHA-256 of all bytes"
    conditions = {"assurance": weights.assurance}
    return Measurement(Metric.WEIGHTS_DIGEST, weights.digest, method, conditions, remark=remark)


VALIDATOR = Validator(
    name="weights-digest",
    metrics=frozenset({Metric.WEIGHTS_DIGEST}),
    torch=False,
    tolerance=tolerance,
    measure=measure,
)
