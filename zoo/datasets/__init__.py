"""Labelled pictures on this machine: one module a layout."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from zoo.catalog import Catalog
from zoo.errors import Unavailable
from zoo.pictures import Dataset

SUFFIXES = frozenset({".jpeg", ".jpg", ".png"})


class Layout(Protocol):
    """One way in which datasets lie on disk."""

    def recognises(self, path: Path) -> bool:
        """Return whether a path looks like this layout; reads at most one folder."""

    def open(self, path: Path) -> Dataset:
        """Return the dataset with every picture that it names.

        Raises:
            Unavailable: something is missing, extra or malformed; the message names it.
        """


LAYOUTS: Catalog[Layout] = Catalog("zoo.datasets", "LAYOUT")


def open_dataset(path: Path) -> Dataset:
    """Open the dataset at a path, in the first layout that recognises it.

    Raises:
        Unavailable: there is nothing, or nothing that a layout recognises, or it is not in order.
    """
    if not path.exists():
        raise Unavailable(f"there is no dataset at {path}", "give its path with --dataset")
    for layout in LAYOUTS.values():
        if layout.recognises(path):
            return layout.open(path)
    raise Unavailable(
        f"{path} is a dataset of no known layout",
        "give a CSV with the columns path,class or a folder of folders named by WordNet id",
    )
