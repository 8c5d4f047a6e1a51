"""Puts a file in its place so that it is there whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

LOOSE = "loose."  # how a file is called that nobody goes on with if it is left behind


def put(path: Path, content: bytes) -> None:
    """Write a file beside its place, flush it, and rename it.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=LOOSE, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
