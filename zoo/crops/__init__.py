"""Turns picture files into what a network is shown, as timm's evaluation transform does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from zoo.errors import Unavailable
from zoo.pictures import Picture, decode, reason
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor

Transform = Callable[[Any], "Tensor"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures with their digests (hexadecimal SHA-256 of the file), prepared for a network.

    Attributes:
        inputs: float32, of shape ``(pictures, 3, height, width)``.
    """

    pictures: Sequence[Picture]
    digests: Sequence[str]
    inputs: Tensor


def batches(
    pictures: Sequence[Sequence[Picture]], preprocessing: Preprocessing, workers: int
) -> Iterator[Batch]:
    """Yield batches of pictures, prepared, in order.

    Args:
        pictures: those of each batch.
        workers: processes that decode; 0 decodes in this one.

    Raises:
        Unavailable: a picture cannot be decoded, or timm knows no such interpolation. Nothing is
            substituted.
    """
    import torch
    from torch.utils.data import DataLoader

    ends = [0]
    for batch in pictures:
        ends.append(ends[-1] + len(batch))
    together = tuple(picture for batch in pictures for picture in batch)
    loader: Any = DataLoader(
        _Pictures(together, evaluation_transform(preprocessing)),  # type: ignore[arg-type]  # torch asks for a subclass
        batch_sampler=[list(range(start, end)) for start, end in pairwise(ends)],
        num_workers=workers,
        collate_fn=list,
    )
    for batch, samples in zip(pictures, loader, strict=True):
        for _, tensor in samples:
            if isinstance(tensor, str):
                raise Unavailable(tensor, "replace the picture: none is left out of the count")
        digests = [sha256 for sha256, _ in samples]
        yield Batch(batch, digests, torch.stack([tensor for _, tensor in samples]))


def evaluation_transform(preprocessing: Preprocessing) -> Transform:
    """Return timm's evaluation transform: resize, centre crop, scale to 0…1, normalise.

    It maps a Pillow picture in RGB to a float32 tensor ``(3, image_size, image_size)``.

    Raises:
        Unavailable: timm knows no such interpolation.
    """
    from timm.data import create_transform

    size = int(preprocessing.image_size)
    try:
        transform: Transform = create_transform(
            input_size=(3, size, size),
            is_training=False,
            interpolation=preprocessing.interpolation,
            mean=tuple(float(part) for part in preprocessing.mean),
            std=tuple(float(part) for part in preprocessing.std),
            crop_pct=float(preprocessing.crop_pct),
        )
    except KeyError:
        raise Unavailable(
            f"there is no interpolation '{preprocessing.interpolation}'",
            "interpolations are bicubic, bilinear, nearest, box, hamming and lanczos",
        ) from None
    return transform


class _Pictures:
    """A map-style dataset for torch's DataLoader: ``(sha256, tensor)`` or the reason why not."""

    def __init__(self, pictures: tuple[Picture, ...], transform: Transform) -> None:
        self.pictures = pictures
        self.transform = transform

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[str, Any]:
        picture = self.pictures[index]
        try:
            data = picture.read()
            return hashlib.sha256(data).hexdigest(), self.transform(decode(data))
        except Exception as error:  # Pillow raises errors of many types for a damaged picture
            return "", f"{picture.where} cannot be decoded ({reason(error)})"
