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


def from_repository() -> str:
    """Return the way from the top of a git repository to the working folder; empty in none.

    The paths of a diff are taken from there by ``git apply``, wherever it is run.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".git").exists():
            return str(here.relative_to(folder))
    return ""
