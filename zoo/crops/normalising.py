"""Makes of cropped pictures the numbers that a network is shown, on its device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor


def normaliser(preprocessing: Preprocessing, device: str) -> Callable[[Tensor], Tensor]:
    """Return what makes of pixels the numbers that timm hands to a network, to the last bit.

    The steps are those of torchvision's ``to_tensor`` and ``normalize``. Divisors are tensors on
    the device: for a number, CUDA would multiply by its reciprocal, which is another rounding.

    It takes uint8 of shape ``(pictures, height, width, 3)`` on the device, and returns float32 of
    shape ``(pictures, 3, height, width)``, channels last in memory.
    """
    import torch

    def channels(parts: Sequence[Any]) -> Tensor:
        row = torch.tensor([float(part) for part in parts], dtype=torch.float32)
        return row.view(-1, 1, 1).to(device)

    levels, mean, std = channels([255]), channels(preprocessing.mean), channels(preprocessing.std)

    def normalise(pixels: Tensor) -> Tensor:
        floats = pixels.permute(0, 3, 1, 2).to(torch.float32)
        return floats.div_(levels).sub_(mean).div_(std)

    return normalise
