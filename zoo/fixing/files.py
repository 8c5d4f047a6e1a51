"""Makes the files of an index anew by fixes, and proves that nothing else has changed by it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo.claims import Datum, Location, ModelEntry, Written
from zoo.fixing.outcome import Fix, Left
from zoo.fixing.source import Edit, Source, Unwritable

# What an entry says by the place in its page, and where that is written.
_Key = tuple[str | int, ...]
Reread = Callable[[Mapping[str, bytes]], Mapping[str, ModelEntry] | None]


@dataclass(frozen=True, slots=True)
class Files:
    """What is to be written.

    Attributes:
        changed: by path as people are shown it, what a file holds and what it will.
        done: the fixes that are in it.
        left: what cannot be written, and why.
        misread: whether there is a file that would not read as it should, which is a fault of ours.
    """

    changed: Mapping[str, tuple[bytes, bytes]]
    done: tuple[Fix, ...]
    left: tuple[Left, ...]
    misread: bool = False


def apply_to_files(
    fixes: Sequence[Fix], entries: Mapping[str, ModelEntry], reread: Reread
) -> Files:
    """Return the files with the fixes in them; a file that would not read as it should is left.

    Args:
        reread: returns the models of the index with files that hold something else, by absolute
            path; None where it would have errors.
    """
    agreed, left = _agreed(fixes, entries)
    made: dict[str, tuple[bytes, bytes]] = {}
    done: dict[str, list[Fix]] = {}
    for path, wanted in _by_path(agreed).items():
        data = Path(path).read_bytes()
        new, fitting, unwritable = _edited(path, data, wanted)
        left += unwritable
        if fitting:
            made[path], done[path] = (data, new), fitting
    misread = _misread(made, done, entries, reread)
    for path in misread:
        words = f"{path} would not read as it should with this in it: nothing in it is changed"
        left += [Left(fix.model, fix.rule, words) for fix in done.pop(path)]
        del made[path]
    written = [fix for fixes in done.values() for fix in fixes]
    return Files(made, tuple(written), tuple(left), misread=bool(misread))


def _by_path(fixes: Iterable[Fix]) -> dict[str, list[Fix]]:
    found: dict[str, list[Fix]] = defaultdict(list)
    for fix in fixes:
        found[fix.location.path].append(fix)
    return dict(sorted(found.items()))


def _agreed(
    fixes: Sequence[Fix], entries: Mapping[str, ModelEntry]
) -> tuple[list[Fix], list[Left]]:
    """Return the fixes on whose value all models agree that share it, and the others."""
    sharing: dict[Location, set[str]] = defaultdict(set)
    for entry in entries.values():
        for datum in _flat(entry).values():
            sharing[datum.location].add(entry.name)
    together: dict[tuple[Location, str], list[Fix]] = defaultdict(list)
    for fix in fixes:
        together[fix.location, fix.key].append(fix)
    agreed: list[Fix] = []
    left: list[Left] = []
    for (place, _), same in together.items():
        others = sharing[place] - {fix.model for fix in same}
        if others:
            words = f"it is inherited by {_named(others)}, too, for which it is not to be changed"
        elif len({fix.new for fix in same}) > 1:
            words = f"it is inherited by {_named({f.model for f in same})}, which differ in it"
        else:
            agreed += same
            continue
        left += [Left(fix.model, fix.rule, words) for fix in same]
    return agreed, left


def _named(models: set[str]) -> str:
    first, *more = sorted(models)
    return f"{first} and {len(more)} more" if more else first


def _edited(path: str, data: bytes, fixes: Sequence[Fix]) -> tuple[bytes, list[Fix], list[Left]]:
    source = Source.of(data, json=path.endswith(".json"))
    edits: dict[Edit, None] = {}
    done: list[Fix] = []
    left: list[Left] = []
    for fix in fixes:
        try:
            if fix.key:
                edit = source.adding(fix.location, fix.old, fix.key, fix.new)
            else:
                edit = source.replacing(fix.location, fix.old, fix.new)
        except Unwritable as reason:
            left.append(Left(fix.model, fix.rule, f"{fix.location}: {reason}"))
            continue
        edits[edit] = None  # the same for all models that share the value
        done.append(fix)
    return source.edited(list(edits)), done, left


def _misread(
    made: Mapping[str, tuple[bytes, bytes]],
    done: Mapping[str, Sequence[Fix]],
    entries: Mapping[str, ModelEntry],
    reread: Reread,
) -> list[str]:
    """Return the files with which the index would say something else than it is to say."""
    if _reads_as_meant(list(made), made, done, entries, reread):
        return []
    return [path for path in made if not _reads_as_meant([path], made, done, entries, reread)]


def _reads_as_meant(
    paths: Sequence[str],
    made: Mapping[str, tuple[bytes, bytes]],
    done: Mapping[str, Sequence[Fix]],
    entries: Mapping[str, ModelEntry],
    reread: Reread,
) -> bool:
    instead = {os.path.abspath(path): made[path][1] for path in paths}  # noqa: PTH100
    after = reread(instead)
    if after is None or list(after) != list(entries):
        return False
    wanted: dict[str, list[Fix]] = defaultdict(list)
    for path in paths:
        for fix in done[path]:
            wanted[fix.model].append(fix)
    return all(_says(after[name]) == _meant(entry, wanted[name]) for name, entry in entries.items())


def _says(entry: ModelEntry) -> dict[_Key, Written]:
    return {key: datum.value for key, datum in _flat(entry).items()}


def _meant(entry: ModelEntry, fixes: Iterable[Fix]) -> dict[_Key, Written]:
    """Return what an entry is to say with the fixes."""
    flat = _flat(entry)
    says = {key: datum.value for key, datum in flat.items()}
    for fix in fixes:
        if fix.key:
            says["metadata", fix.key] = fix.new
        else:
            says |= {key: fix.new for key, each in flat.items() if each.location == fix.location}
    return says


def _flat(entry: ModelEntry) -> dict[_Key, Datum]:
    page = entry.record
    if page is None:
        return {}
    flat: dict[_Key, Datum] = {("fields", name): each for name, each in page.fields.items()}
    flat |= {("metadata", name): each for name, each in page.metadata.items()}
    for number, result in enumerate(page.results):
        flat |= {("result", number, name): each for name, each in result.said.items()}
        flat |= {("metrics", number, name): each for name, each in result.metrics.items()}
    return flat
