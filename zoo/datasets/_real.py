"""ReaL: which classes are right for each validation picture of ImageNet.

Beyer et al. (2020), *Are we done with ImageNet?*, arXiv 2006.07159. The list has one entry for each
picture by its number; 3,163 of them are empty, since for those no class of ImageNet is right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from pathlib import Path

from zoo.datasets._files import shortened
from zoo.datasets._imagenet import CLASSES, PICTURES, info, validation_number_of, wnids
from zoo.errors import Unavailable
from zoo.pictures import Dataset, Fault, Picture

SHIPPED = "imagenet_real_labels.json"  # with timm
# ImageNet's own labels are right for about nine in ten by ReaL (ibid.); labels in another order
# for less than one in a hundred.
LEAST_AGREEMENT = 0.5
LEAST_PICTURES = 100
# By ReaL each class is right for 13 pictures or more, and for the most part those are its own: that
# none of so many agrees happens to classes whose pictures are another's.
LEAST_OF_CLASS = 30

Sets = tuple[frozenset[int], ...]


def label_sets(path: Path | None = None) -> Sets:
    """Return the set of right classes of the pictures 1 to 50,000, some of which are empty.

    Args:
        path: of a list like ``real.json``; without one it is the list that timm ships.

    Raises:
        Unavailable: there is no such list, or it is not in order.
    """
    return _shipped() if path is None else _parsed(_text(path), str(path))


@lru_cache(maxsize=1)
def _shipped() -> Sets:
    return _parsed(info(SHIPPED), f"timm's {SHIPPED}")


def relabelled(dataset: Dataset, sets: Sets) -> Dataset:
    """Return the dataset with label sets, without the pictures whose set is empty.

    A picture that has no number of the validation set is a fault: no set can be its. So it is where
    no picture is left.
    """
    kept: list[Picture] = []
    faults: list[Fault] = []
    empty = 0
    for picture in dataset.pictures:
        number = validation_number_of(picture.id)
        if number is None:
            faults.append(Fault("extra", f"{picture.where} has no ReaL labels: its name is not "
                                "ILSVRC2012_val_<number>"))  # fmt: skip
        elif not sets[number - 1]:
            empty += 1
        else:
            kept.append(replace(picture, accepted=sets[number - 1]))
    if empty and not kept and not faults:
        none = f"{dataset.path} holds no picture for which a class is right by ReaL"
        faults.append(Fault("missing", none))
    words = f"{dataset.layout}; ReaL labels, without {empty:,} pictures for which no class is right"
    every = (*dataset.faults, *faults)
    return replace(dataset, layout=words, pictures=tuple(kept), faults=every)


def by_name(names: Iterable[str], sets: Sets) -> dict[str, frozenset[int]]:
    """Return the set of right classes of each picture, which may be empty.

    Raises:
        Unavailable: a name has no number of the validation set.
    """
    numbers = {name: validation_number_of(name) for name in names}
    strange = [name for name, number in numbers.items() if number is None]
    if strange:
        raise Unavailable(
            f"{len(strange):,} pictures have no ReaL labels, such as {strange[0]}",
            "ReaL is about ImageNet's validation pictures, named ILSVRC2012_val_<number>",
        )
    return {name: sets[number - 1] for name, number in numbers.items() if number}


def disagreement(dataset: Dataset) -> list[Fault]:
    """Return a fault if the labels, or those of some classes, are not in ImageNet's order.

    Nothing is said of fewer than 100 numbered pictures, or of fewer than 30 of a class.
    """
    sets = label_sets()
    judged = [(picture.label, sets[number - 1]) for picture in dataset.pictures
              if (number := validation_number_of(picture.id)) and sets[number - 1]]  # fmt: skip
    agreeing = sum(label in right for label, right in judged)
    if len(judged) < LEAST_PICTURES:
        return []
    if agreeing < LEAST_AGREEMENT * len(judged):
        share = f"{100 * agreeing / len(judged):.1f} % of {len(judged):,} pictures"
        words = f"the classes are permuted: {share} have one that is right by ReaL"
    elif exchanged := _exchanged(judged):
        words = f"no picture of these classes is right by ReaL: {shortened(exchanged)}"
    else:
        return []
    return [Fault("malformed", f"{dataset.path}: {words}")]


def _exchanged(judged: Iterable[tuple[int, frozenset[int]]]) -> list[str]:
    """Return the classes with whose pictures no label set agrees, and what most of them show."""
    by_class: dict[int, list[frozenset[int]]] = {}
    for label, right in judged:
        by_class.setdefault(label, []).append(right)
    wrong = {
        label: Counter(chain.from_iterable(sets)).most_common(1)[0][0]
        for label, sets in sorted(by_class.items())
        if len(sets) >= LEAST_OF_CLASS and not any(label in right for right in sets)
    }
    names = list(wnids())
    return [f"{names[label]} shows {names[shown]}" for label, shown in wrong.items()]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{path} cannot be read as text: {error}") from None


def _parsed(text: str, where: str) -> Sets:
    try:
        lists = json.loads(text)
    except (ValueError, RecursionError):
        raise Unavailable(f"{where} is no JSON", "ReaL's list is real.json") from None
    if not isinstance(lists, list) or len(lists) != PICTURES:
        count = f"{len(lists):,}" if isinstance(lists, list) else "no list of"
        raise Unavailable(f"{where} has {count} label sets, and ReaL has {PICTURES:,}")
    for number, each in enumerate(lists, start=1):
        if not (isinstance(each, list) and all(type(c) is int and 0 <= c < CLASSES for c in each)):
            raise Unavailable(
                f"{where}: entry {number} is no list of classes from 0 to {CLASSES - 1}"
            )
    return tuple(map(frozenset, lists))
