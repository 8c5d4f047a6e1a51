"""Crops on disk: files that each hold many of one geometry.

They lie in packs of some tens of megabytes, in the format of safetensors: one tensor a picture, by
the SHA-256 of the picture's file, below a folder for all else that moves a crop. A pack is written
aside and renamed, and never changed: a process that is killed leaves a whole pack or none, and
processes need not wait for each other. Nothing is brought to disk by force, since a power cut shows
as a crop that is not what its digest says. SHA-256 is that digest: where the processor knows it, it
is as fast as any other, and it binds the crop to its picture.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from zoo.atomic import aside
from zoo.crops.geometry import Geometry

FOLDER = "crops"
SUFFIX = ".safetensors"
ASIDE = ".partial"
LEFT = 86_400.0  # seconds after which what a killed process left is removed
MOST_HEADER = 2**24  # bytes
LARGEST = 2**40  # bytes of a pack
# What reading a pack that is gone, or not as it was written, may end in.
_DAMAGE = (OSError, LookupError, TypeError, ValueError, RecursionError)


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
class Span:
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


def digest(key: str, picture: bytes, crop: bytes | memoryview) -> str:
    """Return what says that a crop is sound: of which geometry, of which picture, which bytes.

    Args:
        key: of the geometry.
        picture: the SHA-256 of the picture's file.
    """
    said = hashlib.sha256(key.encode() + picture)
    said.update(crop)
    return said.hexdigest()


def held(folder: Path) -> list[Pack]:
    """Return the packs below the folder of all that zoo keeps, the one that was used last first."""
    found: list[Pack] = []
    for path in (folder / FOLDER).glob(f"*/*{SUFFIX}"):
        with contextlib.suppress(OSError):  # gone in the meantime
            seen = path.stat()
            found.append(Pack(path, seen.st_size, seen.st_mtime))
    return sorted(found, key=lambda pack: (-pack.used, str(pack.path)))


def described(pack: Pack) -> str:
    """Return in words how the pictures of a pack were cropped, as the pack itself says."""
    with contextlib.suppress(*_DAMAGE):
        return str(_header(pack.path)[0]["__metadata__"]["geometry"])
    return "damaged"


def is_sound(path: Path) -> bool:
    """Return whether every crop of a pack is what its digest says."""
    key = path.parent.name
    try:
        with path.open("rb", buffering=0) as stream:
            for name, start, size, said in _crops(path):
                stream.seek(start)
                if digest(key, bytes.fromhex(name), stream.read(size)) != said:
                    return False
    except _DAMAGE:
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


def write(folder: Path, crops: Mapping[str, bytes], geometry: Geometry) -> Path:
    """Write a pack, whose name is what it holds, and return where it lies.

    Args:
        folder: of the geometry, called as its key.
        crops: by the SHA-256 of the picture's file, in hexadecimal.
    """
    import numpy as np
    from safetensors.numpy import save_file

    shape = (geometry.size, geometry.size, 3)
    pixels = {n: np.frombuffer(crops[n], np.uint8).reshape(shape) for n in sorted(crops)}
    digests = json.dumps({n: digest(folder.name, bytes.fromhex(n), crops[n]) for n in pixels})
    final = folder / f"{hashlib.sha256(digests.encode()).hexdigest()[:32]}{SUFFIX}"
    with aside(folder, suffix=ASIDE) as loose:
        save_file(pixels, str(loose), {"geometry": geometry.in_words(), "digests": digests})
        loose.replace(final)
    return final


def known(folder: Path, size: int) -> dict[str, Span]:
    """Return where the crops lie that are kept below a folder, by the pictures' digests."""
    known: dict[str, Span] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        known |= _spans(path, size)
    return known


@lru_cache(maxsize=4096)
def _spans(path: Path, size: int) -> dict[str, Span]:
    """Return where the crops of a pack lie, which is never changed; none, if it is damaged."""
    found: dict[str, Span] = {}
    with contextlib.suppress(*_DAMAGE):
        for name, start, length, said in _crops(path):
            if length == size:
                found[name] = Span(path, start, said)
    return found


def _crops(path: Path) -> Iterator[tuple[str, int, int, str]]:
    """Yield the crops of a pack: whose each is, where it begins, its size, and its digest.

    Raises:
        OSError, LookupError, TypeError, ValueError, RecursionError: the pack is gone, or damaged.
    """
    header, begin = _header(path)
    digests = json.loads(header.pop("__metadata__")["digests"])
    for name, entry in header.items():
        start, end = _offsets(entry)
        yield name, begin + start, end - start, digests[name]


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header of a pack, and where its crops begin."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > MOST_HEADER:
            raise ValueError("the header is too long")
        header = json.loads(stream.read(length))
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    return header, 8 + length


def _offsets(entry: Mapping[str, Any]) -> tuple[int, int]:
    """Return where a crop begins and ends, counted from the end of the header."""
    start, end = entry["data_offsets"]
    if not (type(start) is type(end) is int and 0 <= start <= end <= LARGEST):
        raise ValueError("a crop has no place in the pack")
    return start, end
