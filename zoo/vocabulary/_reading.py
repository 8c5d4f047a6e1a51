"""What a word means: a sentence for people, and how it is found in a network's record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zoo.structure import Record


@dataclass(frozen=True, slots=True)
class Reading:
    """How a word is read.

    Attributes:
        word: as the pages write it.
        means: what must be in the network for the word to be true.
        holds: whether that is there.
        unless: why its absence refutes nothing; empty where absence does.
        by_class: whether a module whose class is called by the word is one.
    """

    word: str
    means: str
    holds: Callable[[Record], bool]
    unless: str = ""
    by_class: bool = True

    def found(self, record: Record) -> bool:
        """Return whether what is meant is there, or a module whose class is called by the word."""
        if self.holds(record):
            return True
        classes = {module.name.casefold() for module in record.modules}
        return self.by_class and not classes.isdisjoint(self._classes())

    def _classes(self) -> tuple[str, str]:
        letters = "".join(filter(str.isalnum, self.word.casefold()))
        return letters, letters.removesuffix("block").removesuffix("module")
