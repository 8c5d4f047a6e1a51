"""Keeps crops on disk for all models that are shown pictures alike, up to a size.

Crops lie in packs of some tens of megabytes, in the format of safetensors: one tensor a picture, by
the SHA-256 of the picture's file, below a folder for all else that moves a crop. A pack is written
aside and renamed, and never changed: a process that is killed leaves a whole pack or none, and
processes need not wait for each other. Nothing is brought to disk by force, since a power cut shows
as a crop that is not what its digest says. SHA-256 is that digest: where the processor knows it, it
is as fast as any other, and it binds the crop to its picture.

What was not used for longest goes first, by packs. A pack that a run has used does not make room
for another of the same run: where all pictures do not fit, some are kept and the others decoded
again, while replacing each before its next use would keep none of use. That holds for a process,
since a run may come to it in parts.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from zoo.crops.geometry import Geometry
from zoo.pictures import reason

FOLDER = "crops"
SUFFIX = ".safetensors"
ASIDE = ".partial"
PACK = 2**25  # bytes of crops
LEFT = 86_400.0  # seconds after which what a killed process left is removed
MOST_HEADER = 2**24  # bytes
LARGEST = 2**40  # bytes of a pack

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


@dataclass(frozen=True, slots=True)
class Pack:
    """A file of crops.

    Attributes:
        used: in seconds since 1970.
    """

    path: Path
    size: int
    used: float


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a crop lies in a pack, and its digest."""

    path: Path
    start: int
    digest: str

    def read(self, room: memoryview) -> bool:
        """Fill the room, if the file is there and long enough."""
        try:
            with self.path.open("rb", buffering=0) as stream:
                stream.seek(self.start)
                return stream.readinto(room) == len(room)
        except OSError:
            return False


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
        self._folder = keeping.folder / FOLDER / self._key
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._used = _used(self._folder)
        self._gathered = _Gathered()
        self._full = False
        self._known = _known(self._folder, geometry.size**2 * 3)

    def fetch(self, picture: bytes, room: memoryview) -> bool:
        """Write the crop of a picture, given its SHA-256, and say whether it was there and sound.

        A pack with a crop that is not what its digest says is removed.
        """
        span = self._known.get(picture.hex())
        if span is None or not span.read(room):
            return False
        if span.digest != self._digest(picture, room):
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
                    self._used.add(_written(self._folder, self._contents(gathered), self._geometry))
                else:
                    self._stop(f"together they would have more than {self._keeping.most:,} bytes")
            except (OSError, SafetensorError) as error:  # what the disk says, here and from there
                self._stop(f"the cache cannot be written to ({reason(error)})")

    def _stop(self, why: str) -> None:
        self._full = True
        self._say(f"not all decoded pictures are kept for the next model: {why}")

    def _contents(self, gathered: _Gathered) -> dict[str, tuple[bytes, str]]:
        return {
            name: (crop, self._digest(bytes.fromhex(name), memoryview(crop)))
            for name, crop in sorted(gathered.crops.items())
        }

    def _make_room(self, size: int) -> bool:
        """Remove packs that others used longest ago, and say whether that makes room enough."""
        held = packs(self._keeping.folder)
        sweep(self._keeping.folder, time.time())
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

    def _digest(self, picture: bytes, crop: memoryview) -> str:
        digest = hashlib.sha256(self._key.encode() + picture)
        digest.update(crop)
        return digest.hexdigest()


def packs(folder: Path) -> list[Pack]:
    """Return the packs below the folder of all that zoo keeps, the one that was used last first."""
    found: list[Pack] = []
    for path in (folder / FOLDER).glob(f"*/*{SUFFIX}"):
        with contextlib.suppress(OSError):  # gone in the meantime
            seen = path.stat()
            found.append(Pack(path, seen.st_size, seen.st_mtime))
    return sorted(found, key=lambda pack: (-pack.used, str(pack.path)))


def described(pack: Pack) -> str:
    """Return in words how the pictures of a pack were cropped, as the pack itself says."""
    with contextlib.suppress(OSError, LookupError, TypeError, ValueError):
        return str(_header(pack.path)[0]["__metadata__"]["geometry"])
    return "damaged"


def is_sound(path: Path) -> bool:
    """Return whether every crop of a pack is what its digest says."""
    try:
        header, begin = _header(path)
        digests = json.loads(header.pop("__metadata__")["digests"])
        with path.open("rb", buffering=0) as stream:
            for name, entry in header.items():
                start, end = _offsets(entry)
                stream.seek(begin + start)
                digest = hashlib.sha256(path.parent.name.encode() + bytes.fromhex(name))
                digest.update(stream.read(end - start))
                if digest.hexdigest() != digests[name]:
                    return False
    except (OSError, LookupError, TypeError, ValueError):
        return False
    return True


def sweep(folder: Path, now: float) -> None:
    """Remove what killed processes have left aside, a day after they wrote it."""
    for path in (folder / FOLDER).glob(f"*/*{ASIDE}"):
        with contextlib.suppress(OSError):
            if now - path.stat().st_mtime > LEFT:
                path.unlink()


def drop_empty(folder: Path) -> None:
    """Remove folders in which no pack is left."""
    for kind in (folder / FOLDER).glob("*"):
        with contextlib.suppress(OSError):  # which says that something is still there
            kind.rmdir()


def _written(folder: Path, crops: Mapping[str, tuple[bytes, str]], geometry: Geometry) -> Path:
    """Write a pack, whose name is what it holds, and return where it lies."""
    import numpy as np
    from safetensors.numpy import save_file

    shape = (geometry.size, geometry.size, 3)
    pixels = {n: np.frombuffer(crop, np.uint8).reshape(shape) for n, (crop, _) in crops.items()}
    digests = json.dumps({name: digest for name, (_, digest) in crops.items()})
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(suffix=ASIDE, dir=folder)
    os.close(descriptor)
    try:
        save_file(pixels, aside, {"geometry": geometry.in_words(), "digests": digests})
        final = folder / f"{hashlib.sha256(digests.encode()).hexdigest()[:32]}{SUFFIX}"
        Path(aside).replace(final)
    finally:
        Path(aside).unlink(missing_ok=True)
    return final


@cache
def _used(folder: Path) -> set[Path]:
    """Return the packs of a folder that this process has used, which it adds to."""
    return set()


def _known(folder: Path, size: int) -> dict[str, _Span]:
    """Return where the crops lie that are kept below a folder, by the pictures' digests."""
    known: dict[str, _Span] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        known |= _spans(path, size)
    return known


@lru_cache(maxsize=4096)
def _spans(path: Path, size: int) -> dict[str, _Span]:
    """Return where the crops of a pack lie, which is never changed; none, if it is damaged."""
    found: dict[str, _Span] = {}
    with contextlib.suppress(OSError, LookupError, TypeError, ValueError):
        header, begin = _header(path)
        digests = json.loads(header.pop("__metadata__")["digests"])
        for name, entry in header.items():
            start, end = _offsets(entry)
            if end - start == size:
                found[name] = _Span(path, begin + start, digests[name])
    return found


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header of a pack, and where its crops begin."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > MOST_HEADER:
            raise ValueError("the header is too long")
        try:
            header = json.loads(stream.read(length))
        except RecursionError:
            raise ValueError("the header is nested too deeply") from None
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    return header, 8 + length


def _offsets(entry: Mapping[str, Any]) -> tuple[int, int]:
    """Return where a crop begins and ends, counted from the end of the header."""
    start, end = entry["data_offsets"]
    if not (type(start) is type(end) is int and 0 <= start <= end <= LARGEST):
        raise ValueError("a crop has no place in the pack")
    return start, end
