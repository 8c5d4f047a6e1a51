"""One hash under weights files that cannot be the same."""

from __future__ import annotations

from collections.abc import Iterator

from zoo.claims import Claim, Digest, Metric, ModelEntry
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._numbers import other_count, other_size

RULE = Rule(
    id="shared-hash",
    level="warning",
    means="The hash of the weights file is also that of another URL, whose file has another size "
    "or belongs to a model of another size.",
    why="Files of different content have different hashes: by chance, 8 digits agree once in four "
    "thousand million. One of the two was copied with the rest of a name, and its file will be "
    "refused for it. A copy of one file at two places is not meant.",
    mend="compute the SHA-256 of the file, and write its digits",
)
SHORTEST = 8


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose hash an earlier one of another file already has."""
    seen: dict[str, list[tuple[ModelEntry, Claim]]] = {}
    for entry in registry.values():
        claim = entry.claimed(Metric.WEIGHTS_DIGEST)
        if claim is None or entry.weights is None:
            continue
        assert isinstance(claim.value, Digest)
        earlier = seen.setdefault(claim.value.hex[:SHORTEST], [])
        for other, theirs in earlier[:1]:
            why = _conflict(entry, other)
            if why and _agree(claim, theirs):
                owner = f"{other.name} (at {theirs.location})"
                message = f"the hash {claim.value} is also that of {owner}, {why}"
                yield Suspicion(entry.name, message, claim.location)
        earlier.append((entry, claim))


def _agree(one: Claim, other: Claim) -> bool:
    assert isinstance(one.value, Digest) and isinstance(other.value, Digest)
    return one.value.hex.startswith(other.value.hex) or other.value.hex.startswith(one.value.hex)


def _conflict(entry: ModelEntry, other: ModelEntry) -> str:
    """Return why two models cannot have the same file, or an empty text."""
    assert entry.weights is not None and other.weights is not None
    if entry.weights.text == other.weights.text:
        return ""  # one URL, of which shared-weights judges
    size = other_size(entry, other)
    return f"whose file has {size}" if size else other_count(entry, other)


CHECK = Check(RULE, find)
