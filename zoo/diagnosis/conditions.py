"""How pictures are scored: all that a suspect may change before the network has answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zoo.crops import Geometry, normaliser
from zoo.crops.geometry import cropper
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Conditions:
    """One way of scoring.

    Attributes:
        bgr: the channels are turned round, each with its own mean.
        other_weights: the state dict of the checkpoint that was passed over is loaded.
        training: the network is left in training mode: batch statistics, dropout.
    """

    preprocessing: Preprocessing
    bgr: bool = False
    other_weights: bool = False
    training: bool = False


def preparation(conditions: Conditions) -> Callable[[Any], Tensor]:
    """Return what makes a network's input ``(3, size, size)`` of a Pillow picture in RGB.

    Its steps are those by which accuracies are measured, in every crop mode.

    Raises:
        Unavailable: there is no such interpolation.
    """
    import torch

    geometry = Geometry.of(conditions.preprocessing)
    crop, normalise = cropper(geometry), normaliser(conditions.preprocessing, "cpu")

    def prepare(image: Any) -> Tensor:
        pixels = torch.empty((1, geometry.size, geometry.size, 3), dtype=torch.uint8)
        crop(image, pixels.numpy().data.cast("B"))
        prepared = normalise(pixels)[0]
        return prepared.flip(0) if conditions.bgr else prepared

    return prepare
