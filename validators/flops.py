"""Counts the multiply–accumulates of one picture at the declared image size.

In this field *FLOPs* means multiply–accumulates. They are counted by torch's own
``torch.utils.flop_counter.FlopCounterMode`` (convolutions, matrix products, attention; each
multiply–accumulate is two of its operations, so the total is halved), on the meta device, for an
input of shape ``(1, 3, size, size)``. 1 % is allowed, since tools differ in whether biases,
normalisation and activations count; a claim that is rounded more coarsely is allowed its rounding,
at most 2 %.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from zoo.claims import Claim, Metric
from zoo.errors import Unavailable
from zoo.findings import Measurement, Tolerance
from zoo.index.values import rounding
from zoo.subject import Subject
from zoo.verify import Validator

if TYPE_CHECKING:
    from torch import nn

ALLOWED = Decimal("0.01")
MOST = Decimal("0.02")
CHANNELS = 3


def tolerance(claim: Claim) -> Tolerance:
    """Return 1 %, or the rounding of the claim's text where that is coarser."""
    assert isinstance(claim.value, Decimal)
    return Tolerance(min(rounding(claim.text), MOST * claim.value), ALLOWED)


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the multiply–accumulates of the network at the size that its page declares."""
    size = subject.entry.value(Metric.IMAGE_SIZE)
    stated = None if size is not None else subject.stated().preprocessing
    if stated is not None:
        size = stated.image_size
    if not isinstance(size, Decimal):
        raise Unavailable(
            "the image size is not known: neither page nor source says it",
            "add 'Image Size' to the model's Metadata",
        )
    shape = (1, CHANNELS, int(size), int(size))
    count = Decimal(multiply_accumulates(subject.skeleton(), shape))
    method = "half of torch.utils.flop_counter's total: convolutions, matrix products, attention"
    conditions = {"input": list(shape)}
    return Measurement(Metric.FLOPS, count, method, conditions, remark=f"at {size} × {size}")


def multiply_accumulates(network: nn.Module, shape: tuple[int, ...]) -> int:
    """Return the multiply–accumulates of one forward pass.

    Args:
        network: on the meta device, in evaluation mode.
        shape: of the input, ``(pictures, channels, height, width)``.

    Raises:
        Unavailable: the network does not run on such an input.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False)
    try:
        with torch.inference_mode(), counter:
            network(torch.empty(shape, device="meta"))
    except Exception as error:  # code of others may raise anything
        reason = f"{type(error).__name__}: {error}".partition("\n")[0][:200]
        shown = " × ".join(str(side) for side in shape)
        raise Unavailable(f"the network does not run on {shown}: {reason}") from None
    return int(counter.get_total_flops()) // 2


VALIDATOR = Validator(
    name="flops",
    metrics=frozenset({Metric.FLOPS}),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
