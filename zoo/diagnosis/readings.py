"""Which class each output of a network means: the orders in which labels are counted by mistake.

These need no new forward pass: the same logits are read in another order. Labels that begin at 1,
1,001 classes with the background first (TensorFlow), folders of classes numbered in the order of
their names (timm#131, #291), class indices sorted as text, so that 10 comes before 2, and classes
in the order of their names in English instead of their WordNet ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo.datasets._imagenet import CLASSES, info, wnids
from zoo.pictures import Dataset

if TYPE_CHECKING:
    from torch import Tensor

NONE = -1  # in an order: no output means that class
BACKGROUND = 1001
NAMES = "imagenet_synset_to_lemma.txt"


@dataclass(frozen=True, slots=True)
class Reading:
    """One order of labels.

    Attributes:
        id: kebab-case; names the kind of order.
        words: the order, as it follows on "with".
        order: for each class the output that means it, or ``NONE``.
    """

    id: str
    words: str
    order: tuple[int, ...]


def usual_readings(outputs: int, dataset: Dataset) -> list[Reading]:
    """Return every order that differs from the documented and from each other."""
    found: dict[tuple[int, ...], Reading] = {}
    for family in FAMILIES.values():
        for reading in family(outputs, dataset):
            if reading.order != tuple(range(outputs)):
                found.setdefault(reading.order, reading)
    return list(found.values())


def best(logits: Tensor, scored: tuple[int, ...] | None, k: int) -> list[tuple[int, ...]]:
    """Return for each picture the k classes with the highest logits, of those that are scored.

    Where logits are not finite it is none.
    """
    import torch

    finite = (logits.isfinite() | (logits == -torch.inf)).all(dim=1) & logits.isfinite().any(dim=1)
    classes = torch.arange(logits.shape[1]) if scored is None else torch.tensor(scored)
    among = logits[:, classes]
    tops = classes[among.topk(min(k, among.shape[1]), dim=1).indices].tolist()
    return [tuple(top) if sound else () for top, sound in zip(tops, finite.tolist(), strict=True)]


def reread(logits: Tensor, order: tuple[int, ...]) -> Tensor:
    """Return the logits by class in another order; minus infinity where no output means a class."""
    import torch

    outputs = torch.tensor(order)
    read = logits[:, outputs.clamp(min=0)]
    read[:, outputs == NONE] = -torch.inf
    return read


def _offset(outputs: int, dataset: Dataset) -> Iterator[Reading]:
    up = tuple(range(1, outputs))
    if outputs == BACKGROUND:
        words = "1,001 classes of which the first is the background"
        yield Reading("background-class", words, up)
    else:
        yield Reading("label-offset", "classes counted from 1 by the network", (*up, NONE))
    down = (NONE, *range(outputs - 1))
    yield Reading("label-offset", "classes counted from 1 by the dataset", down)


def _folders(outputs: int, dataset: Dataset) -> Iterator[Reading]:
    """Yield the order of the folders of the dataset, if each class has one of its own."""
    folders = {picture.id.rpartition("/")[0]: picture.label for picture in dataset.pictures}
    pairs = {(picture.id.rpartition("/")[0], picture.label) for picture in dataset.pictures}
    if len(pairs) == len(folders) == len(set(folders.values())) > 1:
        classes = [folders[name] for name in sorted(folders)]
        words = "classes numbered in the order of the folders' names"
        yield Reading("folder-order", words, _numbered(classes, outputs))


def _as_text(outputs: int, dataset: Dataset) -> Iterator[Reading]:
    classes = sorted(range(outputs), key=str)
    words = "classes numbered in the order of their indices as text (0, 1, 10, 11, …)"
    yield Reading("folder-order", words, _numbered(classes, outputs))


def _by_name(outputs: int, dataset: Dataset) -> Iterator[Reading]:
    if outputs == CLASSES:
        names = dict(line.split("\t", 1) for line in info(NAMES).splitlines())
        classes = [wnids()[wnid] for wnid in sorted(wnids(), key=names.__getitem__)]
        words = "classes in the order of their English names instead of their WordNet ids"
        yield Reading("class-order", words, _numbered(classes, outputs))


FAMILIES: Mapping[str, Callable[[int, Dataset], Iterator[Reading]]] = {
    "offset": _offset,
    "folders": _folders,
    "as-text": _as_text,
    "by-name": _by_name,
}


def _numbered(classes: list[int], outputs: int) -> tuple[int, ...]:
    """Return the order in which the first output means the first of these classes, and so on."""
    order = [NONE] * max(outputs, max(classes) + 1)
    for output, meant in enumerate(classes[:outputs]):
        order[meant] = output
    return tuple(order[:outputs])
