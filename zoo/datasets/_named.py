"""Published datasets by name: how many pictures they have, and of which classes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zoo.datasets import _real
from zoo.datasets._files import shortened
from zoo.datasets._imagenet import (
    CLASSES,
    PICTURES,
    is_training,
    number_of,
    subset,
    validation_number_of,
    wnids,
)
from zoo.pictures import Dataset, Fault

# ImageNet itself has a few pictures twice: 29, where all are reduced to 32 × 32 pixels
# (https://github.com/PatrykChrabaszcz/Imagenet32_Scripts/issues/8).
MOST_COPIES = 0.001  # of all pictures: they move an accuracy by 0.1 points at most
_SKETCH = re.compile(r"(?:.*/)?sketch_\d+\.jpe?g", re.ASCII | re.IGNORECASE)


def _all() -> tuple[int, ...]:
    return tuple(range(CLASSES))


@dataclass(frozen=True, slots=True)
class Published:
    """A published test set.

    Attributes:
        title: its name.
        names: by which it is asked for, in small letters without blanks and hyphens.
        pictures: how many it has.
        of_each: how many of each class, where that is the same for all.
        has: gives its classes, ascending.
        restricted: it is scored on its own classes only.
        source: the paper that says so.
    """

    title: str
    names: tuple[str, ...]
    pictures: int
    of_each: int | None
    source: str
    has: Callable[[], tuple[int, ...]] = _all
    restricted: bool = False


IMAGENET = Published(
    "ImageNet",
    ("imagenet", "imagenet1k", "ilsvrc2012", "imagenetilsvrc2012"),
    PICTURES,
    50,
    "Russakovsky et al. (2015), arXiv 1409.0575",
)
REAL = Published(
    "ImageNet-ReaL",
    ("real", "imagenetreal", "imagenetreallabels"),
    PICTURES,
    50,
    "Beyer et al. (2020), arXiv 2006.07159",
)
V2 = Published(
    "ImageNet-V2",
    ("imagenetv2", "imagenetv2matchedfrequency", "imagenetv2threshold0.7", "imagenetv2topimages"),
    10_000,
    10,
    "Recht et al. (2019), arXiv 1902.10811",
)
SKETCH = Published(
    "ImageNet-Sketch",
    ("imagenetsketch",),
    50_889,
    None,
    "Wang et al. (2019), arXiv 1905.13549, and https://github.com/HaohanWang/ImageNet-Sketch",
)
_WITH_COPIES = (IMAGENET.title, REAL.title)
PUBLISHED = (
    IMAGENET,
    REAL,
    V2,
    SKETCH,
    Published(
        "ImageNet-A",
        ("imageneta",),
        7_500,
        None,
        "Hendrycks et al. (2021), arXiv 1907.07174",
        lambda: subset("a"),
        restricted=True,
    ),
    Published(
        "ImageNet-R",
        ("imagenetr",),
        30_000,
        None,
        "Hendrycks et al. (2021), arXiv 2006.16241",
        lambda: subset("r"),
        restricted=True,
    ),
)


def named(name: str) -> Published | None:
    """Return the published dataset of a name, in capitals or not, with hyphens or without."""
    plain = re.sub(r"[-_ ]", "", name).casefold()
    return next((each for each in PUBLISHED if plain in each.names), None)


def meant(dataset: Dataset, layout: str) -> Published | None:
    """Return which published dataset this one is meant to be if nobody has said so, or None.

    More than half of the thousand classes must be there: less is a sample, of whatever. It only
    decides what is missing, never how pictures are scored.
    """
    labels = {picture.label for picture in dataset.pictures}
    if layout == "manifest" or not CLASSES // 2 < len(labels) <= CLASSES or max(labels) >= CLASSES:
        return None
    if layout == "index-folder":
        return V2
    sketched = sum(_SKETCH.fullmatch(picture.id) is not None for picture in dataset.pictures)
    return SKETCH if 2 * sketched > len(dataset.pictures) else IMAGENET


def shortfalls(dataset: Dataset, published: Published, *, complete: bool) -> list[Fault]:
    """Return what a dataset lacks of the published one, and what it has too much.

    Args:
        complete: it must be all there. Else one with at most half of the classes passes as a
            sample, and so does one with all classes and at most half of the pictures.
    """
    classes = frozenset(published.has())
    counts = Counter(picture.label for picture in dataset.pictures)
    foreign = [p.where for p in dataset.pictures if p.label not in classes]
    faults = []
    if foreign:
        noun = "picture" if len(foreign) == 1 else "pictures"
        words = f"{len(foreign):,} {noun} of classes that {published.title} has not"
        faults.append(Fault("extra", f"{words}: {shortened(foreign)}"))
    if complete or 2 * len(counts) > len(classes):
        gone = sorted(classes.difference(counts))
        faults += [Fault("missing", f"{_class(c)} has no picture") for c in gone]
    if complete or 2 * len(dataset.pictures) > published.pictures:
        faults += _uneven(dataset, published, counts)
    if published in (IMAGENET, REAL):
        faults += _real.disagreement(dataset)
    return faults


def is_whole(dataset: Dataset, published: Published) -> bool:
    """Return whether a dataset has the published one's classes and counts, and its numbers."""
    counts = Counter(picture.label for picture in dataset.pictures)
    if set(counts) != set(published.has()) or len(dataset.pictures) != published.pictures:
        return False
    if published.of_each is not None and set(counts.values()) != {published.of_each}:
        return False
    numbers = {number_of(picture.id) for picture in dataset.pictures}
    return published.pictures != PICTURES or numbers in ({None}, set(range(1, PICTURES + 1)))


