"""Everything that is said of a model, field by field, so that two entries can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zoo.claims import Claim, Digest, Location, Metric, ModelEntry, Text, Value

WEIGHTS = "weights"
# Metrics that have a field of their own; the others follow from these.
COUNTED = (
    Metric.PARAMETERS, Metric.FLOPS, Metric.FILE_SIZE, Metric.WEIGHTS_DIGEST, Metric.IMAGE_SIZE,
    Metric.CROP_PCT, Metric.INTERPOLATION, Metric.MEAN, Metric.STD, Metric.TOP_1, Metric.TOP_5,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """What an entry says in a field: what it means, and what is shown of it."""

    meaning: Value
    text: str
    location: Location
    metric: Metric | None = None


def statements(entry: ModelEntry) -> Iterator[tuple[str, Statement]]:
    """Yield every field of an entry with what is said there; the first where it stands twice."""
    seen: set[str] = set()
    for name, statement in (*_claims(entry.claims), *_texts(entry)):
        if name not in seen:
            seen.add(name)
            yield name, statement


def _claims(claims: Iterable[Claim]) -> Iterator[tuple[str, Statement]]:
    for claim in claims:
        if claim.metric in COUNTED:
            shown = str(claim.value) if isinstance(claim.value, Digest) else claim.text
            yield (
                field_name(claim.metric, claim.dataset),
                Statement(claim.value, shown, claim.location, claim.metric),
            )


def field_name(metric: Metric, dataset: str) -> str:
    """Return what the field of a claim is called: ``top-1 (ImageNet)``."""
    return f"{metric.value} ({dataset})" if dataset else metric.value


def _texts(entry: ModelEntry) -> Iterator[tuple[str, Statement]]:
    places = {name.casefold(): text.location for name, text in entry.fields.items()}

    def said(name: str, text: str | None, location: Location | None = None) -> Iterator[Text]:
        if text:
            yield Text(text, location or places.get(name, entry.location))

    source = entry.source
    arguments = ", ".join(f"{key}={value}" for key, value in source.arguments.items())
    built = " ".join(filter(None, (source.kind, source.reference, arguments)))
    for name, found in (
        (WEIGHTS, [entry.weights] if entry.weights else []),
        ("source", said("source", built, source.location)),
        ("code", said("code", entry.code)),
        ("paper", said("paper", entry.paper)),
        ("collection", said("in collection", entry.collection)),
        ("tasks", said("tasks", ", ".join(entry.tasks))),
        ("training data", said("training data", ", ".join(entry.training_data))),
        *((key, [entry.fields[key]]) for key in entry.untested if key in entry.fields),
    ):
        for text in found:
            yield name, Statement(text.text, text.text, text.location)
