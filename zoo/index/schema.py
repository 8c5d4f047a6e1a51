"""Checks a document's tree against the JSON Schema, and says what is wrong where it is written.

Most documents are right, and a compiled matcher sees that fast; what it does not accept goes to
the jsonschema library, which says why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from zoo.claims import Location
from zoo.errors import nearest
from zoo.index.problems import Problem
from zoo.index.tree import Entry, Mapping, Node, Scalar, Sequence, fold, text_of
from zoo.index.values import PARSERS
from zoo.schemas.matcher import Accepts, compiled

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}
_EMPTY = "the document has neither 'Models' nor 'Collections' nor 'Import'"


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a model-index document."""
    text = files("zoo.index").joinpath("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


Part = tuple[str, int] | None


def problems(document: Node) -> Iterator[tuple[Part, Problem]]:
    """Yield what the schema finds wrong in a document, in the order of its lines.

    Each problem comes with the part that it spoils: ``("Models", 3)``, ``("Collections", 0)``, or
    None where it is the document as a whole.
    """
    plain = instance(document)
    if matcher()(plain):
        return
    errors = validator().iter_errors(plain)
    found = [(_part(list(error.absolute_path)), _problem(document, error)) for error in errors]
    yield from sorted(found, key=lambda item: (item[1].location, item[1].message))


def name(text: str) -> str:
    """Return a model's or collection's name, or raise ValueError where it cannot be one."""
    if not text.strip() or text != text.strip() or text.startswith("-"):
        raise ValueError("a name is not empty and begins with neither a blank nor '-'")
    if len(text) > 200 or "\n" in text or "\t" in text:
        raise ValueError("a name is one line of at most 200 characters")
    return text


def document_type(text: str) -> str:
    """Return what a document says that it is, or raise ValueError where that is no index."""
    if text.casefold() not in {"model-index", "modelindex"}:
        raise ValueError("not 'model-index'")
    return text


_FORMATS: dict[str, Callable[[str], object]] = {
    **PARSERS, "name": name, "document-type": document_type,
}  # fmt: skip


@cache
def matcher() -> Accepts:
    """Return the function that tells whether a document satisfies the schema."""
    return compiled(schema(), _FORMATS)


@cache
def validator() -> Draft202012Validator:
    """Return the library's validator, which is slow and says what is wrong."""
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(formats=())
    for kind, parse in _FORMATS.items():
        checker.checks(kind, raises=ValueError)(_accepts(parse))
    return Draft202012Validator(schema(), format_checker=checker)


def _accepts(parse: Callable[[str], object]) -> Callable[[object], bool]:
    def accepts(instance: object) -> bool:
        if isinstance(instance, str):
            parse(instance)
        return True

    return accepts


@cache
def spellings(part: str) -> dict[str, str]:
    """Return the schema's own spelling of the keys of a part, by folded key.

    Args:
        part: ``document``, ``metrics``, or the name of one of the schema's definitions.
    """
    definitions = schema()["$defs"]
    inner = {"document": schema(), "metrics": definitions["result"]["properties"]["Metrics"]}
    described = inner.get(part) or definitions[part]
    return {fold(key): key for key in described.get("properties", ())}


@cache
def _all_spellings() -> dict[str, str]:
    parts = ("document", *schema()["$defs"], "metrics")
    return {folded: key for part in parts for folded, key in spellings(part).items()}


def names_field(key: str) -> bool:
    """Return whether the schema names a key; any other is the publisher's own."""
    return fold(key) in _all_spellings()


def instance(node: Node) -> object:
    """Return the tree as plain JSON: scalars as the text that was written, null as null."""
    match node:
        case Scalar():
            return None if node.null else node.text
        case Sequence():
            return [instance(item) for item in node.items]
        case Mapping():
            names = _all_spellings()
            return {
                names.get(key, entry.name): instance(entry.value)
                for key, entry in node.entries.items()
            }


def _problem(document: Node, error: ValidationError) -> Problem:
    path = list(error.absolute_path)
    place, field = _locate(document, path)
    rule, message, hint = _explain(error, field)
    return Problem(rule, "error", _model(document, path), message, hint, place)


def _locate(document: Node, path: list[str | int]) -> tuple[Location, str]:
    """Return the place of the value at a path, and the name of the field that holds it."""
    node, place, field = document, document.location, "the document"
    for step in path:
        if isinstance(step, int):
            assert isinstance(node, Sequence)
            node = node.items[step]
            place = node.location
        else:
            entry = _entry(node, step)
            node, field = entry.value, entry.name
            whole = isinstance(node, Mapping | Sequence) and node.mark.path == entry.mark.path
            place = entry.location if whole else node.location  # an imported file has its own
    return place, field


def _entry(node: Node, key: str) -> Entry:
    assert isinstance(node, Mapping)
    return node.entries[fold(key)]


def _part(path: list[str | int]) -> Part:
    match path:
        case [str(kind), int(number), *_]:
            return kind, number
        case _:
            return None


def _model(document: Node, path: list[str | int]) -> str | None:
    if len(path) < 2 or path[0] != "Models" or not isinstance(document, Mapping):
        return None
    models = document.get("Models")
    if not (isinstance(models, Sequence) and isinstance(path[1], int)):
        return None
    model = models.items[path[1]]
    written = text_of(model.get("Name")) if isinstance(model, Mapping) else None
    return None if written is None else written.text


def _explain(error: ValidationError, field: str) -> tuple[str, str, str]:
    """Return rule, message and hint; the value itself, which may be huge, is never quoted."""
    wanted: Any = error.validator_value
    match error.validator:
        case "format":
            return "bad-value", f"{field}: {error.cause}", ""
        case "enum":
            allowed = ", ".join(str(value) for value in wanted if value)
            return "bad-value", f"{field}: not one of {allowed}", ""
        case "required":
            assert isinstance(error.instance, dict)
            missing = next(key for key in wanted if key not in error.instance)
            return "missing-field", f"'{missing}' is missing", nearest(missing, error.instance)
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            named = " or ".join(_KINDS[kind] for kind in kinds if kind != "null")
            return "wrong-kind", f"{field}: must be {named}", ""
        case "additionalProperties":
            assert isinstance(error.schema, dict) and isinstance(error.instance, dict)
            known = error.schema["properties"]
            extra = next(key for key in error.instance if key not in known)
            return "unknown-field", f"{field}: there is no field '{extra}'", nearest(extra, known)
        case "anyOf" if not error.absolute_path:
            return "missing-field", _EMPTY, ""
        case _:
            return "wrong-kind", f"{field}: not of the form that the schema describes", ""
