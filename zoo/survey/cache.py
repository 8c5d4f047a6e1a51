"""Keeps facts on disk, under everything that moves them."""

from __future__ import annotations

import contextlib
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from zoo import __version__
from zoo.atomic import put
from zoo.claims import ModelEntry, file_name
from zoo.code import digest_of
from zoo.counting import RULES
from zoo.machine import is_editable, package_version
from zoo.sources import SOURCES
from zoo.survey.facts import Facts, from_data, lasting, to_data

# The code whose change may move a fact.
_PACKAGES = ("zoo.structure", "zoo.counting", "zoo.vocabulary", "zoo.sources", "zoo.survey")
_MODULES = ("zoo.depth", "zoo.subject", "zoo.traits")


class Cache:
    """A folder of facts; what cannot be read or written there counts as not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "facts"

    def find(self, entry: ModelEntry) -> Facts | None:
        """Return the facts that were kept for an entry, or None."""
        path = self._path(entry)
        if path is None:
            return None
        try:
            document = json.loads(path.read_bytes())
            sound = document["sha256"] == _digest(document["facts"])
            return from_data(document["facts"]) if sound else None
        except (OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
            return None

    def keep(self, entry: ModelEntry, facts: Facts) -> None:
        """Keep facts beside those that are kept for other shapes."""
        path = self._path(entry)
        if path is None or not lasting(facts):
            return
        known = self.find(entry)
        if known is not None:
            facts = facts.after(known)
        data = to_data(facts)
        document = {"key": _key(entry), "facts": data, "sha256": _digest(data)}
        with contextlib.suppress(OSError):  # a cache that cannot be written to is no cache
            put(path, json.dumps(document, ensure_ascii=False).encode())

    def _path(self, entry: ModelEntry) -> Path | None:
        package = getattr(SOURCES.get(entry.source.kind), "package", "")
        if not package or not package_version(package) or is_editable(package):
            return None
        key = json.dumps(_key(entry), sort_keys=True)
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / name[:2] / f"{name}.json"


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _key(entry: ModelEntry) -> dict[str, Any]:
    """Return all that moves the facts of a model but the shapes of the input."""
    return {
        "zoo": __version__,
        "code": _code(),
        "source": SOURCES[entry.source.kind].describe(entry.source),
        "arguments": dict(entry.source.arguments),
        "file": file_name(entry.weights.text) if entry.weights else "",
        "torch": package_version("torch"),
        "rules": _rules(),
    }


def _code() -> str:
    """Return the digest of the code that records and counts."""
    return digest_of(_PACKAGES, _MODULES)


@cache
def _rules() -> dict[str, int]:
    return {name: rule.version for name, rule in RULES.items()}
