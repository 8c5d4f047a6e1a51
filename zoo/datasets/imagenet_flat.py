"""ImageNet's validation pictures in one folder, with the ground truth beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zoo.datasets import _numbered
from zoo.datasets._files import is_about, listing, passed_over
from zoo.datasets._imagenet import number_of, val_of
from zoo.datasets._truth import NAMES, truth_near
from zoo.pictures import Dataset, Fault, File


class ImageNetFlat:
    """The layout ``imagenet-flat``; the folder or its parent, where that holds ``val``."""

    def recognises(self, path: Path) -> bool:
        """Return whether there is a file named like a validation picture."""
        if not path.is_dir():
            return False
        return any(number_of(child.name) is not None for child in val_of(path).iterdir())

    def open(self, path: Path) -> Dataset:
        """Return the pictures in the order of their numbers."""
        root = val_of(path)
        inside = listing(root, root)
        beside = [file for file in inside.files if file.name in NAMES or is_about(file.name)]
        files = ((file.name, File(file)) for file in inside.files if file not in set(beside))
        dataset = _numbered.read(root, "ImageNet, flat folder", files, truth_near(root))
        strays = [folder for folder in inside.folders if folder.name not in _DEVKITS]
        faults = [*inside.faults, *(Fault("extra", f"{path} is no picture") for path in strays)]
        notes = passed_over(path.name for path in [*inside.clutter, *beside])
        return replace(dataset, faults=(*faults, *dataset.faults), notes=notes)


_DEVKITS = frozenset({"ILSVRC2012_devkit_t12", "devkit", "data"})


LAYOUT = ImageNetFlat()
