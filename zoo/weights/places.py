"""Finds the files that a URL names on this machine: in an index, or in an installed package."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from zoo.claims import ModelEntry
from zoo.errors import Refused, Unavailable

_PACKAGE = re.compile(r"package://([A-Za-z_][A-Za-z0-9_]*)/(.+)", re.ASCII)


def in_index(entry: ModelEntry, url: str) -> Path:
    """Return the file beside the entry's page, or else below the root of the index."""
    root, reference = Path(entry.root), url[len("file:") :]
    page = Path(entry.location.path).parent
    within = page.resolve().is_relative_to(root.resolve())
    beside = within and _is_file(page / unquote(reference))
    return _below(page if beside else root, reference, url, root)


def _below(folder: Path, reference: str, url: str, root: Path) -> Path:
    """Return the regular file that lies below a folder, or raise where it leads out of a root."""
    relative = PurePosixPath(unquote(reference))
    absent = Unavailable(f"there is no file {folder / relative}", "correct the path in the index")
    try:
        path = (folder / relative).resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle, or a NUL
        raise absent from None
    if relative.is_absolute() or not path.is_relative_to(root.resolve()):
        raise Refused(f"{url} leads out of {root}", "files are read only below that folder")
    if not _is_file(path):
        raise absent
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long for a name, or with a NUL
        return False


def in_package(url: str) -> Path:
    """Return the file that an installed Python package ships, without importing the package.

    Args:
        url: ``package://import_name/path/below/the/package``.

    Raises:
        Refused: the URL is malformed, or leads out of the package.
        Unavailable: the package, or the file, is not installed.
    """
    match = _PACKAGE.fullmatch(url)
    if match is None:
        raise Refused(f"{url} is not of the form package://import_name/path")
    name, reference = match.groups()
    try:
        spec = importlib.util.find_spec(name)  # looks a top-level package up without importing it
    except ValueError:  # a module that was made in memory, such as __main__
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            f"the package {name} is not installed",
            f"install the distribution that provides it, such as: pip install "
            f"{name.replace('_', '-')}",
        )
    folder = Path(next(iter(spec.submodule_search_locations)))
    return _below(folder, reference, url, folder)
