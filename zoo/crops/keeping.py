"""Keeps crops on disk for all models that are shown pictures alike, up to a size.

What was not used for longest goes first, by packs. A pack that a run has used does not make room
for another of the same run: where all pictures do not fit, some are kept and the others decoded
again, while replacing each before its next use would keep none of use. That holds for a process,
since a run may come to it in parts.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from zoo.crops import packs
from zoo.crops.geometry import Geometry
from zoo.errors import reason

PACK = 2**25  # bytes of crops
Say = Callable[[str], None]
MOST = 20 * 10**9  # bytes: ImageNet at 224 × 224 is 7.5 GB


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where crops are kept, and how much.

    Attributes:
        folder: of all that zoo keeps.
        most: bytes of all packs together.
    """

    folder: Path
    most: int = MOST


@dataclass(slots=True)
class _Gathered:
    """Crops that wait for their pack to be full."""

    crops: dict[str, bytes] = field(default_factory=dict)
    size: int = 0


@contextlib.contextmanager
def shelf(keeping: Keeping | None, geometry: Geometry, say: Say) -> Iterator[Shelf | None]:
    """Give the crops of a geometry; what was gathered is kept at the end, however that comes."""
    if keeping is None:
        yield None
        return
    opened = Shelf(keeping, geometry, say)
    try:
        yield opened
    finally:
        opened.flush()


class Shelf:
    """The crops that are kept for one geometry; several threads may use it at once."""

    def __init__(self, keeping: Keeping, geometry: Geometry, say: Say) -> None:
        self._keeping = keeping
        self._geometry = geometry
        self._say = say
        self._key = geometry.key
        self._folder = keeping.folder / packs.FOLDER / self._key
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._used = _used(self._folder)
        self._gathered = _Gathered()
        self._full = False
        with contextlib.suppress(OSError):  # a cache that is only read
            self._make_room(0)  # it may have been given more before
        self._known = packs.known(self._folder, geometry.size**2 * 3)

    def fetch(self, picture: bytes, room: memoryview) -> bool:
        """Write the crop of a picture, given its SHA-256, and say whether it was there and sound.

        A pack with a crop that is not what its digest says is removed, where that can be done.
        """
        span = self._known.get(picture.hex())
        if span is None or not span.read(room):
            return False
        if span.digest != packs.digest(self._key, picture, room):
            with contextlib.suppress(OSError):  # a cache that is only read
                span.path.unlink(missing_ok=True)
            self._say("a decoded picture was damaged in the cache and is decoded anew")
            return False
        self._use(span.path)
        return True

    def keep(self, picture: bytes, crop: memoryview) -> None:
        """Keep a crop; those of a pack are written together."""
        if self._full:
            return
        with self._lock:
            self._gathered.crops[picture.hex()] = bytes(crop)
            self._gathered.size += len(crop)
            full = self._taken() if self._gathered.size >= PACK else _Gathered()
        self._write(full)

    def flush(self) -> None:
        """Write the crops that were gathered so far."""
        with self._lock:
            rest = self._taken()
        self._write(rest)

    def _taken(self) -> _Gathered:
        taken, self._gathered = self._gathered, _Gathered()
        return taken

    def _write(self, gathered: _Gathered) -> None:
        from safetensors import SafetensorError

        with self._writing:
            if not gathered.crops or self._full:
                return
            try:
                if self._make_room(gathered.size):
                    self._used.add(packs.write(self._folder, gathered.crops, self._geometry))
                else:
                    self._stop(f"together they would have more than {self._keeping.most:,} bytes")
            except (OSError, SafetensorError) as error:  # what the disk says, here and from there
                self._stop(f"the cache cannot be written to ({reason(error)})")

    def _stop(self, why: str) -> None:
        self._full = True
        self._say(f"not all decoded pictures are kept for the next model: {why}")

    def _make_room(self, size: int) -> bool:
        """Remove packs that others used longest ago, and say whether that makes room enough."""
        held = packs.held(self._keeping.folder)
        packs.sweep(self._keeping.folder, time.time())
        over = sum(pack.size for pack in held) + size - self._keeping.most
        for pack in reversed(held):
            if over <= 0:
                break
            if pack.path not in self._used:
                pack.path.unlink(missing_ok=True)
                over -= pack.size
        return over <= 0

    def _use(self, path: Path) -> None:
        if path not in self._used:
            self._used.add(path)
            with contextlib.suppress(OSError):  # removed, or a cache that is only read
                os.utime(path)


@cache
def _used(folder: Path) -> set[Path]:
    """Return the packs of a folder that this process has used, which it adds to."""
    return set()
