"""ImageNet as folders named by WordNet id, ``val/<wnid>/*.JPEG``.

ImageNet-A, -R and -Sketch lie the same way, the first two with 200 of the thousand folders.
"""

from __future__ import annotations

from pathlib import Path

from zoo.datasets import _class_folders
from zoo.datasets._imagenet import WNID, val_of, wnids
from zoo.pictures import Dataset


class ImageNetFolder:
    """The layout ``imagenet-folder``; the folder itself or its parent, where that holds ``val``."""

    def recognises(self, path: Path) -> bool:
        """Return whether there is a folder named by a WordNet id."""
        return path.is_dir() and any(WNID.fullmatch(child.name) for child in val_of(path).iterdir())

    def open(self, path: Path) -> Dataset:
        """Return the pictures in the order of class index and file name."""
        noun = "folder of an ImageNet class"
        return _class_folders.read(val_of(path), "ImageNet folders", noun, wnids().get)


LAYOUT = ImageNetFolder()
