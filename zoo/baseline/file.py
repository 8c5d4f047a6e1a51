"""The file of a baseline: YAML that people edit, read with the line of each entry.

It is read by the reader of indexes, whose limits hold for it too: a pull request may change it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from zoo import escape, schemas
from zoo.baseline.entries import Entry
from zoo.claims import Location
from zoo.errors import UsageError
from zoo.index.files import BASELINE, decoded, display, read_bytes
from zoo.index.problems import Malformed
from zoo.index.tree import Mapping, Node, Scalar, Sequence

SCHEMA_VERSION = "1"
MAX_VALUES = 1_000_000
MAX_BYTES = 16 * 2**20
HEADER = """\
# What 'zoo verify --baseline' knows to be wrong. 'zoo baseline RUN.json -o FILE' brings it up to
# date; it keeps the reason, the issue and the day that are written here, and no other comments.
"""
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,40})(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_WIDE = 1_000_000  # an entry's value stays on its line, so that a change of it is one
_FIELDS = (
    "model", "rule", "metric", "dataset", "claimed", "measured", "error", "about", "reason",
    "issue", "expires",
)  # fmt: skip
_MAY_BE_EMPTY = frozenset({"claimed", "measured"})


def read(path: Path) -> list[Entry]:
    """Return the entries of a baseline in the order of the file.

    Raises:
        UsageError: it is not there, or is no baseline of a version that zoo reads.
    """
    shown = display(path)
    try:
        text = decoded(read_bytes(path, shown, MAX_BYTES), shown)
    except Malformed as fault:
        message = f"the baseline {shown}: {fault.problem.message}"
        raise UsageError(message, "'zoo baseline RUN.json -o FILE' writes one") from None
    return parse(text, shown)


def parse(text: str, name: str) -> list[Entry]:
    """Return the entries that are written in a text.

    Args:
        name: the file that their places name.

    Raises:
        UsageError: it is no baseline.
    """
    from zoo.index import compose

    try:
        tree = compose.read(text, name, most=MAX_VALUES)
    except Malformed as fault:
        raise _fault(fault.problem.message, fault.problem.location) from None
    if tree is None or not isinstance(tree, Mapping) or _named(tree) != BASELINE:
        hint = f"'zoo baseline' writes one; its first line is 'Type: {BASELINE}'"
        raise UsageError(f"{name} is not a baseline", hint)
    _require_version(tree)
    _check(tree)
    listed = tree.get("known")
    assert isinstance(listed, Sequence)
    return [_entry(item) for item in listed.items]


class _Dumper(yaml.SafeDumper):
    """Puts texts that look like numbers into quotes, by what a number is here."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "'" if _NUMBER.fullmatch(text) else escape.yaml_quotes(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def to_text(entries: Iterable[Entry]) -> str:
    """Return the text of a baseline, the same for the same entries."""
    known = [
        {
            name: value
            for name in _FIELDS
            if (value := getattr(entry, name)) is not None
            and (value != "" or name in _MAY_BE_EMPTY)
        }
        for entry in entries
    ]
    document = {"Type": BASELINE, "schema_version": SCHEMA_VERSION, "known": known}
    body: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDE
    )
    return HEADER + escape.yaml_text(body)


def _named(tree: Mapping) -> str:
    kind = tree.get("Type")
    return kind.text if isinstance(kind, Scalar) else ""


def _require_version(tree: Mapping) -> None:
    version = tree.get("schema_version")
    if isinstance(version, Scalar) and version.text != SCHEMA_VERSION:
        message = f"{version.location}: not a baseline of schema version {SCHEMA_VERSION}"
        raise UsageError(message, "it may be of a newer zoo: 'pip install --upgrade zoo-verify'")


def _check(tree: Mapping) -> None:
    error = schemas.fault("baseline", _plain(tree))
    if error is not None:
        node = _at(tree, error.absolute_path)
        where = "/".join(str(step) for step in error.absolute_path)
        raise _fault(f"/{where} breaks the rule '{error.validator}'", node.location)


def _at(tree: Node, path: Iterable[Any]) -> Node:
    """Return the value that the steps of a path lead to, as they were found in the tree."""
    for step in path:
        match tree:
            case Mapping():
                tree = next(e.value for e in tree.entries.values() if e.name == step)
            case Sequence(items=items):
                tree = items[step]
    return tree


def _entry(node: Node) -> Entry:
    said: dict[str, Any] = _plain(node)
    day = said.get("expires", "")
    try:
        date.fromisoformat(day or "2000-01-01")
    except ValueError:
        raise _fault(f"expires: there is no day {day}", node.location) from None
    return Entry(**said, location=node.location)


def _plain(node: Node) -> Any:
    """Return a value as JSON has it: what is written like a number is one, all else is text."""
    match node:
        case Mapping():
            return {entry.name: _plain(entry.value) for entry in node.entries.values()}
        case Sequence():
            return [_plain(item) for item in node.items]
        case Scalar(text=text, plain=True) if match := _NUMBER.fullmatch(text):
            number = float(text) if match[1] or match[2] else int(text)
            if math.isinf(number):
                raise _fault(f"{text} is larger than any number that is measured", node.location)
            return number
        case Scalar():
            return node.text


def _fault(message: str, place: Location) -> UsageError:
    return UsageError(f"{place}: {message}", "see 'zoo schema baseline'")
