"""Compares the claimed dropout rate with that of the built network's classifier.

The rate is read off what drops values behind the last convolution of a map. Sources build networks
to be evaluated, where nothing is dropped: timm sets the rate to 0 unless it is told one, so that
the rate of training is not to be seen, and the claim is not tested. torchvision, and the older of
timm's networks, have the rate of training in the network. It must be equal.
"""

from __future__ import annotations

from decimal import Decimal

from zoo.claims import Claim, Metric
from zoo.errors import Skipped
from zoo.findings import Measurement, exactly
from zoo.subject import Subject
from zoo.validators._network import elsewhere
from zoo.verify import Validator

METHOD = "the rate of the last dropout before the scores"


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the rate of the classifier's dropout."""
    rates = [rate for rate in subject.traits(subject.square()).dropout if rate > 0]
    if not rates:
        raise Skipped("the source builds it without dropout, whatever the rate of training was")
    cause, because = elsewhere(subject)
    value = Decimal(str(rates[-1]))
    return Measurement(
        Metric.DROPOUT, value, METHOD, {"rates": rates}, cause=cause, because=because
    )


VALIDATOR = Validator(
    name="dropout",
    metrics=frozenset({Metric.DROPOUT}),
    torch=True,
    tolerance=exactly,
    measure=measure,
)
