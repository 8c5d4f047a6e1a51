"""How pictures are scored: all that a suspect may change before the network has answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zoo.errors import Unavailable
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Conditions:
    """One way of scoring.

    Attributes:
        bgr: the channels are turned round, each with its own mean.
        squashed: the whole picture is resized to the square of the input, nothing is cut off.
        other_weights: the state dict of the checkpoint that was passed over is loaded.
        training: the network is left in training mode: batch statistics, dropout.
    """

    preprocessing: Preprocessing
    bgr: bool = False
    squashed: bool = False
    other_weights: bool = False
    training: bool = False


def preparation(conditions: Conditions) -> Callable[[Any], Tensor]:
    """Return what makes a network's input ``(3, size, size)`` of a Pillow picture in RGB.

    Raises:
        Unavailable: there is no such interpolation.
    """
    transform = _transform(conditions.preprocessing)

    def prepare(image: Any) -> Tensor:
        if conditions.squashed:
            image = _squash(image, conditions.preprocessing)
        prepared = transform(image)
        return prepared.flip(0) if conditions.bgr else prepared

    return prepare


def _transform(preprocessing: Preprocessing) -> Callable[[Any], Tensor]:
    """Return timm's evaluation transform: resize, centre crop, scale to 0 to 1, normalise."""
    from timm.data import create_transform

    size = int(preprocessing.image_size)
    try:
        transform: Callable[[Any], Tensor] = create_transform(
            input_size=(3, size, size),
            is_training=False,
            interpolation=preprocessing.interpolation,
            mean=tuple(float(part) for part in preprocessing.mean),
            std=tuple(float(part) for part in preprocessing.std),
            crop_pct=float(preprocessing.crop_pct),
        )
    except KeyError:
        raise Unavailable(f"there is no interpolation '{preprocessing.interpolation}'") from None
    return transform


def _squash(image: Any, preprocessing: Preprocessing) -> Any:
    from PIL.Image import Resampling

    size = int(preprocessing.image_size)
    return image.resize((size, size), Resampling[preprocessing.interpolation.upper()])
