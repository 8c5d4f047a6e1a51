"""What a network says of pictures: one prediction a picture, and what follows from all of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from zoo.claims import Digest
from zoo.pictures import is_correct, labels_of

TOP = 5  # how many of the best classes are kept


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a network says of one picture.

    Attributes:
        id: the picture's name within the dataset.
        sha256: hexadecimal digest of the picture's file.
        top: the classes with the highest logits, best first, at most five; empty where the logits
            are not finite.
        margin: by how much the highest logit is above the second, which says how easily the two
            change places; 0 where there are no two.
        accepted: the classes of which each is right, in a dataset that has label sets; else None.
    """

    id: str
    sha256: str
    label: int
    top: tuple[int, ...]
    accepted: frozenset[int] | None = None
    margin: float = 0.0

    def hit(self, k: int) -> bool:
        """Return whether a right class is among the k best."""
        return is_correct(self.top[:k], labels_of(self.label, self.accepted))


class Enough(Protocol):
    """When predicting may stop before every picture was predicted."""

    def __call__(self, items: Sequence[Prediction]) -> bool:
        """Return whether what was predicted so far, in the dataset's order, is enough."""


def never(items: Sequence[Prediction]) -> bool:
    """Ask for every picture."""
    return False


@dataclass(frozen=True, slots=True)
class Draw:
    """Of what pictures some were drawn, at random and without replacement.

    Attributes:
        population: how many pictures the dataset has.
        seed: of the order of drawing.
        whole: the published dataset that all of them are by structure, else empty.
        fingerprint: of all of them, where their files were hashed.
    """

    population: int
    seed: int
    whole: str = ""
    fingerprint: Digest | None = None


@dataclass(frozen=True, slots=True)
class Predictions:
    """The predictions for every picture of a dataset, each exactly once; or for some, drawn.

    Attributes:
        items: in the dataset's order, or in that of drawing.
        whole: the published dataset that these pictures are in full by structure, else empty.
        method: in words, what moves the numbers.
        draw: what the pictures were drawn from, where they are not all of a dataset.
        rounded: whether the arithmetic was less than float32, so that it alone may miss a claim.
    """

    items: tuple[Prediction, ...]
    layout: str
    whole: str
    method: str
    draw: Draw | None = None
    rounded: bool = False

    @property
    def fingerprint(self) -> Digest:
        """The identity of these pictures and their labels, whatever their order and place."""
        return fingerprint((item.sha256, item.label) for item in self.items)

    @property
    def ids(self) -> Digest:
        """The SHA-256 over the sorted names of these pictures, a line each."""
        return _digest(f"{item.id}\n" for item in self.items)

    @property
    def outcome(self) -> Digest:
        """The SHA-256 over what was predicted: sorted lines ``["<name>", <label>, [<best>, …]]``.

        Margins are no part of it: their last bits differ between machines whose best classes are
        the same.
        """
        return _digest(f"{json.dumps([i.id, i.label, list(i.top)])}\n" for i in self.items)

    @property
    def not_finite(self) -> int:
        """How many pictures gave logits that are infinite or no numbers."""
        return sum(not item.top for item in self.items)

    def correct(self, k: int) -> int:
        """Return for how many pictures a right class is among the k best."""
        return sum(item.hit(k) for item in self.items)


def fingerprint(pictures: Iterable[tuple[str, int]]) -> Digest:
    """Return the SHA-256 over the sorted lines ``<sha256 of the file> <class index>``."""
    return _digest(f"{sha256} {label}\n" for sha256, label in pictures)


def _digest(lines: Iterable[str]) -> Digest:
    data = "".join(sorted(lines)).encode("utf-8", "surrogateescape")
    return Digest("sha256", hashlib.sha256(data).hexdigest())
