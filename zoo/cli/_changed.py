"""Chooses the models that have changed since a revision of git: what a pull request touches.

The entries of both sides are compared as they are resolved, so that a line in a collection or in an
imported file touches all models that inherit it, and a page that was only moved or reflowed none.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import click

from zoo import escape
from zoo.claims import Location, ModelEntry
from zoo.cli import _lock, _selection, _sides, _text
from zoo.config import FILES, read_config
from zoo.errors import UsageError
from zoo.index import Problem, read_index
from zoo.revision import changed_files, extract, fork_of, holds, top
from zoo.weights.pins import Pins, read_pins

SHOWN = 5
_FILE = "file:"


changed_option = click.option(
    "--changed-since",
    metavar="REV",
    help="Only models that say something else, or whose pinned weights or own code are others,"
    " than where the working tree left this revision of git.",
)


def touched(
    candidates: Sequence[ModelEntry],
    written: Sequence[ModelEntry],
    unread: Sequence[Problem],
    revision: str | None,
    index: Path | None,
    lock: Path | None,
) -> tuple[list[ModelEntry], list[Problem]]:
    """Return the models that have changed since a revision; all of them, if none is given.

    Args:
        candidates: with what pins and goldens say of them.
        written: the same as the index has them.
        unread: what is wrong with models that cannot be read: these change with their page.

    Raises:
        UsageError: there is no such revision, or the index is not in the repository.
    """
    if revision is None:
        return list(candidates), list(unread)
    changed = _names(written, unread, revision, index, lock)
    return (
        [entry for entry in candidates if entry.name in changed],
        [problem for problem in unread if problem.model in changed],
    )


def _names(
    entries: Sequence[ModelEntry],
    unread: Sequence[Problem],
    revision: str,
    index: Path | None,
    lock: Path | None,
) -> Collection[str]:
    """Return the names of the models that have changed since a revision, and say which."""
    root, commit = top().resolve(), fork_of(revision)
    named = _selection.index_path(index)
    path, pins = _within(named, root), _lock.lock_path(lock, index)
    touched = changed_files(commit)
    switched = any(_is_touched(link, touched, root) for link in _links(named))
    reset = any(_is_touched(Path.cwd() / name, touched, root) for name in FILES)
    old, old_pins = ({}, {}) if switched else _at(commit, path, pins, root, reset=reset)
    new_pins = read_pins(pins)
    changed = [
        entry.name
        for entry in entries
        if _said(old.get(entry.name)) != _said(entry)
        or _said(old_pins.get(entry.name)) != _said(new_pins.get(entry.name))
        or any(_is_touched(path, touched, root) for path in _own_files(entry, root))
    ]
    changed += _unread_changed(unread, touched, root)
    _tell(changed, len(entries) + len({problem.model for problem in unread}), revision)
    return frozenset(changed)


def _unread_changed(
    unread: Iterable[Problem], touched: Collection[PurePosixPath], root: Path
) -> list[str]:
    """Return the models that cannot be read and whose file differs, or a link to it."""
    found: dict[str, None] = {}
    for problem in unread:
        page = Path(problem.location.path)
        steps = (*_links(page), page.resolve())
        if problem.model and any(_is_touched(step, touched, root) for step in steps):
            found[problem.model] = None
    return list(found)


def _within(index: Path, root: Path) -> PurePosixPath:
    """Return the path of the index from the root of the repository."""
    real = index.resolve()
    if not real.is_relative_to(root):
        hint = "name an index in it with --index"
        raise UsageError(f"the index {index} is not in the git repository of this folder", hint)
    return PurePosixPath(real.relative_to(root))


def _links(path: Path) -> Iterator[Path]:
    """Yield the symlinks by way of which a path leads where it does."""
    for step in (path, *path.absolute().parents):
        if step.is_symlink():
            yield step
            yield from _links(step.parent / step.readlink())


def _at(
    commit: str, path: PurePosixPath, lock: Path, root: Path, *, reset: bool
) -> tuple[Mapping[str, ModelEntry], Pins]:
    """Return the models and the pins of a commit; what cannot be read there is not among them.

    With other settings every model may come to another result: then there are none to compare.

    Args:
        reset: whether a file of the settings differs.
    """
    if not holds(commit, path):
        return {}, {}
    real = lock.resolve()
    with tempfile.TemporaryDirectory(prefix="zoo-since-") as folder:
        tree = Path(folder).name
        extract(f"{commit}:{path}", Path(folder, tree), _sides.SUFFIXES | {lock.suffix, ".toml"})
        if reset and _settings(Path(folder, tree), root) != _selection.config():
            return {}, {}
        with _sides.working_in(folder):
            old = {entry.name: entry for entry in read_index(Path(tree, path)).entries}
            inside = real.is_relative_to(root)
            return old, _pins(Path(tree, real.relative_to(root))) if inside else {}


def _settings(tree: Path, root: Path) -> Mapping[str, Any] | None:
    """Return the settings of the working folder as a commit has them."""
    try:
        return read_config(tree / Path.cwd().relative_to(root))
    except UsageError:  # mended since: others, whatever they were
        return None


def _pins(path: Path) -> Pins:
    try:
        return read_pins(path)
    except UsageError:  # mended since: then every pin is a new one
        return {}


def _said(value: Any) -> Any:
    """Return all that is said, without where."""
    match value:
        case Location():
            return None
        case Mapping():
            return tuple((key, _said(part)) for key, part in value.items())
        case tuple() | list():
            return tuple(_said(part) for part in value)
        case _ if is_dataclass(value):
            named = (field.name for field in fields(value) if field.name not in _WHERE)
            return tuple((name, _said(getattr(value, name))) for name in named)
        case _:
            return value


_WHERE = frozenset({"root", "first_seen"})


def _own_files(entry: ModelEntry, root: Path) -> Iterator[Path]:
    """Yield what belongs to a model beside its page: the code it names, and weights beside it.

    Of the code it is the whole package, since nobody knows what of it the named module uses.
    """
    if entry.source.kind == "python":
        package = entry.source.reference.partition(":")[0].partition(".")[0]
        for folder in (Path.cwd(), Path.cwd() / "src", root, root / "src"):
            yield from (folder / package, folder / f"{package}.py")
    for url in entry.weights_urls:
        if url.text.startswith(_FILE):
            written = url.text.removeprefix(_FILE).lstrip("/")
            yield Path(url.location.path).parent / written
            yield Path(entry.root) / written


def _is_touched(path: Path, touched: Collection[PurePosixPath], root: Path) -> bool:
    """Return whether a file, or one below a folder, is among those that differ."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  (a link itself may be what differs)
    real = absolute.parent.resolve() / absolute.name
    if not real.is_relative_to(root):
        return False
    inside = PurePosixPath(real.relative_to(root))
    return any(file == inside or inside in file.parents for file in touched)


def _tell(changed: Sequence[str], total: int, revision: str) -> None:
    noun = "model" if total == 1 else "models"
    which = f": {_text.listed(changed, SHOWN)}" if changed else ", so that none is verified"
    text = f"changed since {revision}: {len(changed)} of {total} {noun}{which}"
    click.echo(escape.line(text), err=True)
