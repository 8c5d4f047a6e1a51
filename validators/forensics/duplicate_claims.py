"""The same weights and the same numbers under two names."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from zoo.claims import Metric, ModelEntry
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._names import alike, own_name

RULE = Rule(
    id="duplicate-claims",
    level="warning",
    means="Weights and every claim are those of another model, whose name is not alike.",
    why="Two names for one model are legitimate, and so this may be meant. It is also what a "
    "copied record looks like in which only the name was changed: then none of its numbers is "
    "this model's own.",
    mend="if it is an alias, say so with a comment '# zoo: ignore[duplicate-claims]'; if not, "
    "write the model's own numbers",
)


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models that say just what an earlier one says."""
    seen: dict[Hashable, ModelEntry] = {}
    for entry in registry.values():
        said = _said(entry)
        other = seen.setdefault(said, entry) if said else entry
        if other is not entry and not alike(own_name(entry), own_name(other)):
            yield Suspicion(
                entry.name,
                f"weights and all claims are those of {other.name} (at {other.location})",
                entry.location,
            )


def _said(entry: ModelEntry) -> Hashable:
    """Return what an entry claims, or None where that is too little to be a copy of anything."""
    own = (Metric.MODEL_NAME, Metric.WEIGHTS_LOAD)
    claims = [claim for claim in entry.claims if claim.metric not in own]
    metrics = {claim.metric for claim in claims}
    if entry.weights is None or not {Metric.PARAMETERS, Metric.TOP_1} <= metrics:
        return None
    return (
        entry.weights.text,
        frozenset((claim.metric, claim.value, claim.dataset) for claim in claims),
    )


CHECK = Check(RULE, find)
