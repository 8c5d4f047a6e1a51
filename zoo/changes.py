"""What has changed between two registries: models, and field by field what is said of them.

Fields are compared by what they mean, so that ``28.09M`` is ``28090000``. A table of results can
state only some fields, and rounds: it is compared in those alone, to the digits that both give.
Its names have tags (``seresnet50.ra2_in1k``), so that there a name without a tag also stands for
the only one with that architecture.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from zoo.claims import Digest, Metric, ModelEntry
from zoo.index.values import rounding
from zoo.statements import WEIGHTS, Statement, statements

# Metrics that tables of results round.
ROUNDED = frozenset({Metric.PARAMETERS, Metric.TOP_1, Metric.TOP_5})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the registries that are compared.

    Attributes:
        name: as the user named it.
        states: the fields that it can state, or None where it is all of them.
    """

    name: str
    models: Mapping[str, ModelEntry]
    states: frozenset[str] | None = None

    @property
    def table(self) -> bool:
        """Whether this is a table of results and no index."""
        return self.states is not None


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
    matched, ambiguous = _by_architecture(old, new) if a.table or b.table else ((), {})
    together = (*pairs.values(), *matched)
    unsettled = {name for bare, found in ambiguous.items() for name in (bare, *found)}
    states = _shared(a, b)
    return Difference(
        added=_others(new, {pair.new.name for pair in together} | unsettled),
        removed=_others(old, {pair.old.name for pair in together} | unsettled),
        changed=tuple(change for pair in together for change in _changes(pair, states)),
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
    if side.table == other.table:
        return side.models
    if not side.table:
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
    named: dict[str, ModelEntry] = {}
    for entry in entries:
        name = entry.source.reference if entry.source.kind == "timm" else entry.name
        named[entry.name if name in named else name] = entry
    return named


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


def _shared(a: Side, b: Side) -> frozenset[str] | None:
    if a.states is None or b.states is None:
        return a.states if b.states is None else b.states
    return a.states & b.states


def _changes(pair: Pair, states: frozenset[str] | None) -> Iterator[Change]:
    old, new = dict(statements(pair.old)), dict(statements(pair.new))
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if states is not None and name not in states:
            continue
        if not _agree(before, after, rounded=states is not None):
            same = _same_digest(pair) if name == WEIGHTS else None
            yield Change(pair.new.name, name, before, after, same)


def _agree(old: Statement | None, new: Statement | None, *, rounded: bool) -> bool:
    if old is None or new is None:
        return old is new
    if not rounded or old.metric not in ROUNDED:
        return old.meaning == new.meaning
    assert isinstance(old.meaning, Decimal) and isinstance(new.meaning, Decimal)
    slack = max(_half_unit(old), _half_unit(new))
    return abs(old.meaning - new.meaning) <= slack


def _half_unit(statement: Statement) -> Decimal:
    """Return half a unit of the last digit that was written."""
    if statement.metric is Metric.PARAMETERS:
        return rounding(statement.text)
    assert isinstance(statement.meaning, Decimal)
    exponent = statement.meaning.as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(5).scaleb(exponent - 1)


def _same_digest(pair: Pair) -> bool | None:
    digests = [entry.value(Metric.WEIGHTS_DIGEST) for entry in (pair.old, pair.new)]
    match digests:
        case [Digest() as old, Digest() as new]:
            return old.matches(new) or new.matches(old)
        case _:
            return None
