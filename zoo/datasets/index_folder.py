"""Folders named by class index, ``0`` to ``999``, as ImageNet-V2 is published.

In the order of the alphabet ``10`` comes before ``2``: a reader that numbers the folders as they
come gives nearly every picture another class. Here the name is the number.
"""

from __future__ import annotations

import re
from pathlib import Path

from zoo.datasets import _class_folders
from zoo.pictures import Dataset

_INDEX = re.compile(r"0|[1-9]\d{0,4}", re.ASCII)


class IndexFolder:
    """The layout ``index-folder``."""

    def recognises(self, path: Path) -> bool:
        """Return whether there is a folder named by a number."""
        if not path.is_dir():
            return False
        return any(_INDEX.fullmatch(child.name) and child.is_dir() for child in path.iterdir())

    def open(self, path: Path) -> Dataset:
        """Return the pictures in the order of class index and file name."""
        noun = "folder of a class index from 0"
        return _class_folders.read(path, "folders by class index", noun, _class_of)


def _class_of(name: str) -> int | None:
    return int(name) if _INDEX.fullmatch(name) else None


LAYOUT = IndexFolder()
