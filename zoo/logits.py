"""Passes prepared inputs through a network once, in float32, in the mode in which it is.

Pictures of a dataset are predicted by ``zoo.inference``. Here are the few inputs that are prepared
otherwise, or that no picture is behind, and all of whose logits are wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.errors import Unavailable, reason
from zoo.inference.arithmetic import FULL, computing

if TYPE_CHECKING:
    from torch import Tensor, nn


def logits_of(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits in float32, on the CPU, of shape ``(pictures, classes)``.

    Args:
        inputs: on the device of the network, of shape ``(pictures, channels, height, width)``.

    Raises:
        Unavailable: the network does not run on these inputs, or returns something else.
    """
    import torch

    try:
        with computing(str(inputs.device), FULL, deterministic=False):
            logits = network(inputs)
    except (Exception, SystemExit) as error:  # code of others may raise anything
        shape = " × ".join(str(side) for side in inputs.shape)
        raise Unavailable(f"the network does not run on {shape}: {reason(error)}") from None
    if not isinstance(logits, torch.Tensor) or logits.ndim != 2 or len(logits) != len(inputs):
        raise Unavailable("the network returns no logits of shape (pictures, classes)")
    return logits.float().cpu()
