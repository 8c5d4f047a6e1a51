"""Reads a file that a user names: text of a sane size, or one clear error."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from zoo.errors import UsageError

MAX_FILE = 16 * 2**20


def read_text(path: Path) -> str:
    """Return the text of a regular UTF-8 file, its lines ended by ``\\n``.

    Raises:
        UsageError: it is not such a file, or larger than 16 MiB.
    """
    data = _bytes(path)
    if len(data) > MAX_FILE:
        raise UsageError(f"{path} is larger than {MAX_FILE // 2**20} MiB: it was not read")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: this is a binary file, not text")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: this is not UTF-8 text", "save it as UTF-8") from None


def _bytes(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageError(f"{path} is not a regular file")
            return stream.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise UsageError(f"{path} is not there") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path} cannot be read: {reason}") from None
