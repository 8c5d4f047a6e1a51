"""Accepts a JSON value by its JSON Schema, much faster than the library that says what is wrong.

The schema is compiled into functions over the value. Only the keywords that zoo's schemas use are
known here, and any other is refused when it is compiled, so that nothing is ever left unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

Accepts = Callable[[Any], bool]
Parsers = Mapping[str, Callable[[str], object]]

_ANNOTATIONS = frozenset({"$schema", "$id", "$defs", "title", "description", "default"})


class UnknownKeyword(Exception):
    """The schema uses a keyword, or a form of one, that the matcher does not know."""


def compiled(schema: Mapping[str, Any], parsers: Parsers) -> Accepts:
    """Return a function that tells whether a value satisfies a schema.

    Args:
        schema: JSON Schema 2020-12.
        parsers: what each ``format`` is read by; ValueError means that a text is none.

    Raises:
        UnknownKeyword: the schema says something that would not be checked.
    """
    return _Compiler(schema, parsers).schema(schema)


class _Compiler:
    """Turns schemas into functions; the state is what each definition became."""

    def __init__(self, root: Mapping[str, Any], parsers: Parsers) -> None:
        self.root = root
        self.parsers = parsers
        self.definitions: dict[str, Accepts] = {}

    def schema(self, schema: Mapping[str, Any]) -> Accepts:
        tests = list(self.tests(schema))
        if len(tests) == 1:
            return tests[0]

        def accepts(value: Any) -> bool:
            for test in tests:  # noqa: SIM110  (a generator costs more than the tests)
                if not test(value):
                    return False
            return True

        return accepts

    def tests(self, schema: Mapping[str, Any]) -> Iterator[Accepts]:
        read = {"if", "then"} if "if" in schema and "then" in schema else set()
        if read:
            yield _implies(self.schema(schema["if"]), self.schema(schema["then"]))
        if schema.keys() & {"properties", "additionalProperties"}:
            others = schema.get("additionalProperties", True)
            yield self.properties(schema.get("properties", {}), others)
            read |= {"properties", "additionalProperties"}
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
            self.definitions[name] = lambda value: self.definitions[name](value)
            self.definitions[name] = self.schema(self.root["$defs"][name])
        return self.definitions[name]

    def properties(self, wanted: Mapping[str, Any], others: Mapping[str, Any] | bool) -> Accepts:
        tests = {key: self.schema(part) for key, part in wanted.items()}
        other = (lambda _: others) if isinstance(others, bool) else self.schema(others)

        def accepts(value: Any) -> bool:
            if isinstance(value, dict):
                for key, part in value.items():
                    if not tests.get(key, other)(part):
                        return False
            return True

        return accepts

    def items(self, part: Mapping[str, Any]) -> Accepts:
        test = self.schema(part)
        return lambda value: not isinstance(value, list) or all(map(test, value))

    def any_of(self, parts: list[Mapping[str, Any]]) -> Accepts:
        tests = [self.schema(part) for part in parts]
        return lambda value: any(test(value) for test in tests)

    def one_of(self, parts: list[Mapping[str, Any]]) -> Accepts:
        tests = [self.schema(part) for part in parts]
        return lambda value: sum(test(value) for test in tests) == 1

    def format(self, kind: str) -> Accepts:
        if kind not in self.parsers:
            raise UnknownKeyword(f"format {kind}")
        parse = self.parsers[kind]

        def accepts(value: Any) -> bool:
            if isinstance(value, str):
                try:
                    parse(value)
                except ValueError:
                    return False
            return True

        return accepts


def _type(_: _Compiler, wanted: str | list[str]) -> Accepts:
    kinds = frozenset([wanted] if isinstance(wanted, str) else wanted)
    types = frozenset(each for each, names in _TYPES.items() if names & kinds)
    if "integer" in kinds and float not in types:
        return lambda value: type(value) in types or (type(value) is float and value.is_integer())
    return lambda value: type(value) in types


_TYPES: dict[type, frozenset[str]] = {
    dict: frozenset({"object"}),
    list: frozenset({"array"}),
    str: frozenset({"string"}),
    bool: frozenset({"boolean"}),
    type(None): frozenset({"null"}),
    int: frozenset({"integer", "number"}),
    float: frozenset({"number"}),
}


def _required(_: _Compiler, names: list[str]) -> Accepts:
    wanted = frozenset(names)
    return lambda value: not isinstance(value, dict) or value.keys() >= wanted


def _enum(_: _Compiler, values: list[str | None]) -> Accepts:
    if not all(value is None or isinstance(value, str) for value in values):
        raise UnknownKeyword("enum of other than texts")  # 1, 1.0 and True are equal in Python
    allowed = frozenset(values)
    return lambda value: (value is None or isinstance(value, str)) and value in allowed


def _const(compiler: _Compiler, value: str) -> Accepts:
    return _enum(compiler, [value])


def _minimum(_: _Compiler, least: float) -> Accepts:
    return lambda value: type(value) not in (int, float) or value >= least


def _sized(kind: type[Collection[Any]], holds: Callable[[int, int], bool]) -> Any:
    return lambda _, bound: lambda value: not isinstance(value, kind) or holds(len(value), bound)


def _pattern(_: _Compiler, pattern: str) -> Accepts:
    found = re.compile(pattern).search
    return lambda value: not isinstance(value, str) or found(value) is not None


def _implies(condition: Accepts, consequence: Accepts) -> Accepts:
    return lambda value: not condition(value) or consequence(value)


_KEYWORDS: dict[str, Callable[[_Compiler, Any], Accepts]] = {
    "$ref": _Compiler.reference,
    "anyOf": _Compiler.any_of,
    "const": _const,
    "enum": _enum,
    "format": _Compiler.format,
    "items": _Compiler.items,
    "oneOf": _Compiler.one_of,
    "maxItems": _sized(list, int.__le__),
    "maxLength": _sized(str, int.__le__),
    "minItems": _sized(list, int.__ge__),
    "minLength": _sized(str, int.__ge__),
    "minimum": _minimum,
    "pattern": _pattern,
    "required": _required,
    "type": _type,
}
