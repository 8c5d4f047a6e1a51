"""Pictures named ``ILSVRC2012_val_<number>.JPEG``, whose class is in a list by that number."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from zoo.datasets._imagenet import validation_number_of
from zoo.datasets._truth import Truth
from zoo.pictures import Dataset, Fault, Picture, Place


def read(
    path: Path, layout: str, places: Iterable[tuple[str, Place]], truth: tuple[Truth, Path]
) -> Dataset:
    """Return the pictures in the order of their numbers; what has none is a fault.

    Args:
        places: the pictures' names and places.
    """
    labels, source = truth
    found: dict[int, Picture] = {}
    faults: list[Fault] = []
    for name, place in places:
        number = validation_number_of(name)
        if number is None:
            faults.append(Fault("extra", f"{place.where} is no picture of the validation set"))
        elif number in found:
            other = found[number].id
            faults.append(Fault("duplicate", f"{place.where} has the number of {other}"))
        else:
            found[number] = Picture(name, place, labels[number - 1])
    pictures = tuple(picture for _, picture in sorted(found.items()))
    words = f"{layout}: {len(pictures):,} pictures, with the classes of {source.name}"
    return Dataset(words, path, pictures, faults=tuple(faults))
