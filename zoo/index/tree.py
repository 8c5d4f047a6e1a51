"""Reads YAML and JSON text into a tree in which every value knows where it is written.

The text is read as a stream of events, never constructed: a scalar stays the text that was
written, so ``no`` is not False and ``12:30`` is not 750, and a tag has nothing to call. JSON is
read by the same parser, of whose language it is a part.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from zoo.claims import Location
from zoo.index.problems import Malformed

MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_SCALAR = 16 * 1024
_LONG = 64  # so many more characters of a text count as one more value: aliases repeat texts, too

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[{_CONTROL}{_BIDI}]")
_ESCAPED = re.compile(f"[\r{_CONTROL}{_BIDI}]")  # a text has no line end but \n, however written
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as it was written; ``null`` is a plain scalar that stands for nothing."""

    text: str
    plain: bool
    location: Location

    @property
    def null(self) -> bool:
        """Whether nothing is meant: an empty plain scalar, ``~`` or ``null``."""
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value; ``name`` is the key as written."""

    name: str
    value: Node
    location: Location


@dataclass(frozen=True, slots=True)
class Mapping:
    """Entries by folded key, in the order in which they are written."""

    entries: dict[str, Entry]
    location: Location

    def get(self, name: str) -> Node | None:
        """Return the value under a key in any case, or None."""
        entry = self.entries.get(fold(name))
        return None if entry is None else entry.value


Node = Scalar | Sequence | Mapping


def fold(key: str) -> str:
    """Return a key as it is compared: without regard to case, ``_`` as a space."""
    return unicodedata.normalize("NFC", key).casefold().replace("_", " ").strip()


def size(node: Node) -> int:
    """Return how many values a tree holds; what an alias stands for counts each time."""
    match node:
        case Scalar(text=text):
            return 1 + len(text) // _LONG
        case Sequence(items=items):
            return 1 + sum(map(size, items))
        case Mapping(entries=entries):
            keys = sum(1 + len(entry.name) // _LONG for entry in entries.values())
            return 1 + keys + sum(size(entry.value) for entry in entries.values())


def read(text: str, path: str, first_line: int = 1, spent: int = 0) -> Node | None:
    """Return the tree of the one document in a text, or None where it is empty.

    Args:
        text: YAML or JSON.
        path: the file that locations name.
        first_line: the line of the file on which the text begins.
        spent: how many of the values that a file may hold come before the text.

    Raises:
        Malformed: the text is not one well-formed document within the limits.
    """
    _refuse_hidden(text, path, first_line)
    try:
        return _Composer(text, path, first_line, spent).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _behind(text, path, first_line)  # libyaml ends every text with a line of its own
        if mark is not None and mark.line <= place.line - first_line:
            place = Location(path, mark.line + first_line, mark.column + 1)
        message = f"cannot be read as YAML: {error.problem or error.context}"
        raise Malformed("yaml-syntax", message, place) from None


def _refuse_hidden(text: str, path: str, first_line: int) -> None:
    """Refuse what no editor shows, in comments too: YAML takes some of it for a new line."""
    found = _HIDDEN.search(text)
    if found is not None:
        place = _behind(text[: found.start()], path, first_line)
        message = f"the control character U+{ord(found[0]):04X} stands here"
        raise Malformed("control-character", message, place, "remove it")


def _behind(text: str, path: str, first_line: int) -> Location:
    """Return the place right behind a text."""
    return Location(path, first_line + text.count("\n"), len(text) - text.rfind("\n"))


class _Composer:
    """Turns events into nodes; the state is the anchors, the count of nodes and their depth."""

    def __init__(self, text: str, path: str, first_line: int, spent: int) -> None:
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.path = path
        self.first_line = first_line
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.nodes = spent
        self.deepest = 0

    def document(self) -> Node | None:
        next(self.events)  # stream start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        node = self.node(next(self.events), "", 0)
        next(self.events)  # document end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self.malformed("yaml-documents", "a second document begins here", after)
        return None if isinstance(node, Scalar) and node.null else node

    def node(self, event: Any, pointer: str, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, depth)
        if event.tag is not None and event.tag != "!":
            raise self.malformed("yaml-tag", "tags are not read here: remove it", event)
        before, above, self.deepest = self.nodes, self.deepest, 0
        self.descend(depth, event)
        self.count(1, event)
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event, pointer)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.sequence(event, pointer, depth)
        else:
            node = self.mapping(event, pointer, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, self.nodes - before, self.deepest - depth)
        self.deepest = max(self.deepest, above)
        return node

    def alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self.anchors:
            raise self.malformed("yaml-alias", "an alias to nothing that is complete", event)
        node, nodes, height = self.anchors[event.anchor]
        self.descend(depth + height, event)
        self.count(nodes, event)
        return node

    def descend(self, depth: int, event: Any) -> None:
        self.deepest = max(self.deepest, depth)
        if depth > MAX_DEPTH:
            raise self.malformed("too-large", f"nested deeper than {MAX_DEPTH} levels", event)

    def count(self, more: int, event: Any) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            raise self.malformed("too-large", f"more than {MAX_NODES:,} values", event)

    def scalar(self, event: Any, pointer: str) -> Scalar:
        text: str = event.value
        if len(text) > MAX_SCALAR:
            message = f"a text of more than {MAX_SCALAR:,} characters"
            raise self.malformed("too-large", message, event)
        if _ESCAPED.search(text):
            raise self.malformed("control-character", "a control character in a text", event)
        self.count(len(text) // _LONG, event)
        return Scalar(text, event.style is None or event.style == "", self.place(event, pointer))

    def sequence(self, event: Any, pointer: str, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(item, f"{pointer}/{len(items)}", depth + 1))
        return Sequence(tuple(items), self.place(event, pointer))

    def mapping(self, event: Any, pointer: str, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            entry = self.entry(key, pointer, depth)
            folded = fold(entry.name)
            if folded in entries:
                first = entries[folded].location.line
                raise self.malformed(
                    "duplicate-key", f"the key '{entry.name}' is already on line {first}", key
                )
            entries[folded] = entry
        return Mapping(entries, self.place(event, pointer))

    def entry(self, event: Any, pointer: str, depth: int) -> Entry:
        if not isinstance(event, yaml.ScalarEvent):
            raise self.malformed("yaml-key", "a key must be a text", event)
        key = self.node(event, pointer, depth)
        assert isinstance(key, Scalar)
        if key.text == "<<" and key.plain:
            raise self.malformed("yaml-merge", "merge keys are not read here", event)
        child = f"{pointer}/{key.text.replace('~', '~0').replace('/', '~1')}"
        value = self.node(next(self.events), child, depth + 1)
        return Entry(key.text, value, self.place(event, child))

    def place(self, event: Any, pointer: str) -> Location:
        mark = event.start_mark
        return Location(self.path, mark.line + self.first_line, mark.column + 1, pointer)

    def malformed(self, rule: str, message: str, event: Any) -> Malformed:
        return Malformed(rule, message, self.place(event, ""))
