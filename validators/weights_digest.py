"""Compares the SHA-256 of the weights file with the declared digest.

It is declared on the page, or was pinned in ``zoo.lock`` before. A whole digest is a proof. The
digits in a file's name (``…-04464dd2.pth``, the convention of torch.hub) are a label: a file that
begins with the same 32 bits can be made in less than an hour. The finding says which of the two it
was.
"""

from __future__ import annotations

from pathlib import Path

from zoo.claims import Claim, Digest, Metric
from zoo.findings import Measurement, exactly
from zoo.subject import Subject
from zoo.verify import Validator

WHOLE = "the whole digest was declared"
LABEL = "only these first digits were compared: a label, not a proof"
OTHER = "these are not the bytes that {} names"


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the SHA-256 of the file that was obtained."""
    weights = subject.weights()
    assert isinstance(claim.value, Digest)
    named = WHOLE if claim.value.whole else LABEL
    other = OTHER.format(Path(claim.location.path).name)  # the page, or zoo.lock
    remark = named if claim.value.matches(weights.digest) else other
    method = "SHA-256 of all bytes"
    conditions = {"assurance": weights.assurance}
    return Measurement(Metric.WEIGHTS_DIGEST, weights.digest, method, conditions, remark=remark)


VALIDATOR = Validator(
    name="weights-digest",
    metrics=frozenset({Metric.WEIGHTS_DIGEST}),
    torch=False,
    tolerance=exactly,
    measure=measure,
)
