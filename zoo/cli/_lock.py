"""Where the lock file of an index is, and what it says of the chosen models."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.claims import ModelEntry
from zoo.cli import _selection
from zoo.errors import UsageError
from zoo.weights.pins import NAME, pinned, read_pins

SETTING = "lock"

lock_option = click.option(
    "--lock",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=f"File of pinned digests.  [default: {NAME} in the folder of the index]",
)


def lock_path(lock: Path | None, index: Path | None) -> Path:
    """Return where the lock file of an index is, whether there is one or not."""
    if named := _selection.named_path(lock, SETTING):
        return named
    root = _selection.index_path(index)
    return (root if root.is_dir() else root.parent) / NAME


def own_lock_path(lock: Path | None, index: Path | None) -> Path:
    """Return where the lock file is to be written.

    Raises:
        UsageError: the index is the one that comes with zoo, which is not the user's.
    """
    path = lock_path(lock, index)
    if path.parent == _selection.bundled():
        raise UsageError(
            "the index is the one that comes with zoo: its folder is not written to",
            f"say --lock {NAME}, and verify with the same",
        )
    return path


def with_pins(entries: list[ModelEntry], lock: Path | None, index: Path | None) -> list[ModelEntry]:
    """Return the entries with what the lock file, if there is one, says of their weights.

    Raises:
        UsageError: it was asked for and is not there, or it cannot be read.
    """
    path = lock_path(lock, index)
    if _selection.named_path(lock, SETTING) and not path.exists():
        raise UsageError(f"there is no lock file {path}", "'zoo lock' writes one")
    return pinned(entries, read_pins(path))
