"""A file that somebody might publish as weights, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Values = Sequence[float | int | bool]


@dataclass(frozen=True, slots=True)
class Case:
    """One file.

    Attributes:
        id: begins with its group: W (torch), S (safetensors), N (NumPy), X (identity).
        make: returns the file's bytes; code in it, if it ever runs, writes the canary.
        refused: a pattern that the reason must match; empty where the file is accepted.
        holds: the values of each tensor of a file that is accepted, in one row.
        name: under which it is published.
    """

    id: str
    make: Callable[[Path], bytes]
    refused: str = ""
    holds: Mapping[str, Values] = field(default_factory=dict)
    name: str = "model.pth"
