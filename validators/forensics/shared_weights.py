"""One weights file under models that cannot have the same one."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from zoo.claims import ModelEntry
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._names import alike, own_name, stem
from zoo.validators.forensics._numbers import other_count, other_size, own_size

RULE = Rule(
    id="shared-weights",
    level="warning",
    means="The weights URL is also that of a model with another number of parameters or another "
    "file size.",
    why="One file holds the weights of one network. Of two models of different size that name the "
    "same file, one names the wrong file: it cannot be loaded, and the accuracy on its page is "
    "that of no file that anyone could get. An alias, which has the same numbers, is not "
    "meant.",
    mend="give the model the URL of its own weights file",
)


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose weights file is, by the numbers and the name, rather another's."""
    groups: dict[str, list[ModelEntry]] = {}
    for entry in registry.values():
        if entry.weights is not None:
            groups.setdefault(_same(entry.weights.text, entry.root), []).append(entry)
    for entries in groups.values():
        owner = max(entries, key=_ownership) if len(entries) > 1 else entries[0]
        for entry in entries:
            why = "" if entry is owner else _conflict(entry, owner)
            if why:
                assert entry.weights is not None and owner.weights is not None
                other = f"{owner.name} (at {owner.weights.location})"
                message = f"the weights file is also that of {other}, {why}"
                yield Suspicion(entry.name, message, entry.weights.location)


def _same(url: str, root: str) -> str:
    """Return a text that is the same for all spellings of one URL."""
    parts = urlsplit(url)
    scheme = parts.scheme.casefold().replace("https", "http")
    inside = root if scheme == "file" else ""
    return f"{inside} {scheme}://{parts.netloc.casefold()}{parts.path}"


def _ownership(entry: ModelEntry) -> tuple[bool, bool]:
    """Return how well a model goes with its file: by size, then by name."""
    assert entry.weights is not None
    return own_size(entry), alike(own_name(entry), stem(entry.weights.text))


def _conflict(entry: ModelEntry, owner: ModelEntry) -> str:
    """Return which numbers of two models exclude one file, or an empty text."""
    if count := other_count(entry, owner):
        return count
    size = other_size(entry, owner)
    return f"which is said to have {size}" if size else ""


CHECK = Check(RULE, find)
