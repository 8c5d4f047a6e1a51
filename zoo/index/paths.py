"""What a path written in an index leads to: files below the index's root, and nothing else."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from zoo.index.problems import Malformed
from zoo.index.tree import Scalar

MAX_LISTED = 10_000  # names that one wildcard may look at
MAX_WILD = 500  # characters of a wildcard

_WILD = re.compile(r"[*?\[]")
# C:\x, D:x and https://x alike, and what a shell would take for somebody's home.
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\~]")


def resolve(written: Scalar, file: Path, root: Path) -> list[Path]:
    """Return the files that a path or wildcard leads to, in the order of their names.

    Args:
        written: the path, relative to the folder of the file.
        file: where it is written.
        root: the folder of the index, out of which no path leads.

    Raises:
        Malformed: it leads out of the root, to nothing, or to something that is no file.
    """
    steps = _steps(written, file, root)
    if not is_wild(written):
        found = root.joinpath(*steps)
        _require_file(written, found, root)
        return [found]
    if len(written.text) > MAX_WILD:
        message = f"a wildcard of more than {MAX_WILD} characters"
        raise Malformed("import-limit", message, written.location)
    files = sorted(set(_expand(written, root, root, steps, [0])))
    if not files:
        raise Malformed("import-missing", f"no file matches {_quoted(written)}", written.location)
    for found in files:
        _require_inside(written, found, root)
    return files


def is_wild(written: Scalar) -> bool:
    """Whether a path stands for every file that matches it."""
    return _WILD.search(written.text) is not None


def is_file(written: Scalar, file: Path, root: Path) -> bool:
    """Whether a path leads to a file, by way of the folder of its own file or of the root.

    Raises:
        Malformed: it leads out of the root both ways.
    """
    try:
        resolve(written, file, root)
    except Malformed as fault:
        try:
            resolve(written, root / "x", root)
        except Malformed:
            if fault.problem.rule == "import-missing":
                return False
            raise fault from None
    return True


def _steps(written: Scalar, file: Path, root: Path) -> list[str]:
    """Return the names that lead from the root to what is written."""
    text = written.text
    if not text.strip():
        raise Malformed("import-missing", "an empty path", written.location)
    if _ELSEWHERE.match(text) or "\\" in text:
        raise _outside(written)
    steps = list(Path(os.path.relpath(file.parent, root)).parts)
    for step in text.split("/"):
        if step == "..":
            if not steps:
                raise _outside(written)
            steps.pop()
        elif step not in {"", "."} and (step, steps[-1:]) != ("**", ["**"]):
            steps.append(step)
    return steps


def _require_file(written: Scalar, found: Path, root: Path) -> None:
    try:
        _require_inside(written, found, root)
        regular = stat.S_ISREG(found.stat().st_mode)
    except FileNotFoundError:
        message = f"there is no file {_quoted(written)}"
        raise Malformed("import-missing", message, written.location) from None
    except OSError as error:
        message = f"{_quoted(written)} cannot be read: {error.strerror}"
        raise Malformed("import-missing", message, written.location) from None
    if not regular:
        message = f"{_quoted(written)} is not a regular file"
        raise Malformed("import-missing", message, written.location)


def _require_inside(written: Scalar, found: Path, root: Path) -> None:
    if not Path(os.path.realpath(found)).is_relative_to(os.path.realpath(root)):
        raise _outside(written)


def _expand(
    written: Scalar, root: Path, folder: Path, steps: list[str], listed: list[int]
) -> Iterator[Path]:
    """Yield the files below a folder that match the steps; count the names that were seen."""
    step, rest = steps[0], steps[1:]
    if step == "**" and rest:
        yield from _expand(written, root, folder, rest, listed)
    for entry in _entries(written, root, folder, listed):
        if step == "**" and rest and _is_folder(entry, follow=False):
            if not entry.name.startswith("."):
                yield from _expand(written, root, Path(entry.path), steps, listed)
        elif not _matches(entry.name, step):
            continue
        elif rest and _is_folder(entry, follow=True):
            yield from _expand(written, root, Path(entry.path), rest, listed)
        elif not rest and not _is_folder(entry, follow=True):
            yield Path(entry.path)


def _matches(name: str, pattern: str) -> bool:
    if name.startswith(".") and not pattern.startswith("."):
        return False
    return fnmatchcase(name, pattern)


def _entries(
    written: Scalar, root: Path, folder: Path, listed: list[int]
) -> Iterator[os.DirEntry[str]]:
    _require_inside(written, folder, root)
    _count(written, listed)
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                _count(written, listed)
                yield entry
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        message = f"{_quoted(written)} cannot be read: {error.strerror}"
        raise Malformed("import-missing", message, written.location) from None


def _count(written: Scalar, listed: list[int]) -> None:
    listed[0] += 1
    if listed[0] > MAX_LISTED:
        message = f"a wildcard that looks at more than {MAX_LISTED:,} names"
        raise Malformed("import-limit", message, written.location)


def _is_folder(entry: os.DirEntry[str], *, follow: bool) -> bool:
    try:
        return entry.is_dir(follow_symlinks=follow)
    except OSError:
        return False


def _quoted(written: Scalar) -> str:
    text = written.text.replace("\n", " ")
    return f"'{text}'" if len(text) <= 80 else f"'{text[:80]}…'"


def _outside(written: Scalar) -> Malformed:
    message = f"{_quoted(written)} leads out of the folder of the index"
    hint = "write the path of a file in it, relative to this file, with '/'"
    return Malformed("import-outside", message, written.location, hint)
