"""Turns picture files into what a network is shown, as timm's evaluation transform does.

The geometry (decode, resize, centre crop: whole numbers of 0 to 255) is apart from the arithmetic
(scale, subtract the mean, divide by the deviation: float32, on the device, by the batch). Only the
first depends on the picture alone, so that models of any mean and deviation share its result.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zoo.crops.geometry import Geometry, cropper
from zoo.crops.keeping import Keeping, Shelf, shelf
from zoo.errors import Unavailable, reason
from zoo.pictures import Picture, decode
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Batch", "Geometry", "Keeping", "batches", "normaliser"]

Say = Callable[[str], None]
Work = Callable[[Picture, memoryview], str]
GROUP = 4  # pictures that a thread takes at a time


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures with their digests (hexadecimal SHA-256 of the file), cropped.

    Attributes:
        pixels: uint8, of shape ``(pictures, height, width, 3)``.
    """

    pictures: Sequence[Picture]
    digests: Sequence[str]
    pixels: Tensor


def batches(
    pictures: Sequence[Sequence[Picture]],
    preprocessing: Preprocessing,
    workers: int,
    *,
    ahead: int = 0,
    pinned: bool = False,
    keeping: Keeping | None = None,
    say: Say = lambda message: None,
) -> Generator[Batch, None, None]:
    """Yield batches of pictures, cropped, in order.

    Pillow lets go of the interpreter while it decodes and resizes, so that threads share the work;
    they start at once, and what they make is written where it is needed.

    Args:
        pictures: those of each batch.
        workers: threads that decode; 0 decodes in the calling one.
        ahead: batches that are decoded while another is used; 0 decodes only when asked.
        pinned: in memory that a CUDA device copies from by itself.
        keeping: where crops are kept for the next model; nowhere, if None.
        say: told what the user should know.

    Raises:
        Unavailable: a picture cannot be decoded, or timm knows no such interpolation. Nothing is
            substituted.
    """
    geometry = Geometry.of(preprocessing)
    crop = cropper(geometry)
    with shelf(keeping, geometry, say) as kept:
        work = _work(crop, kept)
        if not workers:
            for batch in pictures:
                pixels, rows = _room(len(batch), geometry.size, pinned)
                yield _batch(batch, pixels, _prepared(work, batch, rows))
            return
        with _pool(workers) as pool:
            yield from _in_threads(pictures, pool, work, geometry.size, ahead, pinned)


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


def _work(crop: Callable[[Any, memoryview], None], kept: Shelf | None) -> Work:
    """Return what is done for one picture: its crop is written, and its digest returned."""

    def work(picture: Picture, room: memoryview) -> str:
        data = picture.read()
        digest = hashlib.sha256(data)
        if kept is None:
            crop(decode(data), room)
        elif not kept.fetch(digest.digest(), room):
            crop(decode(data), room)
            kept.keep(digest.digest(), room)
        return digest.hexdigest()

    return work


def _prepared(work: Work, batch: Sequence[Picture], rows: Sequence[memoryview]) -> list[str]:
    return [_named(work, picture, row) for picture, row in zip(batch, rows, strict=True)]


def _named(work: Work, picture: Picture, room: memoryview) -> str:
    """Do the work, or say which picture it cannot be done for."""
    try:
        return work(picture, room)
    except Exception as error:  # Pillow raises errors of many types for a damaged picture
        raise Unavailable(
            f"{picture.where} cannot be decoded ({reason(error)})",
            "replace the picture: none is left out of the count",
        ) from None


def _room(pictures: int, size: int, pinned: bool) -> tuple[Tensor, list[memoryview]]:
    """Return a tensor for so many crops, and the bytes of each."""
    import torch

    pixels = torch.empty((pictures, size, size, 3), dtype=torch.uint8, pin_memory=pinned)
    return pixels, [memoryview(row.numpy()).cast("B") for row in pixels]


def _batch(pictures: Sequence[Picture], pixels: Tensor, digests: list[str]) -> Batch:
    return Batch(pictures, digests, pixels)


class _pool(ThreadPoolExecutor):  # noqa: N801  # used as a context alone
    """Threads that leave undone what nobody waits for any more."""

    def __exit__(self, *_: object) -> None:
        self.shutdown(wait=True, cancel_futures=True)


def _in_threads(
    pictures: Sequence[Sequence[Picture]],
    pool: ThreadPoolExecutor,
    work: Work,
    size: int,
    ahead: int,
    pinned: bool,
) -> Iterator[Batch]:
    begun: deque[tuple[Sequence[Picture], Tensor, list[Future[list[str]]]]] = deque()
    for batch in pictures:
        pixels, rows = _room(len(batch), size, pinned)
        parts = [slice(start, start + GROUP) for start in range(0, len(batch), GROUP)]
        begun.append(
            (batch, pixels, [pool.submit(_prepared, work, batch[p], rows[p]) for p in parts])
        )
        if len(begun) > ahead:
            yield _finished(*begun.popleft())
    while begun:
        yield _finished(*begun.popleft())


def _finished(batch: Sequence[Picture], pixels: Tensor, parts: list[Future[list[str]]]) -> Batch:
    return _batch(batch, pixels, [digest for part in parts for digest in part.result()])
