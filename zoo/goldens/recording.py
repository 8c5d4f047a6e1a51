"""Computes the logits of a subject for the fixed inputs, and records them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.errors import Unavailable
from zoo.goldens.document import Golden
from zoo.goldens.inputs import RECIPE, Inputs, fixed_inputs
from zoo.logits import logits_of
from zoo.machine import environment
from zoo.subject import Subject

if TYPE_CHECKING:
    from torch import Tensor

PRECISION = "float32"


def computed(subject: Subject, device: str) -> tuple[Inputs, Tensor]:
    """Return the fixed inputs of a subject and its logits for them, in evaluation mode.

    Args:
        device: for torch.

    Raises:
        ZooError: the network cannot be had, or does not run on inputs of the documented size.
    """
    import torch

    inputs = fixed_inputs(subject.preprocessing())
    network = subject.network().to(device).eval()
    return inputs, logits_of(network, torch.from_numpy(inputs.values.copy()).to(device))


def recorded(subject: Subject, at: str, device: str) -> Golden:
    """Return the golden of a subject.

    Args:
        at: the time, in UTC, ISO 8601.
        device: for torch.

    Raises:
        ZooError: as ``computed``; or its logits are not finite, which nobody should compare with.
    """
    inputs, logits = computed(subject, device)
    if not bool(logits.isfinite().all()):
        raise Unavailable("no golden is recorded of logits that are not finite")
    return Golden(
        model=subject.entry.name,
        at=at,
        source=subject.source,
        environment=environment(device, len(inputs.values)),
        weights=subject.weights().digest.hex,
        recipe=RECIPE,
        shape=inputs.shape,
        sha256=inputs.sha256,
        precision=PRECISION,
        logits=tuple(tuple(row) for row in logits.tolist()),
    )
