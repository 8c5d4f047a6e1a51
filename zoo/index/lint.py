"""Warns of what was read and is probably not what was meant: keys, scales, forms.

A key that is simply the publisher's own is no problem. One that is almost a known key, or a known
key of another place, is: what it says is not compared with anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from zoo.index.problems import Problem
from zoo.index.schema import schema
from zoo.index.tree import Entry, Mapping, Node, Scalar, fold, mappings, text_of
from zoo.index.values import percent

# Keys that no schema needs to describe, but that have a meaning in the field.
_CUSTOMARY = {"model": ("Config", "Image", "Converted From"), "collection": ("Image",)}
# Where keys that are known elsewhere would be read, by where they are found.
_ELSEWHERE = {"model": "metadata", "collection": "metadata", "result": "metrics"}
_SHORT, _LONG = 5, 9  # characters from which one, or two, may be wrong


def problems(document: Mapping) -> Iterator[Problem]:
    """Yield a warning for everything in a document that is probably a slip."""
    yield from _keys(document, "document", None)
    listed = document.entries.get("import")
    if listed is not None and text_of(listed.value) is not None:
        hint = "write '- ' before the path"
        yield _warning("import-not-a-list", "Import: must be a list of paths", hint, None, listed)
    for kind, key in (("collection", "Collections"), ("model", "Models")):
        for _, part in mappings(document.get(key)):
            name = text_of(part.get("Name"))
            yield from _part(part, kind, name.text if name and kind == "model" else None)


def _part(part: Mapping, kind: str, model: str | None) -> Iterator[Problem]:
    yield from _keys(part, kind, model)
    yield from _keys(part.get("Metadata"), "metadata", model)
    for _, result in mappings(part.get("Results")):
        yield from _keys(result, "result", model)
        metrics = result.get("Metrics")
        yield from _keys(metrics, "metrics", model)
        if isinstance(metrics, Mapping):
            yield from _scales(metrics, model)


def _keys(node: Node | None, kind: str, model: str | None) -> Iterator[Problem]:
    """Yield a warning for each key of a mapping that is nearly another."""
    if not isinstance(node, Mapping):
        return
    for key, entry in node.entries.items():
        meant, place = _meant(key, kind)
        if meant and (place != kind or fold(meant) not in node.entries):
            where = f" under {place.title()}" if place != kind else ""
            message = f"'{entry.name}' is not a key that is read here"
            yield _warning("near-miss", message, f"did you mean {meant}{where}?", model, entry)


def _scales(metrics: Mapping, model: str | None) -> Iterator[Problem]:
    for key, kind in _known("metrics").items():
        entry = metrics.entries.get(key)
        value = text_of(entry.value) if entry else None
        if entry is None or value is None or not _is_share(value.text):
            continue
        message = f"{kind}: {value.text} is read as {value.text} %"
        hint = "write a percentage; where less than one percent is meant, write the % sign"
        yield _warning("percent-scale", message, hint, model, value)


def _is_share(text: str) -> bool:
    """Whether a percentage may be a share of 1: it is above 0, at most 1, and has no sign."""
    try:
        return not text.rstrip().endswith("%") and 0 < percent(text) <= 1
    except ValueError:
        return False  # the schema has said so


def _warning(rule: str, message: str, hint: str, model: str | None, at: Entry | Scalar) -> Problem:
    return Problem(rule, "warning", model, message, hint, at.location)


@cache
def _known(kind: str) -> dict[str, str]:
    """Return the keys that are read at one kind of place, by their folded names."""
    definitions = schema()["$defs"]
    if kind == "document":
        part = schema()
    elif kind == "metrics":
        part = definitions["result"]["properties"]["Metrics"]
    else:
        part = definitions[kind]
    names = (*part["properties"], *_CUSTOMARY.get(kind, ()))
    return {fold(name): name for name in names}


@lru_cache(maxsize=4096)
def _meant(key: str, kind: str) -> tuple[str, str]:
    """Return the known key that a folded key nearly is, and its kind of place, or nothing."""
    if key in _known(kind) or len(key) > 40 or "(" in key:
        return "", kind  # what names a unit in brackets is its publisher's own
    for known, name in _known(kind).items():
        if _near(key, known):
            return name, kind
    other = _ELSEWHERE.get(kind)
    return (_known(other)[key], other) if other and key in _known(other) else ("", kind)


def _near(key: str, known: str) -> bool:
    """Whether a key is a slip for another: a letter or two, a plural, or only its spaces."""
    written, meant = _squashed(key), _squashed(known)
    if written == meant:
        return True
    if _digits(written) != _digits(meant) or min(len(written), len(meant)) < _SHORT - 1:
        return False
    if written in {f"{meant}s", meant.removesuffix("s")}:
        return True
    shorter = min(len(written), len(meant))
    allowed = 0 if shorter < _SHORT else 1 if shorter < _LONG else 2
    if written[:1] != meant[:1] or abs(len(written) - len(meant)) > allowed:
        return False
    return _distance(written, meant) <= allowed


def _squashed(key: str) -> str:
    return "".join(filter(str.isalnum, key))


def _digits(key: str) -> str:
    return "".join(filter(str.isdigit, key))


def _distance(one: str, other: str) -> int:
    """Return how many letters were left out, put in, changed, or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
