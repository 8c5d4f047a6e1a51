"""Puts files in their place so that each is there complete, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from zoo.atomic import aside
from zoo.claims import Digest
from zoo.errors import Unavailable
from zoo.weights.partial import FOLDER

READ_ONLY = 0o444


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the disk says into an error that names the folder.

    Raises:
        Unavailable: the folder cannot be written to, or the disk is full.
    """
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"cannot write to the cache {folder}: {error.strerror or error}",
            "free some space there, or set ZOO_CACHE_DIR to a folder that can be written to",
        ) from None


@contextlib.contextmanager
def written(store: Path, chunks: Iterable[bytes]) -> Iterator[tuple[Path, Digest, int]]:
    """Give a file with these bytes that is on disk, its SHA-256 and its size; gone afterwards.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    running, size = hashlib.sha256(), 0
    with aside(store / FOLDER) as loose:
        with loose.open("wb") as stream:
            for chunk in chunks:
                stream.write(chunk)
                running.update(chunk)
                size += len(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        yield loose, Digest("sha256", running.hexdigest()), size


def settle(temporary: Path, final: Path) -> None:
    """Give a file that is on disk its final name, under which it is only read.

    Raises:
        OSError: the place cannot be written to, or the file is gone.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.chmod(READ_ONLY)
    temporary.replace(final)
    sync(final.parent)


def sync(folder: Path) -> None:
    """Make sure that the names in a folder are on disk, where the file system can say so."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
