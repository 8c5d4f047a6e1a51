"""Puts a file in its place so that it is there whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

LOOSE = "loose."  # how a file is called that nobody goes on with if it is left behind


@contextlib.contextmanager
def aside(folder: Path, *, prefix: str = LOOSE, suffix: str = "") -> Iterator[Path]:
    """Give a new and empty file of the user's usual mode, which is gone at the end unless renamed.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{prefix}{secrets.token_hex(8)}{suffix}"
    path.touch(exist_ok=False)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a file and flush it to disk.

    Raises:
        OSError: it cannot be written to, or the disk is full.
    """
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def put(path: Path, content: bytes) -> None:
    """Write a file beside its place, flush it, and rename it.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    with aside(path.parent) as loose:
        write(loose, content)
        loose.replace(path)
