"""Pictures by a formula: the same bytes on every machine, whatever its libraries.

The bytes are those of SHA-256, and all arithmetic is in whole numbers, until a value of 0 to 255 is
divided by 255, less the mean, by the std: three operations that IEEE 754 defines to the last bit.
No generator of random numbers is used, since those have changed between versions of NumPy and
torch, and no resize, since that is what decoders differ in.

Noise of one value a pixel tells networks little: they average it away, and nearly equal logits say
nothing. Photographs have more power in coarse structures than in fine ones, so that octaves of
noise are added here, each of half the weight and twice the fineness, and channels have most of it
in common. Photographs have edges too: within shapes that another such field gives, light and dark
are turned round. The recipe's name changes whenever the bytes do.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zoo.errors import Unavailable
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    import numpy as np

RECIPE = "octaves-1"
PICTURES = 2
LARGEST = 2048  # pixels a side
SHARED = 3  # parts of four that the channels have in common


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a network is shown: float32, ``(pictures, channels, size, size)``, and its digest."""

    values: np.ndarray[Any, np.dtype[np.float32]]
    sha256: str

    @property
    def shape(self) -> tuple[int, ...]:
        """The sides, pictures first."""
        return tuple(int(side) for side in self.values.shape)


def fixed_inputs(preprocessing: Preprocessing) -> Inputs:
    """Return the inputs of the documented size, mean and std.

    Raises:
        Unavailable: the size or the number of channels is not one that pictures have.
    """
    import numpy as np

    size, channels = int(preprocessing.image_size), len(preprocessing.mean)
    if not 1 <= size <= LARGEST or channels not in (1, 3) or len(preprocessing.std) != channels:
        raise Unavailable(
            f"no golden is made of {channels} channels of {size} × {size}",
            f"at most {LARGEST} pixels a side, with a mean and a std for each of 1 or 3 channels",
        )
    pixels = np.stack([picture(number, size, channels) for number in range(PICTURES)])
    mean, std = (
        np.array([float(part) for part in parts], np.float64).reshape(1, channels, 1, 1)
        for parts in (preprocessing.mean, preprocessing.std)
    )
    values = ((pixels / np.float64(255) - mean) / std).astype("<f4")
    return Inputs(values, hashlib.sha256(values.tobytes()).hexdigest())


def picture(number: int, size: int, channels: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a picture ``(channels, size, size)`` of values 0 to 255."""
    import numpy as np

    common = _field(f"{number} common", size)
    own = [_field(f"{number} {channel}", size) for channel in range(channels)]
    mixed = np.stack([(SHARED * common + (4 - SHARED) * field) // 4 for field in own])
    turned = np.where(_field(f"{number} shapes", size) > 127, 255 - mixed, mixed)
    return turned.astype(np.uint8)


def _field(name: str, size: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return octaves of noise ``(size, size)``, stretched to 0 to 255."""
    import numpy as np

    total = np.zeros((size, size), np.int64)
    cells, weight = 1, 64
    while weight and cells <= size:
        total += weight * (_octave(f"{name} {cells}", size, cells) // (size * size))
        cells, weight = 2 * cells, weight // 2
    low, high = int(total.min()), int(total.max())
    return (total - low) * 255 // max(1, high - low)


def _octave(name: str, size: int, cells: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return bytes at the corners of so many cells a side, between them by bilinear interpolation.

    Values are multiplied by ``size * size``, so that they are whole numbers.
    """
    import numpy as np

    corners = _bytes(name, (cells + 1) ** 2).reshape(cells + 1, cells + 1)
    cell, part = np.divmod(np.arange(size, dtype=np.int64) * cells, size)
    down = corners[cell] * (size - part)[:, None] + corners[cell + 1] * part[:, None]
    values: np.ndarray[Any, np.dtype[np.int64]]
    values = down[:, cell] * (size - part) + down[:, cell + 1] * part
    return values


def _bytes(name: str, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return so many bytes of SHA-256 over the recipe, the name and a counter."""
    import numpy as np

    blocks = (
        hashlib.sha256(f"{RECIPE} {name} {number}".encode()).digest()
        for number in range(-(-count // 32))
    )
    return np.frombuffer(b"".join(blocks), np.uint8)[:count].astype(np.int64)
