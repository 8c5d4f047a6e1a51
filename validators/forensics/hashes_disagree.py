"""A declared SHA-256 and a hash in the file's name that are not of one file."""

from __future__ import annotations

from collections.abc import Iterator

from zoo.claims import Digest, Metric
from zoo.forensics import Check, Suspicion
from zoo.index.entries import hash_tail
from zoo.registry import Registry
from zoo.rules import Rule

RULE = Rule(
    id="hashes-disagree",
    level="warning",
    means="The declared SHA-256 does not begin with the hash in the weights file's name.",
    why="Only the declared one is compared with the file. If the name is right, the page pins "
    "another file; if it is wrong, whoever trusts the name is told that a good file is damaged.",
    mend="hash the file again, and write the digest and the name that go together",
)


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose two hashes differ."""
    for entry in registry.values():
        claim = entry.claimed(Metric.WEIGHTS_DIGEST)
        tail = hash_tail(entry.weights.text) if entry.weights else None
        if claim is None or tail is None or not isinstance(claim.value, Digest):
            continue
        length = min(len(tail.hex), len(claim.value.hex))
        if tail.hex[:length] != claim.value.hex[:length]:
            message = f"the SHA-256 is declared as {claim.value.hex[:length]}…, and the file's name"
            yield Suspicion(entry.name, f"{message} says {tail.hex}", claim.location)


CHECK = Check(RULE, find)
