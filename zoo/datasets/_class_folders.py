"""Pictures in one folder a class, whose name says which class it is.

The class never depends on the order of the folders, so that one that is missing cannot shift the
labels of those behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from zoo.datasets._files import Listing, is_about, is_picture, listing, passed_over
from zoo.pictures import Dataset, Fault, File, Picture


def read(root: Path, layout: str, noun: str, class_of: Callable[[str], int | None]) -> Dataset:
    """Return the pictures in the order of class index and file name.

    Args:
        layout: the layout's name in words.
        noun: what a folder is that has no class, such as ``folder of an ImageNet class``.
        class_of: gives the class index for a folder's name, or None.

    Raises:
        Unavailable: a folder cannot be read.
    """
    top = listing(root, root)
    about = [file for file in top.files if is_about(file.name)]
    faults = [*top.faults, *_strangers(top, noun, class_of)]
    pictures: list[Picture] = []
    clutter = [*top.clutter, *about]
    for folder in top.folders:
        if (label := class_of(folder.name)) is not None:
            inside = listing(folder, root)
            clutter += inside.clutter
            found = _pictures(inside, folder.name, label)
            pictures += found
            faults += _faults(inside, folder, found)
    pictures.sort(key=lambda picture: (picture.label, picture.id))
    count = len({picture.label for picture in pictures})
    words = f"{layout}: {len(pictures):,} pictures of {count:,} classes"
    notes = passed_over(path.relative_to(root) for path in clutter)
    return Dataset(words, root, tuple(pictures), faults=tuple(faults), notes=notes)


def _strangers(top: Listing, noun: str, class_of: Callable[[str], int | None]) -> list[Fault]:
    paths = [folder for folder in top.folders if class_of(folder.name) is None]
    paths += [file for file in top.files if not is_about(file.name)]
    return [Fault("extra", f"{path} is no {noun}") for path in paths]


def _pictures(inside: Listing, folder: str, label: int) -> list[Picture]:
    names = (file for file in inside.files if is_picture(file.name))
    return [Picture(f"{folder}/{file.name}", File(file), label) for file in names]


def _faults(inside: Listing, folder: Path, found: list[Picture]) -> list[Fault]:
    strays = [*inside.folders, *(file for file in inside.files if not is_picture(file.name))]
    faults = [*inside.faults, *(Fault("extra", f"{path} is no picture") for path in strays)]
    if not found:
        faults.append(Fault("missing", f"{folder} holds no picture"))
    return faults
