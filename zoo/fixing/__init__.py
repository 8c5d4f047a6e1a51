"""Writes what was measured back into an index, changing only the characters that say otherwise."""

from __future__ import annotations

from zoo.fixing.files import Files, apply_to_files
from zoo.fixing.outcome import Fix, Left
from zoo.fixing.patch import unified
from zoo.fixing.plan import ALWAYS, ON_REQUEST, Asked, plan

__all__ = [
    "ALWAYS", "ON_REQUEST", "Asked", "Files", "Fix", "Left", "apply_to_files", "plan", "unified",
]  # fmt: skip
