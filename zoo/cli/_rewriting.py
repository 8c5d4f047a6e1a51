"""Changes a file of the user in place: wholly or not at all, and only if nobody else has."""

from __future__ import annotations

import shutil
from pathlib import Path

from zoo.atomic import aside, write
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
        with aside(target.parent, prefix=f".{target.name}-") as hidden:
            write(hidden, new)
            shutil.copymode(target, hidden)
            if target.read_bytes() != old:
                raise UsageError(
                    f"{path} has changed in the meantime: it is left alone", "run it anew"
                )
            hidden.replace(target)
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
