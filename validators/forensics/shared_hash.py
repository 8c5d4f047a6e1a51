"""One hash under weights files that cannot be the same."""

from __future__ import annotations

from collections.abc import Iterator

from zoo.claims import Claim, Digest, Metric, ModelEntry
from zoo.findings import show
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._numbers import differ, number, sizes_differ

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
                message = f"the hash {claim.value} is also that of {other.name}"
                yield Suspicion(
                    entry.name, f"{message} (at {theirs.location}), {why}", claim.location
                )
        earlier.append((entry, claim))


def _agree(one: Claim, other: Claim) -> bool:
    assert isinstance(one.value, Digest) and isinstance(other.value, Digest)
    return one.value.hex.startswith(other.value.hex) or other.value.hex.startswith(one.value.hex)


def _conflict(entry: ModelEntry, other: ModelEntry) -> str:
    """Return why two models cannot have the same file, or an empty text."""
    assert entry.weights is not None and other.weights is not None
    if entry.weights.text == other.weights.text:
        return ""  # one URL, of which shared-weights judges
    if sizes_differ(entry, other):
        sizes = [int(number(each, Metric.FILE_SIZE) or 0) for each in (other, entry)]
        return f"whose file has {show(sizes[0])} bytes and not {show(sizes[1])}"
    mine, theirs = (number(each, Metric.PARAMETERS) for each in (entry, other))
    if mine is not None and theirs is not None and differ(mine, theirs):
        return f"which has {show(int(theirs))} parameters and not {show(int(mine))}"
    return ""


CHECK = Check(RULE, find)
