"""Accepts a document by its JSON Schema, much faster than the library that says what is wrong.

The schema is compiled into functions over the tree. Only the keywords that it uses are known
here, and any other is refused when it is compiled, so that nothing is ever left unchecked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Map
from typing import Any

from zoo.index.tree import Mapping, Node, Scalar, Sequence, fold

Accepts = Callable[[Node], bool]
Parsers = Map[str, Callable[[str], object]]

_ANNOTATIONS = frozenset({"$schema", "$id", "$defs", "title", "description"})
_KINDS: dict[type, str] = {Sequence: "array", Mapping: "object"}


class UnknownKeyword(Exception):
    """The schema uses a keyword, or a form of one, that the matcher does not know."""


def compiled(schema: Map[str, Any], parsers: Parsers) -> Accepts:
    """Return a function that tells whether a document satisfies a schema.

    Args:
        schema: JSON Schema 2020-12; properties are compared by their folded names.
        parsers: what each ``format`` is read by; ValueError means that a text is none.

    Raises:
        UnknownKeyword: the schema says something that would not be checked.
    """
    return _Compiler(schema, parsers).schema(schema)


class _Compiler:
    """Turns schemas into functions; the state is what each definition became."""

    def __init__(self, root: Map[str, Any], parsers: Parsers) -> None:
        self.root = root
        self.parsers = parsers
        self.definitions: dict[str, Accepts] = {}

    def schema(self, schema: Map[str, Any]) -> Accepts:
        tests = list(self.tests(schema))
        if len(tests) == 1:
            return tests[0]

        def accepts(node: Node) -> bool:
            for test in tests:  # noqa: SIM110  (a generator costs more than the tests)
                if not test(node):
                    return False
            return True

        return accepts

    def tests(self, schema: Map[str, Any]) -> Iterator[Accepts]:
        read = {"if", "then"} if "if" in schema and "then" in schema else set()
        if read:
            yield _implies(self.schema(schema["if"]), self.schema(schema["then"]))
        if schema.get("additionalProperties") is False:
            yield _only({fold(key) for key in schema.get("properties", {})})
            read.add("additionalProperties")
        for keyword in schema.keys() - _ANNOTATIONS - read:
            method = _KEYWORDS.get(keyword)
            if method is None:
                raise UnknownKeyword(keyword)
            yield method(self, schema[keyword])

    def reference(self, target: str) -> Accepts:
        name = target.removeprefix("#/$defs/")
        if name == target or name not in self.root["$defs"]:
            raise UnknownKeyword(f"$ref {target}")
        if name not in self.definitions:
            # A definition that refers to itself finds this stand-in.
            self.definitions[name] = lambda node: self.definitions[name](node)
            self.definitions[name] = self.schema(self.root["$defs"][name])
        return self.definitions[name]

    def properties(self, wanted: Map[str, Any]) -> Accepts:
        tests = {fold(key): self.schema(part) for key, part in wanted.items()}

        def accepts(node: Node) -> bool:
            if isinstance(node, Mapping):
                for key, entry in node.entries.items():
                    test = tests.get(key)
                    if test is not None and not test(entry.value):
                        return False
            return True

        return accepts

    def items(self, part: Map[str, Any]) -> Accepts:
        test = self.schema(part)
        return lambda node: not isinstance(node, Sequence) or all(map(test, node.items))

    def any_of(self, parts: list[Map[str, Any]]) -> Accepts:
        tests = [self.schema(part) for part in parts]
        return lambda node: any(test(node) for test in tests)

    def format(self, kind: str) -> Accepts:
        if kind not in self.parsers:
            raise UnknownKeyword(f"format {kind}")
        parse = self.parsers[kind]

        def accepts(node: Node) -> bool:
            if isinstance(node, Scalar) and not node.null:
                try:
                    parse(node.text)
                except ValueError:
                    return False
            return True

        return accepts


def _type(_: _Compiler, wanted: str | list[str]) -> Accepts:
    kinds = frozenset([wanted] if isinstance(wanted, str) else wanted)
    return lambda node: _kind(node) in kinds


def _kind(node: Node) -> str:
    """Return the type of a value as JSON would have it: what is written is a text or null."""
    if isinstance(node, Scalar):
        return "null" if node.null else "string"
    return _KINDS[type(node)]


def _required(_: _Compiler, names: list[str]) -> Accepts:
    wanted = {fold(name) for name in names}
    return lambda node: not isinstance(node, Mapping) or node.entries.keys() >= wanted


def _enum(_: _Compiler, values: list[str | None]) -> Accepts:
    allowed = frozenset(values)
    return lambda node: isinstance(node, Scalar) and (None if node.null else node.text) in allowed


def _min_items(_: _Compiler, least: int) -> Accepts:
    return lambda node: not isinstance(node, Sequence) or len(node.items) >= least


def _max_items(_: _Compiler, most: int) -> Accepts:
    return lambda node: not isinstance(node, Sequence) or len(node.items) <= most


def _only(known: set[str]) -> Accepts:
    return lambda node: not isinstance(node, Mapping) or node.entries.keys() <= known


def _implies(condition: Accepts, consequence: Accepts) -> Accepts:
    return lambda node: not condition(node) or consequence(node)


_KEYWORDS: dict[str, Callable[[_Compiler, Any], Accepts]] = {
    "$ref": _Compiler.reference,
    "anyOf": _Compiler.any_of,
    "enum": _enum,
    "format": _Compiler.format,
    "items": _Compiler.items,
    "maxItems": _max_items,
    "minItems": _min_items,
    "properties": _Compiler.properties,
    "required": _required,
    "type": _type,
}
