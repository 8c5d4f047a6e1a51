"""Cuts a picture to the square that a network is shown, as timm's evaluation transform does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from zoo.code import digest_of, digest_of_all
from zoo.errors import Unavailable
from zoo.machine import is_editable, package_version
from zoo.subject import CROPS, Preprocessing

# What decodes, resizes and cuts, beside our own code: torchvision is between timm and Pillow.
_PACKAGES = ("pillow", "timm", "torchvision", "numpy")
_IN_PYTHON = ("timm", "torchvision")  # of whose code only that in Python moves a crop
_CODE = ("zoo.pictures", "zoo.crops.geometry")


@dataclass(frozen=True, slots=True)
class Geometry:
    """What of the preprocessing decides which pixels a picture becomes.

    Attributes:
        size: side of the square, in pixels.
        share: the shorter side is resized to ``floor(size / share)`` before the crop.
        interpolation: of the resize, by Pillow's name.
        mode: ``center``, ``squash`` or ``border``, as timm has them.
        mean: in the mode ``border`` alone, which fills what is left with that colour.
    """

    size: int
    share: float
    interpolation: str
    mode: str = "center"
    mean: tuple[float, ...] = ()

    @classmethod
    def of(cls, preprocessing: Preprocessing) -> Geometry:
        """Return the geometry of a preprocessing."""
        share = float(preprocessing.crop_pct)
        size, mode = int(preprocessing.image_size), preprocessing.crop_mode
        mean = tuple(map(float, preprocessing.mean)) if mode == "border" else ()
        return cls(size, share, preprocessing.interpolation, mode, mean)

    def in_words(self) -> str:
        """Return it in one line."""
        to = f"{self.interpolation} to {self.size} / {self.share:g}"
        return f"{to}, {CROPS[self.mode]} {self.size}"

    @property
    def key(self) -> str:
        """The digest of all that moves a crop beside the picture: hexadecimal SHA-256."""
        versions = {name: package_version(name) for name in _PACKAGES}
        key = {
            "geometry": asdict(self),
            "packages": versions,
            "files": {name: digest_of_all(name) for name in _IN_PYTHON if is_editable(name)},
            "codec": _codec(),
            "code": digest_of((), _CODE),
        }
        return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


def cropper(geometry: Geometry) -> Callable[[Any, memoryview], None]:
    """Return what writes the crop of a Pillow picture in RGB: rows of pixels of three bytes.

    It is timm's own transform, taken before it makes numbers of fractions out of the bytes.

    Raises:
        Unavailable: timm knows no such interpolation.
    """
    from timm.data import create_transform

    try:
        transform = create_transform(
            input_size=(3, geometry.size, geometry.size),
            is_training=False,
            interpolation=geometry.interpolation,
            crop_pct=geometry.share,
            crop_mode=geometry.mode,
            **({"mean": geometry.mean} if geometry.mean else {}),
            normalize=False,
        )
    except KeyError:
        raise Unavailable(
            f"there is no interpolation '{geometry.interpolation}'",
            "interpolations are bicubic, bilinear, nearest, box, hamming and lanczos",
        ) from None

    def crop(image: Any, room: memoryview) -> None:
        # Channels come first by a change of view alone, which this takes back.
        pixels = transform(image).permute(1, 2, 0).contiguous().numpy()
        room[:] = memoryview(pixels).cast("B")

    return crop


@cache
def _codec() -> str:
    from PIL import features

    return str(features.version("libjpeg_turbo") or features.version("jpg"))
