"""Labelled pictures on this machine: one module a layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from zoo.catalog import Catalog
from zoo.datasets import _named, _real
from zoo.errors import Unavailable, UsageError, nearest
from zoo.pictures import Dataset, Fault

NAMES = tuple(published.title for published in _named.PUBLISHED)
bears_copies, copies_in = _named.bears_copies, _named.copies_in
SHOWN = 5


class Layout(Protocol):
    """One way in which datasets lie on disk."""

    def recognises(self, path: Path) -> bool:
        """Return whether a path looks like this layout; reads at most one folder."""

    def open(self, path: Path) -> Dataset:
        """Return the dataset with every picture that it names, and with what is not in order.

        Raises:
            Unavailable: it cannot be read at all; the message names what is in the way.
        """


LAYOUTS: Catalog[Layout] = Catalog("zoo.datasets", "LAYOUT")


def open_dataset(
    path: Path, name: str = "", *, layout: str = "", label_sets: Path | None = None
) -> Dataset:
    """Open the dataset at a path, if it is in order.

    Args:
        name: of the published dataset that it is, such as ``ImageNet-R``, which decides which
            classes are scored and which labels are right; another name says nothing.
        layout: its layout; without one it is the first that recognises the path.
        label_sets: a list like ReaL's ``real.json``; without one it is the one that timm ships.

    Raises:
        Unavailable: there is nothing, or nothing that a layout recognises, or it is not in order;
            the message names what is missing, extra or malformed.
    """
    dataset = inspect_dataset(path, name, layout=layout, label_sets=label_sets)
    if not dataset.faults:
        return dataset
    said = "; ".join(fault.message for fault in dataset.faults[:SHOWN])
    more = len(dataset.faults) - SHOWN
    raise Unavailable(
        said + (f"; and {more:,} more" if more > 0 else ""),
        "what does not belong there, or is missing, is not silently passed over: "
        "'zoo dataset check' names it all",
    )


def published_title(name: str) -> str:
    """Return the title of the published dataset of a name, or an empty text."""
    published = _named.named(name)
    return published.title if published else ""


def real_labels(names: Iterable[str], path: Path | None = None) -> dict[str, frozenset[int]]:
    """Return ReaL's set of right classes for each picture of a name; it may be empty.

    Args:
        path: of a list like ``real.json``; without one it is the list that timm ships.

    Raises:
        Unavailable: a name is none of the validation set, or there is no such list.
    """
    return _real.by_name(names, _real.label_sets(path))


def inspect_dataset(
    path: Path,
    name: str = "",
    *,
    layout: str = "",
    label_sets: Path | None = None,
    complete: bool = False,
) -> Dataset:
    """Return the dataset at a path with all that is not in order by its names and labels.

    Args:
        name, layout, label_sets: as in ``open_dataset``.
        complete: it must be the whole of the published dataset of that name, and no sample of it.

    Raises:
        Unavailable: there is nothing, or nothing that a layout recognises or can read.
    """
    found = _layout_of(path, layout)
    dataset = LAYOUTS[found].open(path)
    if not dataset.pictures and not dataset.faults:
        dataset = replace(dataset, faults=(Fault("missing", f"{path} holds no picture"),))
    published = _named.named(name) or _named.meant(dataset, found)
    if published is None:
        return dataset
    faults = _named.shortfalls(dataset, published, complete=complete)
    dataset = replace(dataset, faults=(*dataset.faults, *faults))
    if not dataset.faults and _named.is_whole(dataset, published):
        dataset = replace(dataset, whole=published.title)
    if published.restricted:
        dataset = replace(dataset, classes=published.has())
    if published is _named.REAL:
        dataset = _real.relabelled(dataset, _real.label_sets(label_sets))
    return dataset


def _layout_of(path: Path, asked: str) -> str:
    if asked and asked not in LAYOUTS:
        raise UsageError(f"there is no layout '{asked}'", nearest(asked, LAYOUTS))
    if not path.exists():
        raise Unavailable(f"there is no dataset at {path}", "give the path of what is there")
    if asked:
        return asked
    try:
        return next(name for name, layout in LAYOUTS.items() if layout.recognises(path))
    except StopIteration:
        raise Unavailable(
            f"{path} is a dataset of no known layout",
            "give a CSV with the columns path,class or a folder of folders named by WordNet id; "
            f"layouts are {', '.join(LAYOUTS)}",
        ) from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None
