"""The classes of ImageNet's validation pictures by their number, from a list beside them.

The devkit's ``ILSVRC2012_validation_ground_truth.txt`` counts classes in an order of its own, which
only the devkit tells: ``meta.mat``, or ``map_clsloc.txt`` with lines ``<wnid> <id> <name>``. Lists
by WordNet id (``imagenet_2012_validation_synset_labels.txt`` of TensorFlow's models, and Kaggle's
``LOC_val_solution.csv``) need no such order. A list of WordNet ids in the order of the alphabet
(``LOC_synset_mapping.txt``, ``synsets.txt``) says nothing about the devkit's numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from zoo.datasets._imagenet import CLASSES, PICTURES, validation_number_of, wnids
from zoo.errors import Unavailable

DEVKIT = "ILSVRC2012_validation_ground_truth.txt"
SYNSETS = "imagenet_2012_validation_synset_labels.txt"
KAGGLE = "LOC_val_solution.csv"
META, MAP = "meta.mat", "map_clsloc.txt"
NAMES = frozenset({DEVKIT, SYNSETS, KAGGLE, META, MAP})
_BELOW = ("", "data", "devkit", "devkit/data", "ILSVRC2012_devkit_t12/data")

Truth = tuple[int, ...]


def truth_near(folder: Path) -> tuple[Truth, Path]:
    """Return the class index of the pictures 1 to 50,000, and the list that says so.

    Args:
        folder: of the pictures; the list lies there, in the folder above, or in an unpacked devkit
            in either.

    Raises:
        Unavailable: there is no such list, or it is not in order.
    """
    places = [near / below for near in (folder, folder.parent) for below in _BELOW]
    for name, read in _READERS.items():
        for found in (place / name for place in places):
            if found.is_file():
                return read(found), found
    raise Unavailable(
        f"there is no list of the classes beside the pictures in {folder}",
        f"put {DEVKIT} of the devkit (with its {META}), {SYNSETS} or {KAGGLE} there",
    )


def _by_wnid(path: Path) -> Truth:
    """Return the classes from one WordNet id a line, in the order of the pictures."""
    classes = wnids()
    lines = _lines(path)
    return tuple(_looked_up(classes, wnid, path, n) for n, wnid in enumerate(lines, start=1))


def _by_kaggle(path: Path) -> Truth:
    """Return the classes from ``<picture>,<wnid> <box> <wnid> <box> …``, in any order."""
    found: dict[int, int] = {}
    for n, (picture, prediction) in enumerate(_rows(path), start=2):
        number = validation_number_of(f"{picture}.JPEG")
        wnid = prediction.partition(" ")[0]
        if number is None or number in found:
            raise Unavailable(
                f"{path}:{n}: '{picture[:60]}' is no validation picture, or twice there"
            )
        found[number] = _looked_up(wnids(), wnid, path, n)
    _check_length(path, len(found))
    return tuple(label for _, label in sorted(found.items()))


def _by_devkit(path: Path) -> Truth:
    """Return the classes from one of the devkit's ids a line, in the order of the pictures."""
    classes = _devkit_classes(path)
    lines = _lines(path)
    return tuple(_looked_up(classes, text, path, n) for n, text in enumerate(lines, start=1))


_READERS: dict[str, Callable[[Path], Truth]] = {
    SYNSETS: _by_wnid,
    KAGGLE: _by_kaggle,
    DEVKIT: _by_devkit,
}


def _looked_up(classes: Mapping[str, int], text: str, path: Path, line: int) -> int:
    if text not in classes:
        raise Unavailable(f"{path}:{line}: '{text[:40]}' is no class of ImageNet")
    return classes[text]


def _lines(path: Path) -> list[str]:
    lines = [line.strip() for line in _text(path).splitlines()]
    _check_length(path, len(lines))
    return lines


def _check_length(path: Path, lines: int) -> None:
    if lines != PICTURES:
        raise Unavailable(
            f"{path} has {lines:,} lines, and ImageNet has {PICTURES:,} validation pictures",
            "the test set's list is another file; fetch the list of the validation set again",
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{path} cannot be read as text: {error}") from None


def _rows(path: Path) -> list[tuple[str, str]]:
    rows = list(csv.reader(_text(path).splitlines()))
    if not rows or rows[0] != ["ImageId", "PredictionString"] or any(len(row) != 2 for row in rows):
        raise Unavailable(f"{path} has not the two columns ImageId,PredictionString")
    return [(row[0], row[1]) for row in rows[1:]]


def _devkit_classes(path: Path) -> dict[str, int]:
    """Return the class index of each of the devkit's ids, which are decimal numbers from 1."""
    text, meta = path.with_name(MAP), path.with_name(META)
    if text.is_file():
        pairs = [(line.split()[1], line.split()[0]) for line in _text(text).splitlines()
                 if len(line.split()) > 1]  # fmt: skip
        return _checked(text, pairs)
    if meta.is_file():
        return _checked(meta, _from_matlab(meta))
    raise Unavailable(
        f"{path} counts classes in the devkit's own order, which nothing here tells",
        f"put the devkit's {META} or {MAP} (lines '<wnid> <id> <name>') beside it",
    )


def _from_matlab(path: Path) -> list[tuple[str, str]]:
    try:
        from scipy.io import loadmat
    except ImportError:
        raise Unavailable(
            f"{path} is read by scipy, which is not installed",
            f"pip install scipy, or put the devkit's {MAP} beside it",
        ) from None
    try:
        synsets: Any = loadmat(path, squeeze_me=True)["synsets"]
        return [(str(int(row["ILSVRC2012_ID"])), str(row["WNID"])) for row in synsets]
    except Exception as error:  # scipy raises errors of many types for a damaged file
        raise Unavailable(f"{path} cannot be read: {type(error).__name__}") from None


def _checked(path: Path, pairs: list[tuple[str, str]]) -> dict[str, int]:
    """Return the classes by id; ids above 1,000 are of groups of classes and have no pictures."""
    known = wnids()
    wanted = {str(number) for number in range(1, CLASSES + 1)}
    kept = [(text, wnid) for text, wnid in pairs if text in wanted]
    classes = {text: known[wnid] for text, wnid in kept if wnid in known}
    if len(kept) != CLASSES or len(set(classes.values())) != CLASSES:
        raise Unavailable(f"{path} does not give each of the ids 1 to 1000 a class of its own")
    return classes
