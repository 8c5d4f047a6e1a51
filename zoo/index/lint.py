"""Warns of what was read and is probably not what was meant: keys, scales, forms.

A key that is simply the publisher's own is no problem. One that is almost a known key, or a known
key of another place, is: what it says is not compared with anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from zoo.index.cards import KEY
from zoo.index.problems import Problem
from zoo.index.schema import spellings
from zoo.index.slips import near
from zoo.index.tree import Entry, Mapping, Node, Scalar, fold, mappings, text_of
from zoo.index.values import percent

# Keys that no schema needs to describe, but that have a meaning in the field.
_CUSTOMARY = {"model": ("Config", "Image", "Converted From"), "collection": ("Image",)}
# Where keys that are known elsewhere would be read, by where they are found.
_ELSEWHERE = {
    "model": ("metadata", "metrics"),
    "collection": ("metadata", "metrics"),
    "metadata": ("model", "metrics"),
    "result": ("metrics",),
}
_PLACES = {
    "metadata": " under Metadata",
    "metrics": " under Metrics of Results",
    "model": " beside Metadata",
}
# Keys that are in many files that have nothing to do with an index.
_VAGUE = frozenset({"Type", "Library"})
# Keys of a model that a publisher may well use for something else under Metadata.
_COMMON = frozenset({"name", "source", "readme", "config", "image", "metadata"})


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
        if meant and place == kind and fold(meant) in node.entries:
            meant = meant if near(key, fold(meant), most=1) else ""
        if meant:
            where = _PLACES[place] if place != kind else ""
            message = f"'{entry.name}' is not a key that is read here"
            yield _warning("near-miss", message, f"did you mean {meant}{where}?", model, entry)


def unrecognised(document: Node | None) -> tuple[Entry, str] | None:
    """Return a key by which a document that is none may be meant as an index, and what it means."""
    if not isinstance(document, Mapping):
        return None
    for key, entry in document.entries.items():
        meant = KEY if near(key, KEY) else _meant(key, "document")[0]
        if meant and meant not in _VAGUE:
            return entry, meant
    return None


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
    return spellings(kind) | {fold(name): name for name in _CUSTOMARY.get(kind, ())}


@lru_cache(maxsize=4096)
def _meant(key: str, kind: str) -> tuple[str, str]:
    """Return the known key that a folded key nearly is, and its kind of place, or nothing."""
    if key in _known(kind) or len(key) > 40 or "(" in key:
        return "", kind  # what names a unit in brackets is its publisher's own
    for known, name in _known(kind).items():
        if near(key, known):
            return name, kind
    for other in _ELSEWHERE.get(kind, ()):
        if key in _known(other) and not (other == "model" and key in _COMMON):
            return _known(other)[key], other
    return "", kind
