"""What lies in a folder, sorted into pictures, clutter that systems leave, and the rest."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from zoo.errors import Unavailable
from zoo.pictures import Fault

SUFFIXES = frozenset({".jpeg", ".jpg", ".png"})
_LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_ABOUT = re.compile(r"(?:readme|licen[cs]e)(?:\.(?:txt|md))?", re.IGNORECASE)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries of one folder, each list in the order of the names."""

    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    clutter: tuple[Path, ...]
    faults: tuple[Fault, ...]


def listing(folder: Path, root: Path) -> Listing:
    """Return what lies in a folder of the dataset at a root.

    A link counts as what it leads to, but not out of the root: what is there is not this dataset.

    Raises:
        Unavailable: the folder cannot be read.
    """
    folders: list[Path] = []
    files: list[Path] = []
    clutter: list[Path] = []
    faults: list[Fault] = []
    within = Path(os.path.realpath(root))
    for entry in _scan(folder):
        path = folder / entry.name
        if is_clutter(entry.name):
            clutter.append(path)
        elif wrong := _wrong(entry, within):
            faults.append(Fault("malformed", f"{shown(str(path))} {wrong}"))
        else:
            (folders if entry.is_dir() else files).append(path)
    return Listing(tuple(folders), tuple(files), tuple(clutter), tuple(faults))


def is_clutter(name: str) -> bool:
    """Return whether a name is hidden, or of a file that a desktop leaves behind."""
    return name.startswith(".") or name.casefold() in _LEFT_BY_SYSTEMS


def is_about(name: str) -> bool:
    """Return whether a name is of a text about the dataset, as publishers put beside it."""
    return _ABOUT.fullmatch(name) is not None


def is_picture(name: str) -> bool:
    """Return whether a name ends like that of a picture, in capitals or not."""
    return Path(name).suffix.lower() in SUFFIXES


def shown(name: str) -> str:
    """Return a name of which what is not UTF-8 is written as numbers, so that it can be printed."""
    return name.encode("utf-8", "backslashreplace").decode()


def passed_over(paths: Iterable[object]) -> tuple[str, ...]:
    """Return a note of what was passed over, or none where that is nothing."""
    names = [shown(str(path)) for path in paths]
    return (f"passed over: {shortened(names)}",) if names else ()


def shortened(names: list[str]) -> str:
    """Return the first few names, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be read: {error.strerror}") from None


def _wrong(entry: os.DirEntry[str], within: Path) -> str:
    """Return what is wrong with an entry whatever its content, or an empty text."""
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    if entry.is_symlink():
        if not Path(entry.path).exists():
            return "is a link that leads nowhere"
        if not Path(os.path.realpath(entry.path)).is_relative_to(within):
            return f"is a link that leads out of {within}"
    if not entry.is_dir() and not entry.is_file():
        return "is neither file nor folder"
    return ""
