"""Counts the parameters among a checkpoint's tensors, where no network says which they are.

A checkpoint holds a network's parameters and its buffers alike. A tensor is taken for a buffer if

- its elements are no floating-point numbers: torch gives gradients to no others, and what networks
  keep as integers are indices and counters; or
- the last part of its name is in ``BUFFERS``: the running statistics of torch's normalisations, and
  tables that the families named there compute when they are built.

Names of one and the same tensor count once, as in torch's ``parameters()``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from zoo.checkpoint.record import Checkpoint, Shape

FLOATING = frozenset({"F64", "F32", "F16", "BF16"})
BUFFERS = frozenset(
    {
        "running_mean",
        "running_var",
        "num_batches_tracked",
        "attn_mask",  # Swin
        "relative_coords_table",  # Swin V2
        "inv_freq",  # rotary embeddings
    }
)


@dataclass(frozen=True, slots=True)
class Count:
    """Numbers of elements: of what is taken for parameters, and for buffers."""

    parameters: int
    buffers: int


def count(checkpoint: Checkpoint) -> Count:
    """Return how many elements are taken for parameters, and how many for buffers."""
    again = {name for names in checkpoint.record.tied for name in names[1:]}
    once = {name: shape for name, shape in checkpoint.tensors.items() if name not in again}
    buffers = {name for name, shape in once.items() if _is_buffer(name, shape)}
    sizes = {name: shape.elements for name, shape in once.items()}
    held = sum(sizes[name] for name in buffers)
    return Count(sum(sizes.values()) - held, held)


def _is_buffer(name: str, shape: Shape) -> bool:
    return shape.dtype not in FLOATING or re.split(r"[./]", name)[-1] in BUFFERS
