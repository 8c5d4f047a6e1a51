"""Labelled pictures: what a dataset holds and an engine reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture file; ``label`` is its class index, ``id`` names it within the dataset."""

    id: str
    path: Path
    label: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """Pictures in a fixed order.

    Attributes:
        layout: the layout's name and what was read, in words.
        whole: the name of the published dataset that this is in full by its structure, else empty.
    """

    layout: str
    path: Path
    pictures: tuple[Picture, ...]
    whole: str = ""
