"""Explains the published counts of a registry from the facts of its models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from zoo.claims import Metric, ModelEntry
from zoo.conventions import FRAMINGS, OF_THE_PAGE, Candidate, Explanation, candidates, choose
from zoo.structure import Shape
from zoo.subject import Identity
from zoo.survey import Request, Survey, Trouble, Wanted

Framed = tuple[str, Shape]


def explain(entries: Sequence[ModelEntry], survey: Survey) -> dict[str, Explanation]:
    """Return the explanation of each model's FLOPs, by model; none where nothing could be counted.

    First at the declared size, as it is and as it may have been resized; then, for what that does
    not explain, at the source's own sizes, and as the network that has the documented weights.
    """
    claimed = {entry.name: value for entry in entries if (value := _claimed(entry)) is not None}
    asked = [entry for entry in entries if entry.name in claimed]
    first = [(entry, entry, "", list(_of_the_page(entry))) for entry in asked]
    found = _counted(first, survey)
    open_ones = [
        entry
        for entry in asked
        if not any(candidate.value == claimed[entry.name] for candidate in found[entry.name])
    ]
    for name, more in _counted(list(_further(open_ones, survey)), survey).items():
        found[name] += more
    return choose({name: (claimed[name], found[name]) for name in claimed})


def shapes(entry: ModelEntry) -> tuple[Shape, ...]:
    """Return the shapes at which a model with claimed FLOPs is counted first."""
    return tuple(shape for _, shape in _of_the_page(entry))


def _claimed(entry: ModelEntry) -> int | None:
    value = entry.value(Metric.FLOPS)
    return int(value) if isinstance(value, Decimal) and value == int(value) else None


def _of_the_page(entry: ModelEntry) -> Iterator[Framed]:
    size = entry.value(Metric.IMAGE_SIZE)
    if isinstance(size, Decimal):
        for framing in OF_THE_PAGE:
            yield framing, FRAMINGS[framing].shape(int(size))


Variant = tuple[ModelEntry, ModelEntry, str, list[Framed]]


def _further(entries: list[ModelEntry], survey: Survey) -> Iterator[Variant]:
    """Yield each entry again, with other sizes, and as the network that has its weights."""
    for entry in entries:
        identity = survey.facts(entry).identity
        if not isinstance(identity, Identity):
            continue
        framed = list(_of_the_page(entry))
        own = [
            (framing, FRAMINGS[framing].shape(size))
            for size in identity.sizes
            for framing in ("own", "own-resized")
        ]
        new = [pair for pair in own if pair[1] not in [shape for _, shape in framed]]
        yield entry, entry, "", new
        built = (identity.name or "").partition(".")[0]
        for holder in dict.fromkeys(tag.partition(".")[0] for tag in identity.holders):
            if holder != built:
                source = replace(entry.source, reference=holder)
                other = replace(entry, name=f"{entry.name} as {holder}", source=source)
                yield entry, other, holder, [*framed, *new]


def _counted(variants: list[Variant], survey: Survey) -> dict[str, list[Candidate]]:
    survey.find(
        Request(other, Wanted(tuple(shape for _, shape in framed)))
        for _, other, _, framed in variants
    )
    found: dict[str, list[Candidate]] = {}
    for entry, other, network, framed in variants:
        own = found.setdefault(entry.name, [])
        for framing, shape in framed:
            totals = survey.facts(other, Wanted((shape,))).totals[shape]
            if not isinstance(totals, Trouble):
                own += candidates(framing, shape, totals, network)
    return found
