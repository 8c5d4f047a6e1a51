"""Opens what ``zoo diff`` compares: an index, an index in a revision of git, or a results table."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from zoo.changes import Side
from zoo.claims import Data, Location, ModelEntry, Record, Result
from zoo.cli import _exchange, _selection
from zoo.errors import IndexFault, UsageError
from zoo.exchange.imports import csv, timm_csv
from zoo.index import display, read_index
from zoo.registry import Registry
from zoo.revision import extract, is_revision

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
        tree = Path(folder).name  # a name that stands in no text of an index
        path = extract(named, Path(folder, tree), SUFFIXES)
        with working_in(folder):
            revision = named.partition(":")[0]
            return _read(named, Path(tree, path), _renamed(tree, f"{revision}:"))


@contextmanager
def working_in(folder: str) -> Iterator[None]:
    """Work in a folder, up to which an index looks for the root that its paths are relative to."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


def _renamed(tree: str, revision: str) -> Rename:
    """Return how texts that name the temporary tree are put in terms of the revision."""
    return lambda text: text.replace(f"{tree}/", revision).replace(tree, revision)


def _read(named: str, path: Path, rename: Rename) -> Side:
    try:
        if csv.recognises(str(path)):
            return _exported(named, path, rename)
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
        raise IndexFault(
            f"{named} has {count} {noun}: nothing was compared", "mend what is said above"
        )
    return Side(named, Registry(_relocated(entry, rename) for entry in index.entries))


def _exported(named: str, path: Path, rename: Rename) -> Side:
    models = csv.read(display(path)).entries
    moved = {entry.name: _relocated(entry, rename) for entry in models}
    return Side(named, moved, dict.fromkeys(csv.METRICS))


def _table(named: str, path: Path, rename: Rename) -> Side:
    shown = display(path)
    imported = timm_csv.read(shown)
    for note in imported.notes:
        _exchange.tell([rename(note if note.startswith(shown) else f"{named}: {note}")])
    models = {entry.name: _relocated(entry, rename) for entry in imported.entries}
    return Side(named, models, timm_csv.metrics(str(path)), timm=True)


def _relocated(entry: ModelEntry, rename: Rename) -> ModelEntry:
    """Return an entry with the paths of all its places renamed."""

    def move(location: Location) -> Location:
        return replace(location, path=rename(location.path))

    def moved(data: Data) -> Data:
        return {k: replace(datum, location=move(datum.location)) for k, datum in data.items()}

    urls = [replace(url, location=move(url.location)) for url in entry.weights_urls]
    return replace(
        entry,
        location=move(entry.location),
        source=replace(entry.source, location=move(entry.source.location)),
        claims=tuple(replace(c, location=move(c.location)) for c in entry.claims),
        weights=urls[0] if urls else None,
        mirrors=tuple(urls[1:]),
        fields={k: replace(v, location=move(v.location)) for k, v in entry.fields.items()},
        record=entry.record and _moved(entry.record, moved),
    )


def _moved(page: Record, moved: Callable[[Data], Data]) -> Record:
    return Record(
        moved(page.fields),
        moved(page.metadata),
        tuple(Result(r.dataset, moved(r.said), moved(r.metrics)) for r in page.results),
    )
