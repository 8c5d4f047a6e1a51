"""What is done about a failed claim: it is written anew, or left alone with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from zoo.claims import Location


@dataclass(frozen=True, slots=True)
class Fix:
    """One value of a page that is to be another, or that another key is to follow.

    Attributes:
        rule: what was wrong.
        old: the value's text as it is written.
        new: what is to be there instead, or the value of the new key.
        key: the key to add, or empty.
    """

    model: str
    rule: str
    location: Location
    old: str
    new: str
    key: str = ""

    def __str__(self) -> str:
        change = f"+ {self.key}: {self.new}" if self.key else f"{self.old} → {self.new}"
        return f"{self.location}: {self.model} {self.rule}: {change}"


@dataclass(frozen=True, slots=True)
class Left:
    """A claim that failed and is left alone, with the reason."""

    model: str
    rule: str
    words: str


class Leave(Exception):
    """Why something is left alone."""
