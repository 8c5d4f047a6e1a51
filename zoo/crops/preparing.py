"""Reads, decodes and crops pictures by the batch, in threads."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zoo.crops.geometry import Geometry, cropper
from zoo.crops.keeping import Keeping, Say, Shelf, shelf
from zoo.errors import Unavailable, reason
from zoo.pictures import Picture, decode
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor

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
                yield Batch(batch, _prepared(work, batch, rows), pixels)
            return
        with _pool(workers) as pool:
            yield from _in_threads(pictures, pool, work, geometry.size, ahead, pinned)


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
    return Batch(batch, [digest for part in parts for digest in part.result()], pixels)
