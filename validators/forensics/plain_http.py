"""Weights that are named by an ``http://`` URL."""

from __future__ import annotations

from collections.abc import Iterator

from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule

RULE = Rule(
    id="plain-http",
    level="warning",
    means="The weights are named by an http:// URL.",
    why="Nothing proves who answers: anyone on the way can hand out another file, and a hash in "
    "the file's name is no proof against that.",
    mend="write https:// if the host answers there, or move the file to a host that does",
)


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose weights URL is plain http."""
    for entry in registry.values():
        for url in entry.weights_urls:
            if url.text.lower().startswith("http:"):
                host = url.text[5:].lstrip("/").partition("/")[0]
                message = f"the weights come over http from {host}"
                yield Suspicion(entry.name, message, url.location)


CHECK = Check(RULE, find)
