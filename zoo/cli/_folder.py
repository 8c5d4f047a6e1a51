"""Writes the pages of a report into a folder, and takes away those that an earlier one left there.

A hidden file lists the pages that were written, with their digests. A page that is on the list and
is not written any more is taken away, such as that of a model that has left the index; one that
somebody has changed since, and all that is not on the list, stays. The list may be a stranger's:
it leads to nothing that zoo would not have written, and to nothing outside of the folder.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath

import click

from zoo import escape
from zoo.cli import _output, _text
from zoo.errors import UsageError

MOST_BYTES = 64 * 2**20
MOST_NAMED = 5
_PAGE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*")


def require_own(pages: Mapping[str, str], folder: Path, form: str) -> None:
    """Find out whether pages would be written over what is not of an earlier report.

    Raises:
        UsageError: they would.
    """
    listed = _listed(folder / f".zoo-{form}.json")
    others = [
        name
        for name, text in pages.items()
        if name not in listed and os.path.lexists(folder / name) and not _holds(folder / name, text)
    ]
    if others:
        raise UsageError(
            f"{folder} holds {_text.listed(others, MOST_NAMED)}, not of an earlier report",
            "give another folder, or take away what is in the place of a page",
        )


def write(pages: Mapping[str, str], folder: Path, form: str) -> None:
    """Write pages into a folder, and take away what an earlier report of this format left.

    Raises:
        UsageError: the folder cannot be written to.
    """
    listing = folder / f".zoo-{form}.json"
    listed = _listed(listing)
    for name, text in pages.items():
        _output.write_file(folder / name, text)
    stale = _stale(listed, pages, folder)
    gone = [name for name in stale if _take_away(folder, name, listed[name])]
    digests = {name: sha256(text.encode()).hexdigest() for name, text in sorted(pages.items())}
    _output.write_file(listing, escape.as_json({"pages": digests}))
    click.echo(f"wrote {_text.many(len(pages), 'page')} to {folder}", err=True)
    _tell(gone, [name for name in stale if name not in gone])


def _listed(listing: Path) -> dict[str, str]:
    """Return the pages that a list names, with their digests; none where it cannot be read."""
    try:
        if listing.stat().st_size > MOST_BYTES:
            return {}
        document = json.loads(listing.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    pages = document.get("pages") if isinstance(document, dict) else None
    return pages if isinstance(pages, dict) else {}


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def _stale(listed: Iterable[str], pages: Iterable[str], folder: Path) -> list[str]:
    """Return the listed pages that are there and are no page now, on any file system."""
    now = {name.casefold() for name in pages}
    return [
        name
        for name in sorted(listed)
        if _PAGE.fullmatch(name) and name.casefold() not in now and _is_file(folder, name)
    ]


def _is_file(folder: Path, name: str) -> bool:
    """Return whether a name leads to a file in the folder, and not by a link."""
    path = PurePosixPath(name)
    try:
        linked = any((folder / part).is_symlink() for part in (path, *path.parents[:-1]))
        return not linked and (folder / path).is_file()
    except OSError:  # no file has such a name
        return False


def _take_away(folder: Path, name: str, digest: object) -> bool:
    """Take a page away that is as it was written, and the folders that are empty without it."""
    try:
        if sha256((folder / name).read_bytes()).hexdigest() != digest:
            return False
        (folder / name).unlink()
    except OSError:
        return False
    with suppress(OSError):  # it holds other files
        for parent in PurePosixPath(name).parents[:-1]:
            (folder / parent).rmdir()
    return True


def _tell(gone: list[str], kept: list[str]) -> None:
    if gone:
        named = _text.listed(gone, MOST_NAMED)
        click.echo(f"took away what an earlier report left: {named}", err=True)
    if kept:
        named = _text.listed(kept, MOST_NAMED)
        click.echo(f"left, though no page now, since it was changed: {named}", err=True)
