"""Finds for each entry of a baseline the finding that it is about, and what has become of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from zoo.baseline.entries import REFUSED, Entry, Key, is_older, is_same, key_of
from zoo.findings import Finding, Verdict, by_model, show

_SETTLED = (Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED)
_UNSAID = "it does not say of which code, name or URL: run 'zoo baseline --errors' anew"


class State(Enum):
    """What has become of an entry.

    KNOWN: it is the failure that was recorded. PASSES: the claim is borne out now. DIFFERS: it
    fails in another way. GONE: nobody claims it any more. OPEN: it was not tested.
    """

    KNOWN = "known"
    PASSES = "passes"
    DIFFERS = "differs"
    GONE = "gone"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry with the finding on its claim, if there is one.

    Attributes:
        words: what has become of it, for people.
    """

    entry: Entry
    state: State
    finding: Finding | None
    words: str


def pair(
    entries: Sequence[Entry], findings: Iterable[Finding], *, complete: bool
) -> tuple[Pair, ...]:
    """Return what has become of each entry, in their order.

    Args:
        findings: of the Run; no two entries are about one of them.
        complete: whether the Run is about every model of the index.
    """
    models = by_model(findings)
    free: dict[Key, list[Finding]] = defaultdict(list)
    for finding in (each for found in models.values() for each in found):
        free[key_of(finding)].append(finding)
    known = {n: found for n, entry in enumerate(entries) if (found := _take(entry, free))}
    return tuple(
        Pair(entry, State.KNOWN, known[number], "as it was")
        if number in known
        else _changed(entry, free[entry.key], models.get(entry.model, ()), complete=complete)
        for number, entry in enumerate(entries)
    )


def _take(entry: Entry, free: dict[Key, list[Finding]]) -> Finding | None:
    """Return the failure that an entry records, and take it from those that are free."""
    found = next((each for each in free[entry.key] if is_same(entry, each)), None)
    if found is not None:
        free[entry.key].remove(found)
    return found


def _changed(
    entry: Entry, free: list[Finding], found: Collection[Finding], *, complete: bool
) -> Pair:
    """Return what has become of an entry whose failure is not there as it was.

    Args:
        free: findings on its metric of which no other entry is.
        found: all of its model.
    """
    if not found:
        gone = (State.GONE, None, "the index has no such model")
        return Pair(entry, *(gone if complete else (State.OPEN, None, "not selected")))
    same = [each for each in free if each.claimed == entry.claimed]
    if same:
        settled = min(same, key=lambda each: each.verdict not in _SETTLED)
        free.remove(settled)
        return _as_it_is(entry, settled)
    if len(free) == 1:  # the only claim on this metric: its value is another now
        return _as_it_is(entry, free[0])
    return _without_finding(entry, found)


def _without_finding(entry: Entry, found: Iterable[Finding]) -> Pair:
    """Return what has become of an entry for which the findings of its model hold none."""
    for each in found:
        if each.verdict is Verdict.ERROR and each.metric is None:  # the model could not be read
            return Pair(entry, State.OPEN, None, each.message)
        if key_of(each) == entry.key and each.claimed == entry.claimed:
            return Pair(entry, State.GONE, None, "another entry is about this claim")
    return Pair(entry, State.GONE, None, "nobody claims this any more")


def _as_it_is(entry: Entry, finding: Finding) -> Pair:
    now = f"claimed {show(finding.claimed)}, measured {show(finding.measured)}"
    match finding.verdict:
        case Verdict.PASS if entry.error == REFUSED:
            return Pair(entry, State.OPEN, finding, "it was not refused in this run")
        case Verdict.PASS:
            return Pair(entry, State.PASSES, finding, f"it holds now: {now}")
        case Verdict.FAIL:
            return Pair(entry, State.DIFFERS, finding, f"it fails in another way now: {now}")
        case Verdict.ERROR if is_older(entry, finding):
            return Pair(entry, State.OPEN, finding, _UNSAID)
        case _:
            return Pair(entry, State.OPEN, finding, finding.message)
