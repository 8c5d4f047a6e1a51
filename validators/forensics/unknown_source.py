"""Models whose network is to be built by a source that zoo does not have."""

from __future__ import annotations

from collections.abc import Iterator

from zoo.errors import nearest
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.sources import SOURCES

RULE = Rule(
    id="unknown-source",
    level="error",
    means="The model names a source that zoo does not have.",
    why="Nothing of this model that needs its network can be verified, and every run says so anew.",
    mend=f"write one of {', '.join(SOURCES)} as the 'Type' of the 'Source'",
)


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose source is none of the catalog."""
    for entry in registry.values():
        kind = entry.source.kind
        if kind not in SOURCES:
            place = entry.source.location
            yield Suspicion(
                entry.name, f"there is no source '{kind}'", place, nearest(kind, SOURCES)
            )


CHECK = Check(RULE, find)
