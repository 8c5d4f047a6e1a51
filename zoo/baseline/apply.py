"""Marks in a Run what the baseline knows, and names the entries that must be dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from zoo.baseline.entries import Entry
from zoo.baseline.pairing import Pair, State, pair
from zoo.claims import Location
from zoo.findings import Finding, Known
from zoo.run import Outdated, Run

_MEND = "run 'zoo baseline' anew, or take the entry out"
UNWRITTEN = Location("baseline", 1, 1)


def apply(
    run: Run, entries: Sequence[Entry], today: date, *, complete: bool
) -> tuple[Run, tuple[Pair, ...]]:
    """Return a Run with what is known of its findings, and the entries that nothing was found on.

    No verdict changes. An entry that has expired marks nothing.

    Args:
        today: the day up to which entries must last.
        complete: whether the Run is about every model of the index.
    """
    pairs = pair(entries, run.findings, complete=complete)
    marks = {
        id(each.finding): _known(each.entry)
        for each in pairs
        if each.state is State.KNOWN and not _expired(each.entry, today)
    }
    marked = tuple(_marked(finding, marks) for finding in run.findings)
    outdated = tuple(found for each in pairs if (found := _outdated(each, today)))
    open_ = tuple(each for each in pairs if each.state is State.OPEN)
    return replace(run, findings=marked, outdated=outdated), open_


def _marked(finding: Finding, marks: dict[int, Known]) -> Finding:
    return replace(finding, known=marks[id(finding)]) if id(finding) in marks else finding


def _known(entry: Entry) -> Known:
    place = entry.location or UNWRITTEN
    return Known(entry.reason, place, entry.issue, entry.expires)


def _expired(entry: Entry, today: date) -> bool:
    return bool(entry.expires) and date.fromisoformat(entry.expires) < today


def _outdated(found: Pair, today: date) -> Outdated | None:
    """Return why an entry must be dealt with, or None."""
    entry = found.entry
    match found.state:
        case State.OPEN:
            return None
        case State.KNOWN if not _expired(entry, today):
            return None
        case State.KNOWN:
            words = f"it was borne until {entry.expires}: mend the claim, or give another date"
            kind = "expired"
        case State.PASSES | State.DIFFERS | State.GONE:
            words, kind = f"{found.words}; {_MEND}", found.state.value
    return Outdated(kind, entry.model, entry.rule, words, entry.location or UNWRITTEN)
