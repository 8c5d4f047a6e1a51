"""Reads YAML and JSON text into a tree in which every value knows where it is written.

The text is read as a stream of events, never constructed: a tag has nothing to call, and nothing
is taken for a number, a date or a truth value. JSON is read by the same parser, of whose language
it is a part, after its own grammar has been checked.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from zoo.claims import Location
from zoo.index.problems import Malformed
from zoo.index.rules import YAML_HINTS
from zoo.index.tree import LONG, Entry, Mapping, Mark, Node, Scalar, Sequence, fold

Step = str | int | None

MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_SCALAR = 16 * 1024

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[{_CONTROL}{_BIDI}]")
_ESCAPED = re.compile(f"[\r{_CONTROL}{_BIDI}]")  # a text has no line end but \n, however written

_HEADER = re.compile(r"[|>][0-9+-]*#")


def read(
    text: str,
    path: str,
    first_line: int = 1,
    spent: int = 0,
    language: str = "YAML",
    most: int = MAX_NODES,
) -> Node | None:
    """Return the tree of the one document in a text, or None where it is empty.

    Args:
        text: YAML or JSON.
        path: the file that locations name.
        first_line: the line of the file on which the text begins.
        spent: how many of the values that a file may hold come before the text.
        language: what people are told that the text is not, YAML or JSON.
        most: how many values a file may hold.

    Raises:
        Malformed: the text is not one well-formed document within the limits.
    """
    _refuse_hidden(text, path, first_line)
    try:
        return _Composer(text, path, first_line, spent, most).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _behind(text, path, first_line)  # libyaml ends every text with a line of its own
        if mark is not None and mark.line <= place.line - first_line:
            place = Location(path, mark.line + first_line, mark.column + 1)
        problem = error.problem or error.context or ""
        message = f"cannot be read as {language}: {problem}"
        hint = YAML_HINTS.get(problem, "") if language == "YAML" else ""
        raise Malformed(f"{language.lower()}-syntax", message, place, hint) from None


def require_json(text: str, path: str) -> None:
    """Refuse what YAML accepts and JSON does not: comments, trailing commas, bare words, NaN.

    The text must have been read before, so that it is not nested deeply.

    Raises:
        Malformed: the text is not JSON.
    """
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = Location(path, error.lineno, error.colno)
        said = error.msg[:1].lower() + error.msg[1:]
        raise Malformed("json-syntax", f"cannot be read as JSON: {said}", place) from None
    except ValueError as error:
        place = Location(path, *_first(text, str(error)))
        raise Malformed("json-syntax", f"cannot be read as JSON: {error}", place) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")


def _first(text: str, message: str) -> tuple[int, int]:
    """Return line and column of the first word that a message begins with."""
    word = message.partition(" ")[0]
    start = max(text.find(word), 0)
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


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

    def __init__(self, text: str, path: str, first_line: int, spent: int, most: int) -> None:
        self.next = _LOADER(text).get_event
        self.text = text
        self.lines: list[str] = []  # of the text, once a block needs them
        self.path = path
        self.first_line = first_line
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.nodes = spent
        self.most = most
        self.deepest = 0

    def document(self) -> Node | None:
        self.next()  # stream start
        event = self.next()
        if type(event) is yaml.StreamEndEvent:
            return None
        node = self.node(self.next(), "", None, 0)
        self.next()  # document end
        after = self.next()
        if type(after) is not yaml.StreamEndEvent:
            raise self.malformed("yaml-documents", "a second document begins here", after)
        return None if isinstance(node, Scalar) and node.null else node

    def node(self, event: Any, within: str, step: Step, depth: int) -> Node:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self.alias(event, depth)
        tag = event.tag
        if tag is not None and tag != "!":
            raise self.malformed("yaml-tag", "tags are not read here: remove it", event)
        if event.anchor is not None:
            return self.anchored(event, within, step, depth)
        return self.value(kind, event, within, step, depth)

    def value(self, kind: Any, event: Any, within: str, step: Step, depth: int) -> Node:
        if depth > self.deepest:
            self.descend(depth, event)
        self.nodes += 1
        if self.nodes > self.most:
            self.count(0, event)
        if kind is yaml.ScalarEvent:
            return self.scalar(event, within, step)
        if kind is yaml.SequenceStartEvent:
            return self.sequence(event, within, step, depth)
        return self.mapping(event, within, step, depth)

    def anchored(self, event: Any, within: str, step: Step, depth: int) -> Node:
        """Read a node that aliases may stand for; remember its size and its height."""
        before, above, self.deepest = self.nodes, self.deepest, 0
        node = self.value(type(event), event, within, step, depth)
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
        if self.nodes > self.most:
            raise self.malformed("too-large", f"more than {self.most:,} values", event)

    def scalar(self, event: Any, within: str, step: Step) -> Scalar:
        text: str = event.value
        style = event.style
        if len(text) >= LONG:
            self.long(text, event)
        if style == '"' and _ESCAPED.search(text):
            raise self.malformed("control-character", "a control character in a text", event)
        if style == "|" or style == ">":
            self.refuse_unclear(event)
        return Scalar(text, not style, self.mark(event, within, step))

    def refuse_unclear(self, event: Any) -> None:
        """Refuse ``|#x``, which libyaml takes for a comment and other parsers for an error."""
        if not self.lines:
            self.lines = self.text.split("\n")
        mark = event.start_mark
        if mark.line < len(self.lines) and _HEADER.match(self.lines[mark.line], mark.column):
            raise self.malformed("yaml-syntax", "a blank is missing before this '#'", event)

    def long(self, text: str, event: Any) -> None:
        if len(text) > MAX_SCALAR:
            message = f"a text of more than {MAX_SCALAR:,} characters"
            raise self.malformed("too-large", message, event)
        self.count(len(text) // LONG, event)

    def sequence(self, event: Any, within: str, step: Step, depth: int) -> Sequence:
        items: list[Node] = []
        mark = self.mark(event, within, step)
        pointer = mark.pointer
        take, node = self.next, self.node
        while type(item := take()) is not yaml.SequenceEndEvent:
            items.append(node(item, pointer, len(items), depth + 1))
        return Sequence(tuple(items), mark)

    def mapping(self, begun: Any, within: str, step: Step, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        mark = self.mark(begun, within, step)
        pointer = mark.pointer
        take = self.next
        while type(event := take()) is not yaml.MappingEndEvent:
            key = self.key(event, pointer, depth)
            value = self.node(take(), pointer, key.mark.step, depth + 1)
            folded = fold(key.text)
            if folded in entries:
                first = entries[folded].mark.line
                raise self.malformed(
                    "duplicate-key", f"the key '{key.text}' is already on line {first}", event
                )
            entries[folded] = Entry(key.text, value, key.mark)
        return Mapping(entries, mark)

    def key(self, event: Any, within: str, depth: int) -> Scalar:
        """Read a key, whose place is that of its value in the mapping."""
        if type(event) is not yaml.ScalarEvent:
            raise self.malformed("yaml-key", "a key must be a text", event)
        name: str = event.value
        step = name if name.isalnum() else name.replace("~", "~0").replace("/", "~1")
        key = self.node(event, within, step, depth)
        assert isinstance(key, Scalar)
        if name == "<<" and key.plain:
            raise self.malformed("yaml-merge", "merge keys are not read here", event)
        return key

    def mark(self, event: Any, within: str, step: Step) -> Mark:
        start = event.start_mark
        return Mark(self.path, start.line + self.first_line, start.column + 1, within, step)

    def malformed(self, rule: str, message: str, event: Any) -> Malformed:
        return Malformed(rule, message, self.mark(event, "", None).location)
