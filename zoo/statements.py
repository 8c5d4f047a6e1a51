"""Everything that is said of a model, field by field, so that two entries can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zoo.claims import Claim, Data, Datum, Location, Metric, ModelEntry, Value, Written

WEIGHTS = "Weights"
# Metrics that have a field of their own; the others follow from these.
COUNTED = frozenset(
    {Metric.PARAMETERS, Metric.FLOPS, Metric.FILE_SIZE, Metric.WEIGHTS_DIGEST, Metric.IMAGE_SIZE,
     Metric.CROP_PCT, Metric.INTERPOLATION, Metric.MEAN, Metric.STD, Metric.TOP_1, Metric.TOP_5}
)  # fmt: skip

# Which part of a page a field is in, with a result's dataset and its number among those on it.
Key = tuple[str, ...]
_Typed = Mapping[tuple[Location, str], Claim]


@dataclass(frozen=True, slots=True)
class Statement:
    """What an entry says in a field.

    Attributes:
        field: what the field is called for people.
        meaning: the claimed value where the field is typed, else what is written.
        text: what is shown of it.
    """

    field: str
    meaning: Value | Written
    text: str
    location: Location
    claim: Claim | None = None

    @property
    def metric(self) -> Metric | None:
        """What the claim is about, where the field is typed."""
        return self.claim.metric if self.claim else None


def statements(entry: ModelEntry) -> Iterator[tuple[Key, Statement]]:
    """Yield every field of an entry with what is said there; one without a page has none."""
    page = entry.record
    if page is None:
        return
    typed = {(c.location, c.dataset): c for c in entry.claims if c.metric in COUNTED}
    yield from _named("metadata", page.metadata, typed)
    numbers: Counter[str] = Counter()
    for result in page.results:
        numbers[result.dataset] += 1
        on = (result.dataset, str(numbers[result.dataset]))
        yield from _named("result", result.said, {}, on)
        yield from _named("metrics", result.metrics, typed, on)
    yield from _named("fields", page.fields, {})


def _named(part: str, data: Data, typed: _Typed, on: Key = ()) -> Iterator[tuple[Key, Statement]]:
    for name, datum in data.items():
        claim = typed.get((datum.location, on[0] if on else ""))
        label = f"{name} ({', '.join(on if on[1] != '1' else on[:1])})" if on else name
        yield (part, *on, name), of_claim(claim) if claim else _as_written(label, datum)


def of_claim(claim: Claim) -> Statement:
    """Return what a claim says."""
    field = field_name(claim.metric, claim.dataset)
    return Statement(field, claim.value, claim.text, claim.location, claim)


def _as_written(label: str, datum: Datum) -> Statement:
    return Statement(label, datum.value, shown(datum.value), datum.location)


def field_name(metric: Metric, dataset: str) -> str:
    """Return what the field of a claim is called: ``top-1 (ImageNet)``."""
    return f"{metric.value} ({dataset})" if dataset else metric.value


def shown(value: Written) -> str:
    """Return a value on one line: ``[a, b]`` is a list, ``{a: b}`` a mapping."""
    match value:
        case None:
            return "null"
        case str():
            return value
        case tuple():
            return f"[{', '.join(map(shown, value))}]"
        case _:
            return f"{{{', '.join(f'{key}: {shown(part)}' for key, part in value.items())}}}"
