"""What a document is made of: texts, lists and mappings that know where they are written.

A scalar stays the text that was written, so ``no`` is not False and ``12:30`` is not 750.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from zoo.claims import Location

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_SHORT = 64  # keys up to this length are folded once and remembered
LONG = 64  # so many more characters of a text count as one more value: aliases repeat texts, too


class Mark(NamedTuple):
    """Where a value is written, from which its Location is made when somebody asks for it.

    Attributes:
        within: the JSON pointer of the list or mapping that holds the value.
        step: the value's number or key in that, as in a pointer; None for a document's root.
    """

    path: str
    line: int
    column: int
    within: str = ""
    step: str | int | None = None

    @property
    def pointer(self) -> str:
        """The JSON pointer of the value (RFC 6901)."""
        return "" if self.step is None else f"{self.within}/{self.step}"

    @property
    def location(self) -> Location:
        """The place as it is reported."""
        path, line, column, within, step = self
        return Location(path, line, column, "" if step is None else f"{within}/{step}")


class _Marked:
    """What is written at a mark."""

    __slots__ = ()
    mark: Mark

    @property
    def location(self) -> Location:
        """Where it begins."""
        return self.mark.location


@dataclass(frozen=True, slots=True)
class Scalar(_Marked):
    """A text as it was written; ``plain`` where it has no quotes and is no block."""

    text: str
    plain: bool
    mark: Mark

    @property
    def null(self) -> bool:
        """Whether nothing is meant: an empty plain scalar, ``~`` or ``null``."""
        return self.plain and self.text in NULLS


@dataclass(frozen=True, slots=True)
class Sequence(_Marked):
    """A list of nodes."""

    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Entry(_Marked):
    """A key with its value; ``name`` is the key as written."""

    name: str
    value: Node
    mark: Mark


@dataclass(frozen=True, slots=True)
class Mapping(_Marked):
    """Entries by folded key, in the order in which they are written."""

    entries: dict[str, Entry]
    mark: Mark

    def get(self, name: str) -> Node | None:
        """Return the value under a key in any case, or None."""
        entry = self.entries.get(fold(name))
        return None if entry is None else entry.value

    def replaced(self, values: dict[str, Node]) -> Mapping:
        """Return the mapping with other values under some of its folded keys."""
        entries = self.entries | {
            key: Entry(self.entries[key].name, value, self.entries[key].mark)
            for key, value in values.items()
        }
        return Mapping(entries, self.mark)


Node = Scalar | Sequence | Mapping


def fold(key: str) -> str:
    """Return a key as it is compared: without regard to case, ``_`` as a space."""
    return _remembered(key) if len(key) <= _SHORT else _fold(key)


def _fold(key: str) -> str:
    return unicodedata.normalize("NFC", key).casefold().replace("_", " ").strip()


_remembered = lru_cache(maxsize=4096)(_fold)


def text_of(node: Node | None) -> Scalar | None:
    """Return a node where it is a text, or None where it is null or something else."""
    return node if isinstance(node, Scalar) and not node.null else None


def texts(node: Node | None) -> list[Scalar]:
    """Return the texts of a list, or the one text in place of a list."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return [text for item in items if (text := text_of(item)) is not None]


def mappings(node: Node | None) -> Iterable[tuple[int, Mapping]]:
    """Return the mappings in a list with their numbers in it."""
    items = node.items if isinstance(node, Sequence) else ()
    return [(number, item) for number, item in enumerate(items) if isinstance(item, Mapping)]


def size(node: Node) -> int:
    """Return how many values a tree holds; what an alias stands for counts each time."""
    match node:
        case Scalar(text=text):
            return 1 + len(text) // LONG
        case Sequence(items=items):
            return 1 + sum(map(size, items))
        case Mapping(entries=entries):
            keys = sum(1 + len(entry.name) // LONG for entry in entries.values())
            return 1 + keys + sum(size(entry.value) for entry in entries.values())
