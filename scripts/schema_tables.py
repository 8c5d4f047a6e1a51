"""Lays JSON Schemas out for people: a row for each field, with its type and what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.prose import code, prose, table
from zoo.index.schema import schema as index_schema
from zoo.schemas import load, names

Schema = Mapping[str, Any]
Row = tuple[str, ...]
# What a value must be beyond its type, in words; patterns are shown as they are.
LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "minItems": "{} or more",
    "maxItems": "up to {}",
    "pattern": "like {}",
}


def places(root: Path) -> dict[str, Path]:
    """Return where each schema lies, by the name that ``zoo schema`` has for it."""
    others = {name: root / "zoo" / "schemas" / f"{name}.json" for name in names()}
    return {"index": root / "zoo" / "index" / "schema.json"} | others


def page() -> str:
    """Return the page of all schemas."""
    intro = (
        "# JSON Schemas\n\n"
        "Of what zoo reads and prints, in the dialect of 2020-12: `zoo schema NAME` prints them, "
        "too. A field of a list is written `findings[].rule`, one under any key `models.*.url`. "
        "What is not required may be absent.\n"
    )
    return "\n".join([intro, *(_section(name) for name in ("index", *names()))])


def settings() -> Iterator[Row]:
    """Yield a row for each setting: its key, type, default and meaning."""
    described = load("config")
    for path, part, _ in _fields(described, "", described):
        default = code(json.dumps(part["default"])) if "default" in part else ""
        key = path.replace("datasets.*", "datasets.NAME").replace(
            "tolerances.*", "tolerances.METRIC"
        )
        yield code(key), _kind(part, described, "config"), default, _meaning(part)


def _section(name: str) -> str:
    """Return what there is to say of one schema, and of each part of it that has a name."""
    root = index_schema() if name == "index" else load(name)
    parts = [f"## {name}", _meaning(root), f"[{name}.json](schemas/{name}.json)"]
    if name == "config":
        return "\n\n".join([*parts, "Its fields are told as [configuration](configuration.md).\n"])
    parts += _table(root, root, name)
    values = []
    for part, definition in root.get("$defs", {}).items():
        if "properties" in definition:
            parts += [f"### {name}: {part}", _meaning(definition)]
            parts += _table(definition, root, name)
        elif "description" in definition:
            values.append((f"{part}", _kind(definition, root, name), _meaning(definition)))
    if values:
        parts += [f"### {name}: values", table(("value", "type", "meaning"), values)]
    return "\n\n".join(part.rstrip("\n") for part in parts if part) + "\n"


def _table(part: Schema, root: Schema, name: str) -> Iterator[str]:
    rows = [
        (code(path), _kind(field, root, name), "yes" if needed else "", _meaning(field))
        for path, field, needed in _fields(part, "", root)
    ]
    yield table(("field", "type", "required", "meaning"), rows)
    for keyword, words in (("oneOf", "Exactly one"), ("anyOf", "At least one")):
        choices = [choice["required"][0] for choice in part.get(keyword, ())]
        if choices:
            yield f"{words} of {', '.join(map(code, choices))} is required."


def _fields(part: Schema, path: str, root: Schema) -> Iterator[tuple[str, Schema, bool]]:
    """Yield each field of a part and of what lies within it, with its path."""
    for key, field in part.get("properties", {}).items():
        here = f"{path}.{key}" if path else key
        yield here, field, key in part.get("required", ())
        yield from _fields(field, here, root)
    for keyword, step in (("items", "[]"), ("additionalProperties", ".*")):
        inner = part.get(keyword)
        if isinstance(inner, dict) and "$ref" not in inner:
            yield from _fields(inner, f"{path}{step}", root)


def _kind(part: Schema, root: Schema, name: str) -> str:
    """Return the type of a field as Markdown: a link where it is a part with a name."""
    if "$ref" in part:
        target = part["$ref"].removeprefix("#/$defs/")
        definition = root["$defs"][target]
        if "properties" in definition:
            return f"[{target}](#{name}-{target})"
        if "description" in definition:
            return f"[{target}](#{name}-values)"
        return _kind(definition, root, name)
    if "const" in part:
        return code(json.dumps(part["const"]))
    if "enum" in part:
        return ", ".join(code(json.dumps(value)) for value in part["enum"])
    if "anyOf" in part and "type" not in part:
        return " or ".join(_kind(each, root, name) for each in part["anyOf"])
    return ", ".join([_types(part, root, name), *_limits(part)])


def _types(part: Schema, root: Schema, name: str) -> str:
    """Return the types of a field, what is made of others last."""
    types = part.get("type", "any")
    words = [types] if isinstance(types, str) else sorted(types, key=["array", "object"].count)
    if isinstance(part.get("items"), dict):
        words[words.index("array")] = f"array of {_kind(part['items'], root, name)}"
    under_any_key = part.get("additionalProperties")
    if isinstance(under_any_key, dict) and "properties" not in part:
        words[words.index("object")] = f"object of {_kind(under_any_key, root, name)}"
    if "then" in part:
        words[words.index("object")] = _kind(part["then"], root, name)
    return " or ".join(words)


def _limits(part: Schema) -> Iterator[str]:
    for keyword, words in LIMITS.items():
        if keyword in part:
            yield words.format(code(str(part[keyword])))


def _meaning(part: Schema) -> str:
    """Return the description of a part, as prose."""
    return prose(part.get("description", ""))
