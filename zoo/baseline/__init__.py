"""The baseline of an index: what is known to be wrong, with the reason, so that only news fails."""

from __future__ import annotations

from zoo.baseline.apply import apply
from zoo.baseline.entries import Entry
from zoo.baseline.file import parse, read, to_text
from zoo.baseline.pairing import Pair, State
from zoo.baseline.update import Terms, Update, update

__all__ = [
    "Entry", "Pair", "State", "Terms", "Update", "apply", "parse", "read", "to_text", "update",
]  # fmt: skip
