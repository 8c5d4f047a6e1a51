"""Labelled pictures: what a dataset holds and an engine reads."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

FORMATS = ("JPEG", "PNG")  # what a labelled picture is; Pillow's other decoders stay shut

Kind = Literal["missing", "extra", "duplicate", "malformed"]

_lock = threading.Lock()
_resets = [0]  # how often other code was found to have set that damage is passed over


def decode(data: bytes) -> Any:
    """Return a picture file as a Pillow image in RGB, decoded to the last row.

    Whether Pillow passes over damage is one variable for all threads, which a network's code may
    set at any time: a picture that was decoded meanwhile is decoded again.

    Raises:
        ValueError: it is neither JPEG nor PNG.
        Exception: Pillow raises errors of many types for a damaged picture, and for one of more
            pixels than it takes for honest (89 million).
    """
    while True:
        resets = _strict()
        image = _decoded(data)
        if _strict() == resets:
            return image


def _strict() -> int:
    """Have Pillow refuse damaged pictures, and return how often it was set otherwise so far."""
    from PIL import ImageFile

    with _lock:
        if ImageFile.LOAD_TRUNCATED_IMAGES:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            _resets[0] += 1
        return _resets[0]


def _decoded(data: bytes) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            # Pillow's own warning would have to be made an error for all threads at once.
            if Image.MAX_IMAGE_PIXELS and image.width * image.height > Image.MAX_IMAGE_PIXELS:
                raise Image.DecompressionBombError(f"{image.width} × {image.height} pixels")
            return image.convert("RGB")
    except UnidentifiedImageError:  # whose text is the address of an object
        raise ValueError(f"neither {' nor '.join(FORMATS)}") from None


def is_correct(top: Iterable[int], labels: Collection[int]) -> bool:
    """Return whether one of the predicted classes is among those that are right.

    Args:
        top: the k best classes; empty where the logits are not finite, which is never right.
        labels: of the picture; one class, or several where the dataset has label sets.
    """
    return any(best in labels for best in top)


def labels_of(label: int, accepted: frozenset[int] | None) -> frozenset[int]:
    """Return the classes of which each is right: one, where the dataset has no label sets."""
    return frozenset((label,)) if accepted is None else accepted


class Place(Protocol):
    """Where a picture's bytes lie; it can be pickled, so that other processes read them."""

    @property
    def where(self) -> str:
        """The place in words, for messages."""

    def read(self) -> bytes:
        """Return the bytes, or raise OSError or ValueError where they are not there."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of its own."""

    path: Path

    @property
    def where(self) -> str:
        """The path."""
        return str(self.path)

    def read(self) -> bytes:
        """Return the content of the file."""
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture.

    Attributes:
        id: its name within the dataset.
        label: its class index.
        accepted: the classes of which each is right, in a dataset that has label sets; else None.
    """

    id: str
    place: Place
    label: int
    accepted: frozenset[int] | None = None

    @property
    def labels(self) -> frozenset[int]:
        """The classes of which each is right."""
        return labels_of(self.label, self.accepted)

    @property
    def where(self) -> str:
        """Where it lies, for messages."""
        return self.place.where

    def read(self) -> bytes:
        """Return the bytes of the picture file."""
        return self.place.read()

    def sha256(self) -> str:
        """Return the digest of the picture file, in hexadecimal.

        Raises:
            OSError, ValueError: it cannot be read.
        """
        return hashlib.sha256(self.read()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a dataset that is not in order; the message names it."""

    kind: Kind
    message: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Pictures in a fixed order.

    Attributes:
        layout: the layout's name and what was read, in words.
        whole: the name of the published dataset that this is in full by its structure, else empty.
        classes: the classes that are scored, ascending, where the dataset is about some of the
            network's classes only: the logits of the others do not count. Else None.
        faults: what is not in order; a dataset that has any is not to be scored.
        notes: what was passed over without being a fault.
    """

    layout: str
    path: Path
    pictures: tuple[Picture, ...]
    whole: str = ""
    classes: tuple[int, ...] | None = None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
