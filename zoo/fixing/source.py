"""A file of an index as it is on disk, in which single values are found and replaced.

Whatever is outside of them stays as it is, to the byte: line ends, a byte order mark, what lacks
at the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from zoo.claims import Location

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BOM = "\ufeff"
_BEHIND = frozenset(" \t\r\n,]}")
_SPECIAL = {
    "&": "it is an anchor that aliases repeat",
    "*": "it is an alias of another value",
    "|": "it is written as a block of text",
    ">": "it is written as a block of text",
}
_KEY = re.compile(r"(?P<indent>[ ]*(?:- +)*)['\"]?[\w ]+['\"]?[ \t]*:[ \t]+")


class Unwritable(Exception):
    """A value that cannot be replaced where it is written, with the reason."""


@dataclass(frozen=True, slots=True)
class Edit:
    """So many characters of a text, and what comes in their place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file with its own line ends.

    Attributes:
        json: whether its values are those of JSON.
    """

    text: str
    starts: tuple[int, ...]
    json: bool

    @classmethod
    def of(cls, data: bytes, *, json: bool) -> Source:
        """Return the source of a UTF-8 file."""
        text = data.decode("utf-8")
        lengths = (len(line) for line in _LINE.findall(text))
        return cls(text, (0, *accumulate(lengths)), json)

    def replacing(self, at: Location, old: str, new: str) -> Edit:
        """Return the edit that makes a value another one, in the same quotes.

        Raises:
            Unwritable: the value is not written there on one line and as it is meant.
        """
        start, end, quote = self._value(at, old)
        return Edit(start, end, f"{quote}{new}{quote}")

    def adding(self, at: Location, old: str, key: str, value: str) -> Edit:
        """Return the edit that puts a key with a value behind the value of another key.

        Raises:
            Unwritable: the value is not written there, behind its key on one line.
        """
        _, end, _ = self._value(at, old)
        line = self.starts[at.line - 1]
        before = self.text[line : self._offset(at)].removeprefix(_BOM)
        own_line = _KEY.fullmatch(before)
        if self.json:
            gap = f",{self._line_end(line)}{own_line['indent']}" if own_line else ", "
            return Edit(end, end, f'{gap}"{key}": "{value}"')
        if own_line is None or self.text[end : end + 1] in {",", "}"}:
            return Edit(end, end, f", {key}: {value}")
        behind = self.starts[at.line] if at.line < len(self.starts) else len(self.text)
        stop = line + len(self.text[line:behind].rstrip("\r\n"))
        indent = " " * len(own_line["indent"])
        return Edit(stop, stop, f"{self._line_end(line)}{indent}{key}: {value}")

    def edited(self, edits: list[Edit]) -> bytes:
        """Return the bytes of the file with edits that do not overlap."""
        text = self.text
        for edit in sorted(edits, key=lambda each: each.start, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text.encode("utf-8")

    def _offset(self, at: Location) -> int:
        if at.line >= len(self.starts):
            raise Unwritable("the file has no such line any more")
        start = self.starts[at.line - 1]
        return start + at.column - 1 + (at.line == 1 and self.text.startswith(_BOM))

    def _value(self, at: Location, old: str) -> tuple[int, int, str]:
        """Return where a value begins and ends, and the quotes it is in."""
        start = self._offset(at)
        first = self.text[start : start + 1]
        if first in _SPECIAL:
            raise Unwritable(_SPECIAL[first])
        quote = first if first in {"'", '"'} else ""
        end = start + len(old) + 2 * len(quote)
        if self.text[start:end] != f"{quote}{old}{quote}":
            raise Unwritable("it is not written on one line as it is meant")
        if self.text[end : end + 1] not in {"", *_BEHIND}:
            raise Unwritable("it is only a part of what is written there")
        return start, end, quote

    def _line_end(self, start: int) -> str:
        found = re.compile(r"\r\n|\r|\n").search(self.text, start)
        return found[0] if found else "\n"
