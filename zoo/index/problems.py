"""What is wrong with an index: one problem with its rule, its place and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from zoo.claims import Location


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file of the index.

    Attributes:
        rule: stable kebab-case id.
        level: ``error`` (the file cannot be used as it is) or ``warning``.
        model: the model it concerns, or None.
    """

    rule: str
    level: str
    model: str | None
    message: str
    hint: str
    location: Location

    def __str__(self) -> str:
        where = f"{self.location.path}:{self.location.line}:{self.location.column}"
        return f"{where}: {self.level}: {self.message} [{self.rule}]"


class Malformed(Exception):
    """A document that cannot be read any further, with the problem that stopped it."""

    def __init__(self, rule: str, message: str, location: Location, hint: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(rule, "error", None, message, hint, location)
