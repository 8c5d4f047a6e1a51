"""Engines run a network over a dataset and return what it predicts for each picture."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from zoo.claims import Digest


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a network says of one picture.

    Attributes:
        id: the picture's name within the dataset.
        sha256: hexadecimal digest of the picture's file.
        top: the classes with the highest logits, best first, at most five; empty where the logits
            are not finite.
    """

    id: str
    sha256: str
    label: int
    top: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Predictions:
    """The predictions for every picture of a dataset, each exactly once.

    Attributes:
        whole: the published dataset that these pictures are in full by structure, else empty.
        method: in words, what moves the numbers.
    """

    items: tuple[Prediction, ...]
    layout: str
    whole: str
    method: str

    @property
    def fingerprint(self) -> Digest:
        """The identity of the pictures and their labels, whatever their order and place."""
        return fingerprint((item.sha256, item.label) for item in self.items)

    @property
    def not_finite(self) -> int:
        """How many pictures gave logits that are infinite or no numbers."""
        return sum(not item.top for item in self.items)

    def correct(self, k: int) -> int:
        """Return for how many pictures the label is among the k best classes."""
        return sum(item.label in item.top[:k] for item in self.items)


def fingerprint(pictures: Iterable[tuple[str, int]]) -> Digest:
    """Return the SHA-256 over the sorted lines ``<sha256 of the file> <class index>``."""
    lines = sorted(f"{sha256} {label}\n" for sha256, label in pictures)
    return Digest("sha256", hashlib.sha256("".join(lines).encode()).hexdigest())
