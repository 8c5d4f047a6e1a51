"""Opens what ``zoo diff`` compares: an index, an index in a revision of git, or a results table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from zoo.changes import Side
from zoo.claims import Location, ModelEntry
from zoo.cli import _exchange, _selection
from zoo.errors import IndexFault, UsageError
from zoo.exchange.imports import timm_csv
from zoo.index import display, read_index
from zoo.registry import Registry
from zoo.revision import extract, is_revision
from zoo.statements import field_name

SUFFIXES = frozenset({".md", ".mdx", ".yml", ".yaml", ".json", ".csv"})

WANTED = "give a file or folder, REV:path such as HEAD~1:model-index, or a table of timm (.csv)"

Rename = Callable[[str], str]


def open_side(named: str) -> Side:
    """Return what a path or ``REV:path`` holds.

    Raises:
        UsageError: it is not there, or holds errors.
    """
    if Path(named).exists() or not is_revision(named):
        return _read(named, Path(named), lambda text: text)
    with tempfile.TemporaryDirectory(prefix="zoo-diff-") as folder:
        path = extract(named, Path(folder), SUFFIXES)
        return _read(named, path, _renamed(path, named))


def _renamed(path: Path, named: str) -> Rename:
    """Return how texts that name the temporary path are put in terms of the revision."""
    shown = display(path)
    if path.is_file():
        return lambda text: text.replace(shown, named)
    folder = named if named.endswith((":", "/")) else f"{named}/"
    return lambda text: text.replace(f"{shown}/", folder).replace(shown, named)


def _read(named: str, path: Path, rename: Rename) -> Side:
    try:
        if timm_csv.recognises(str(path)):
            return _table(named, path, rename)
        index = read_index(path)
    except IndexFault as error:
        raise IndexFault(rename(error.message), WANTED) from None
    except UsageError as error:
        raise UsageError(rename(error.message), error.hint) from None
    for problem in index.problems:
        click.echo(rename(_selection.describe(problem)), err=True)
    if index.errors:
        count = len(index.errors)
        noun = "error" if count == 1 else "errors"
        raise IndexFault(f"{named} has {count} {noun}: nothing was compared", "mend what is said")
    return Side(named, Registry(_relocated(entry, rename) for entry in index.entries))


def _table(named: str, path: Path, rename: Rename) -> Side:
    shown = display(path)
    imported = timm_csv.read(shown)
    for note in imported.notes:
        _exchange.tell([rename(note if note.startswith(shown) else f"{named}: {note}")])
    models = {entry.name: _relocated(entry, rename) for entry in imported.entries}
    stated = timm_csv.metrics(str(path)).items()
    return Side(named, models, frozenset(field_name(*field) for field in stated))


def _relocated(entry: ModelEntry, rename: Rename) -> ModelEntry:
    """Return an entry with the paths of all its places renamed."""

    def move(location: Location) -> Location:
        return replace(location, path=rename(location.path))

    weights = entry.weights and replace(entry.weights, location=move(entry.weights.location))
    return replace(
        entry,
        location=move(entry.location),
        source=replace(entry.source, location=move(entry.source.location)),
        claims=tuple(replace(c, location=move(c.location)) for c in entry.claims),
        weights=weights,
        fields={k: replace(v, location=move(v.location)) for k, v in entry.fields.items()},
    )
