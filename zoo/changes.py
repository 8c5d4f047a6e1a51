"""What has changed between two registries: models, and field by field what is said of them.

Fields are compared by what they mean, so that ``28.09M`` is ``28090000``. A table of results can
state only some fields, and rounds: it is compared in those alone, to the digits that both give.
Its names have tags (``seresnet50.ra2_in1k``), so that there a name without a tag also stands for
the only one with that architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from zoo.claims import Claim, Digest, Metric, ModelEntry
from zoo.index.values import half_unit, rounding
from zoo.statements import COUNTED, WEIGHTS, Key, Statement, of_claim, statements

# Metrics that tables of results round.
ROUNDED = frozenset({Metric.PARAMETERS, Metric.TOP_1, Metric.TOP_5})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the registries that are compared.

    Attributes:
        name: as the user named it.
        states: the metrics that it can state, each with the dataset that it is of, or None where
            that is the first one claimed; None where it can state every field.
        timm: whether it is a table of timm, which rounds and has timm's names.
    """

    name: str
    models: Mapping[str, ModelEntry]
    states: Mapping[Metric, str | None] | None = None
    timm: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One field that says something else; None stands for nothing.

    Attributes:
        same_digest: of a weights URL, whether both files have the same digest by what is claimed;
            None where that is not known, and for other fields.
    """

    model: str
    field: str
    old: Statement | None
    new: Statement | None
    same_digest: bool | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A model on both sides; the names differ where it was found by its architecture."""

    old: ModelEntry
    new: ModelEntry


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that has changed, in the order of the second registry.

    Attributes:
        matched: the models that were found by their architecture only.
        ambiguous: names without a tag for which there are several candidates, with these; they
            count neither as added nor as removed.
    """

    added: tuple[ModelEntry, ...]
    removed: tuple[ModelEntry, ...]
    changed: tuple[Change, ...]
    matched: tuple[Pair, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def compare(a: Side, b: Side) -> Difference:
    """Return what has changed from the first to the second."""
    old, new = _comparable(a, b), _comparable(b, a)
    pairs = {name: Pair(old[name], new[name]) for name in new if name in old}
    matched, ambiguous = _by_architecture(old, new) if a.timm or b.timm else ((), {})
    together = (*pairs.values(), *matched)
    unsettled = {name for bare, found in ambiguous.items() for name in (bare, *found)}
    read, rounded = _reader(a, b), a.timm or b.timm
    return Difference(
        added=_others(new, {pair.new.name for pair in together} | unsettled),
        removed=_others(old, {pair.old.name for pair in together} | unsettled),
        changed=tuple(change for pair in together for change in _changes(pair, read, rounded)),
        matched=tuple(matched),
        ambiguous=ambiguous,
    )


def _others(models: Mapping[str, ModelEntry], known: Collection[str]) -> tuple[ModelEntry, ...]:
    return tuple(entry for entry in models.values() if entry.name not in known)


def _comparable(side: Side, other: Side) -> Mapping[str, ModelEntry]:
    """Return the models by the names under which they are looked for on the other side.

    In a table that is what timm calls them. A model that it lists at several image sizes has
    several rows, of which that at the other side's size is compared.
    """
    if side.timm == other.timm:
        return side.models
    if not side.timm:
        return _as_timm_calls_them(side.models.values())
    rows: dict[str, list[ModelEntry]] = {}
    for entry in side.models.values():
        rows.setdefault(entry.source.reference, []).append(entry)
    known = _as_timm_calls_them(other.models.values())
    sizes = {name: entry.value(Metric.IMAGE_SIZE) for name, entry in known.items()}
    chosen: dict[str, ModelEntry] = {}
    for name, found in rows.items():
        wanted = sizes.get(name, sizes.get(_architecture(name)))
        fitting = (entry for entry in found if entry.value(Metric.IMAGE_SIZE) == wanted)
        chosen[name] = next(fitting, found[0])
    return chosen


def _as_timm_calls_them(entries: Iterable[ModelEntry]) -> dict[str, ModelEntry]:
    """Return models by timm's names; where several have one, a model of timm's library wins it.

    The others of that name go by their library's name in front of their own, be it empty.
    """
    named = [
        (entry.source.reference if entry.source.kind == "timm" else entry.name, entry)
        for entry in entries
    ]
    winners: dict[str, ModelEntry] = {}
    for name, entry in sorted(named, key=lambda item: item[1].library != "timm"):
        winners.setdefault(name, entry)
    return {
        name if winners[name] is entry else f"{entry.library}/{entry.name}": entry
        for name, entry in named
    }


def _by_architecture(
    old: Mapping[str, ModelEntry], new: Mapping[str, ModelEntry]
) -> tuple[list[Pair], dict[str, tuple[str, ...]]]:
    """Return the models whose name without a tag has one candidate on the other side."""
    pairs: list[Pair] = []
    ambiguous: dict[str, tuple[str, ...]] = {}
    for bare, tagged, forward in ((old, new, True), (new, old, False)):
        candidates = _candidates(tagged)
        for name, entry in bare.items():
            if name in tagged or "." in name:
                continue
            match candidates.get(name, []):
                case [only] if only.name not in bare:
                    pairs.append(Pair(entry, only) if forward else Pair(only, entry))
                case [_, _, *_] as several:
                    ambiguous[entry.name] = tuple(other.name for other in several)
    return pairs, ambiguous


def _candidates(models: Mapping[str, ModelEntry]) -> dict[str, list[ModelEntry]]:
    found: dict[str, list[ModelEntry]] = {}
    for name, entry in models.items():
        if "." in name:
            found.setdefault(_architecture(name), []).append(entry)
    return found


def _architecture(name: str) -> str:
    return name.partition(".")[0]


_Reader = Callable[[ModelEntry], dict[Key, Statement]]


def _reader(a: Side, b: Side) -> _Reader:
    """Return what reads off an entry all that both sides can state."""
    limits = [side.states for side in (a, b) if side.states is not None]
    if not limits:
        return lambda entry: dict(statements(entry))
    return lambda entry: {
        (claim.metric.value, claim.dataset): of_claim(claim)
        for metric in Metric
        if metric in COUNTED and all(metric in limit for limit in limits)
        if (claim := _stated(entry, metric, [limit[metric] for limit in limits])) is not None
    }


def _stated(entry: ModelEntry, metric: Metric, datasets: list[str | None]) -> Claim | None:
    """Return the first claim about a metric that is of the datasets."""
    claims = (claim for claim in entry.claims if claim.metric is metric)
    return next((c for c in claims if all(on in (None, c.dataset) for on in datasets)), None)


def _changes(pair: Pair, read: _Reader, rounded: bool) -> Iterator[Change]:
    old, new = read(pair.old), read(pair.new)
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        said = after or before
        if said is not None and not _agree(before, after, rounded=rounded):
            same = _same_digest(pair) if key == ("fields", WEIGHTS) else None
            yield Change(pair.new.name, said.field, before, after, same)


def _agree(old: Statement | None, new: Statement | None, *, rounded: bool) -> bool:
    if old is None or new is None:
        return old is new
    if not rounded or old.metric not in ROUNDED:
        return old.meaning == new.meaning
    assert isinstance(old.meaning, Decimal)
    assert isinstance(new.meaning, Decimal)
    slack = max(_half_unit(old), _half_unit(new))
    return abs(old.meaning - new.meaning) <= slack


def _half_unit(statement: Statement) -> Decimal:
    """Return half a unit of the last digit that was written."""
    if statement.metric is Metric.PARAMETERS:
        return rounding(statement.text)
    assert isinstance(statement.meaning, Decimal)
    return half_unit(statement.meaning)


def _same_digest(pair: Pair) -> bool | None:
    digests = [entry.value(Metric.WEIGHTS_DIGEST) for entry in (pair.old, pair.new)]
    match digests:
        case [Digest() as old, Digest() as new]:
            return old.matches(new) or new.matches(old)
        case _:
            return None
