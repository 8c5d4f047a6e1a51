"""Remembers how a file looked when it was hashed, so that it is hashed again only if it changed."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from zoo.weights.durable import written

FOLDER = "proofs"


@dataclass(frozen=True, slots=True)
class Look:
    """What changes when a file does: its size in bytes, its inode, and its times in ns.

    The time of the last change of the inode cannot be set back, as that of the content can.
    """

    size: int
    inode: int
    modified: int
    changed: int


def look(path: Path) -> Look:
    """Return how a file looks.

    Raises:
        OSError: it is not there.
    """
    found = path.stat()
    return Look(found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns)


def unchanged(store: Path, path: Path) -> Look | None:
    """Return how a file, named by its digest, looks if that is as when it was hashed, else None."""
    try:
        noted = Look(**json.loads((store / FOLDER / path.name).read_bytes()))
        seen = look(path)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return seen if seen == noted else None


def remember(store: Path, path: Path, seen: Look) -> None:
    """Note how a file looked while it was hashed, if the folder can be written to."""
    place = store / FOLDER / path.name
    with contextlib.suppress(OSError):
        place.parent.mkdir(exist_ok=True)
        with written(store, [json.dumps(asdict(seen)).encode()]) as (temporary, _, _):
            temporary.replace(place)


def used(store: Path, path: Path) -> None:
    """Note that a file was used now, if the folder can be written to."""
    with contextlib.suppress(OSError):
        os.utime(store / FOLDER / path.name)


def last_use(store: Path, path: Path) -> float:
    """Return when a file was used last, in seconds since 1970.

    Raises:
        OSError: it is not there.
    """
    times = [path.stat().st_mtime]
    with contextlib.suppress(OSError):
        times.append((store / FOLDER / path.name).stat().st_mtime)
    return max(times)
