"""Changes a file of the user in place: wholly or not at all, and only if nobody else has."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from zoo.errors import UsageError


def rewrite(path: Path, old: bytes, new: bytes) -> None:
    """Write what a file is to hold, which keeps its mode, and its link if it is one.

    Args:
        old: what it must hold at the moment.

    Raises:
        UsageError: it holds something else by now, or cannot be written.
    """
    target = path.resolve()
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(new)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(target, name)
        if target.read_bytes() != old:
            Path(name).unlink()
            raise UsageError(f"{path} has changed in the meantime: it is left alone", "run it anew")
        Path(name).replace(target)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


def in_repository(path: Path) -> str:
    """Return a file's path as a diff names it: from the top of its git repository.

    Outside of one it is the path from the working folder, or from the root.
    """
    absolute = path.resolve()
    tops = (folder for folder in absolute.parents if (folder / ".git").exists())
    here = Path.cwd()
    base = next(tops, here if absolute.is_relative_to(here) else Path(absolute.anchor))
    return absolute.relative_to(base).as_posix()
