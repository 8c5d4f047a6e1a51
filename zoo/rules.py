"""What a rule means, why it matters and how to mend it, as ``zoo explain`` prints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with an index.

    Attributes:
        id: stable, kebab-case; names the defect.
        level: ``error`` where the record cannot be right, ``warning`` where it may be.
        means: what was found, in one sentence.
        why: what goes wrong for those who rely on it.
        mend: what to do.
    """

    id: str
    level: Level
    means: str
    why: str
    mend: str


def sentence(text: str) -> str:
    """Return words of a rule as a sentence: with a capital, and one full stop."""
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")