def copies_in(whole: str, files: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Return two pictures that are one file, where too many are for the whole of ImageNet.

    Nothing is said of another dataset.

    Args:
        whole: the published dataset that they are in full by structure, else empty.
        files: the name of each picture, which no other has, and its digest.
    """
    if whole not in _WITH_COPIES:
        return None
    first: dict[str, str] = {}
    found = [(first[digest], name) for name, digest in files
             if first.setdefault(digest, name) != name]  # fmt: skip
    return None if bears_copies(whole, len(found), len(files)) else found[0]


def bears_copies(whole: str, copies: int, pictures: int) -> bool:
    """Return whether so many copies among so many pictures may be the published dataset's own."""
    return whole in _WITH_COPIES and copies <= max(1, MOST_COPIES * pictures)


def _uneven(dataset: Dataset, published: Published, counts: Counter[int]) -> list[Fault]:
    """Return which pictures are missing: by number where they have some, else by class."""
    numbers = {number for p in dataset.pictures if (number := validation_number_of(p.id))}
    faults: list[Fault] = []
    if numbers and published.pictures == PICTURES:
        others = [p.where for p in dataset.pictures if validation_number_of(p.id) is None]
        faults += [Fault("extra", f"{where} is no picture of the validation set")
                   for where in others]  # fmt: skip
        gone = sorted(set(range(1, PICTURES + 1)) - numbers)
        faults += [Fault("missing", f"ILSVRC2012_val_{n:08d}.JPEG is missing") for n in gone]
    elif published.pictures == PICTURES:
        faults += _of_training(dataset)
    if published.of_each is not None:
        faults += _by_class(counts, published.of_each)
    if not faults and len(dataset.pictures) != published.pictures:
        words = (
            f"{len(dataset.pictures):,} pictures, and {published.title} has {published.pictures:,}"
        )
        short = len(dataset.pictures) < published.pictures
        faults.append(Fault("missing" if short else "extra", words))
    return faults


def _of_training(dataset: Dataset) -> list[Fault]:
    named = [picture.where for picture in dataset.pictures if is_training(picture.id)]
    are = "picture is" if len(named) == 1 else "pictures are"
    words = f"{len(named):,} {are} named as those of the training set"
    return [Fault("extra", f"{words}: {shortened(named)}")] if named else []


def _by_class(counts: Counter[int], of_each: int) -> list[Fault]:
    known = range(CLASSES)
    return [
        Fault(
            "missing" if count < of_each else "extra",
            f"{_class(index)} has {count:,} pictures, and should have {of_each}",
        )
        for index, count in sorted(counts.items())
        if count != of_each and index in known
    ]


def _class(index: int) -> str:
    return f"class {index} ({list(wnids())[index]})"
