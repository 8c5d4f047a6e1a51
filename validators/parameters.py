"""Counts the parameters of the rebuilt network.

Trainable and frozen parameters count alike and buffers do not, as in torch's ``parameters()``: a
parameter that two modules share counts once. The text of the claim says its own precision:
``28090000`` and ``25.6M`` are rounded to their last significant digit, so half a unit of that digit
is allowed, at most 2 % of the claim; a count written out to the last digit must be exact.

Where the count is another and the name is an alias that the source maps to another architecture,
the finding says so: the network that was counted is not the one that the page describes.

Where nothing that is installed builds the network, the tensors of the checkpoint are counted,
without those that are buffers by ``zoo.checkpoint.counting``. A count that agrees bears the claim
out. One that differs refutes nothing, since no rule of names is certain: a file may hold more than
the network (a teacher, a head for training) or less, and a table under any name.
"""

from __future__ import annotations

from decimal import Decimal

from zoo.checkpoint.counting import count as count_tensors
from zoo.claims import Claim, Metric
from zoo.errors import Refused, Unavailable, ZooError
from zoo.findings import Measurement, Tolerance
from zoo.index.values import rounding
from zoo.subject import Subject
from zoo.validators._network import elsewhere
from zoo.verify import Validator

MOST = Decimal("0.02")


def tolerance(claim: Claim) -> Tolerance:
    """Return the rounding of the text in which the count is claimed."""
    assert isinstance(claim.value, Decimal)
    return Tolerance(absolute=min(rounding(claim.text), MOST * claim.value))


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the number of parameters of the network, built on the meta device.

    Where nothing builds it, that of the checkpoint. What is there and refused is not got round.

    Raises:
        Unavailable: there is neither a network nor a checkpoint.
    """
    try:
        count = subject.parameters()
    except Refused:
        raise
    except Unavailable as error:
        return of_checkpoint(subject, error)
    method = f"elements of all parameters of {subject.source}, without buffers"
    cause, because = elsewhere(subject)
    return Measurement(Metric.PARAMETERS, Decimal(count), method, cause=cause, because=because)


def of_checkpoint(subject: Subject, missing: Unavailable) -> Measurement:
    """Return the number of parameters among the tensors of the checkpoint.

    Args:
        missing: why the network cannot be built.

    Raises:
        Unavailable: that, where there is no checkpoint either.
    """
    try:
        checkpoint = subject.checkpoint()
    except ZooError:
        raise missing from None
    counted = count_tensors(checkpoint)
    return Measurement(
        Metric.PARAMETERS,
        Decimal(counted.parameters),
        "elements of the tensors of the checkpoint; buffers recognised by name",
        {"elements of buffers": counted.buffers, "network": f"not built: {missing.message}"},
        remark="counted from the checkpoint alone",
        settled_by=missing.hint or "install what builds this model: its own code settles it",
        refutes=False,
    )


VALIDATOR = Validator(
    name="parameters",
    metrics=frozenset({Metric.PARAMETERS}),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
