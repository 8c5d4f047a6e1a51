"""ImageNet as folders named by WordNet id, ``val/<wnid>/*.JPEG``.

The class index comes from the list of the 1,000 ids, not from the order of the folders, so that a
folder that is missing cannot shift the labels of those behind it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from zoo.datasets import SUFFIXES
from zoo.errors import Unavailable
from zoo.pictures import Dataset, Picture

_WNID = re.compile(r"n\d{8}", re.ASCII)
_PER_CLASS = 50
_CLASSES = 1000


class ImageNetFolder:
    """The layout ``imagenet-folder``; the folder itself or its parent, where that holds ``val``."""

    def recognises(self, path: Path) -> bool:
        """Return whether there is a folder named by a WordNet id."""
        return path.is_dir() and any(_WNID.fullmatch(child.name) for child in _root(path).iterdir())

    def open(self, path: Path) -> Dataset:
        """Return the pictures in the order of class index and file name."""
        root = _root(path)
        classes = wnids()
        pictures = sorted(_pictures(root, classes), key=lambda picture: (picture.label, picture.id))
        counts = Counter(picture.label for picture in pictures)
        whole = len(counts) == _CLASSES and set(counts.values()) == {_PER_CLASS}
        layout = f"ImageNet folders: {len(pictures):,} pictures of {len(counts):,} classes"
        return Dataset(layout, root, tuple(pictures), "ImageNet" if whole else "")


@cache
def wnids() -> dict[str, int]:
    """Return the class index of each WordNet id of ImageNet-1k, from timm's list."""
    from timm.data import ImageNetInfo

    return {wnid: index for index, wnid in enumerate(ImageNetInfo("imagenet1k").label_names())}


def _root(path: Path) -> Path:
    return path / "val" if (path / "val").is_dir() else path


def _pictures(root: Path, classes: dict[str, int]) -> Iterator[Picture]:
    for folder in sorted(root.iterdir()):
        if folder.name.startswith("."):
            continue
        if folder.name not in classes or not folder.is_dir():
            raise Unavailable(
                f"{folder} is no folder of an ImageNet class",
                "remove it: what does not belong there is not silently passed over",
            )
        yield from _of_class(folder, classes[folder.name])


def _of_class(folder: Path, label: int) -> Iterator[Picture]:
    empty = True
    for file in sorted(folder.iterdir()):
        if file.name.startswith("."):
            continue
        if file.suffix.lower() not in SUFFIXES or not file.is_file():
            raise Unavailable(f"{file} is no picture", "remove it, or replace it by the picture")
        empty = False
        yield Picture(f"{folder.name}/{file.name}", file, label)
    if empty:
        raise Unavailable(f"{folder} holds no picture")


LAYOUT = ImageNetFolder()
