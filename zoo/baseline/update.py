"""Brings a baseline up to date: keeps what people wrote, drops what is over, adds what is new."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from zoo.baseline.entries import Entry, about, is_older, standing
from zoo.baseline.pairing import Pair, State, pair
from zoo.baseline.reasons import reason_of
from zoo.findings import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms failures are taken into a baseline.

    Attributes:
        reason: of all new entries; where it is empty, each says what was found.
        errors: whether what could not be tested is taken in where that will stay so.
    """

    reason: str = ""
    issue: str = ""
    expires: str = ""
    errors: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """What has become of a baseline.

    Attributes:
        entries: all that it holds now, in their order.
        replaced: entries whose claim fails in another way now, or is ERROR for another reason.
        unrecorded: ERRORs that were not taken in.
    """

    entries: tuple[Entry, ...]
    added: tuple[Entry, ...]
    replaced: tuple[Pair, ...]
    dropped: tuple[Pair, ...]
    kept: tuple[Pair, ...]
    unrecorded: tuple[Finding, ...]


def update(old: Sequence[Entry], findings: Sequence[Finding], terms: Terms) -> Update:
    """Return a baseline that knows every failure among the findings.

    An entry on a claim that was not tested stays. A failure that differs from the one that was
    recorded is a new one: the reason of the other says nothing about it.
    """
    pairs = [_completed(each, terms) for each in pair(old, findings, complete=False)]
    known = {id(each.finding) for each in pairs if each.state is State.KNOWN}
    fresh = [finding for finding in findings if id(finding) not in known]
    wanted = [finding for finding in fresh if _wanted(finding, terms)]
    added = tuple(_entry(finding, terms) for finding in wanted)
    dropped = tuple(each for each in pairs if _is_over(each))
    others = {id(finding) for finding in wanted}
    replaced = tuple(each for each in pairs if _is_replaced(each, others))
    over = {id(each) for each in (*dropped, *replaced)}
    kept = tuple(each for each in pairs if id(each) not in over)
    stay = (_renewed(each, terms) for each in kept)
    return Update(
        entries=tuple(sorted((*stay, *added), key=_order)),
        added=added,
        replaced=replaced,
        dropped=dropped,
        kept=kept,
        unrecorded=tuple(_unrecorded(fresh, terms)),
    )


def _completed(found: Pair, terms: Terms) -> Pair:
    """Return an entry of an older file with what its ERROR is about, where ERRORs are taken in."""
    finding = found.finding
    if finding is None or not terms.errors or not is_older(found.entry, finding):
        return found
    return replace(found, entry=replace(found.entry, about=about(finding)), state=State.KNOWN)


def _is_replaced(found: Pair, others: Collection[int]) -> bool:
    """Return whether there is another failure now; a FAIL that could not be tested is still one.

    Args:
        others: the ids of the failures that are taken in.
    """
    other = bool(found.entry.error) and id(found.finding) in others
    return other or found.state is State.DIFFERS


def _is_over(found: Pair) -> bool:
    """Return whether there is no failure any more, if only because code is trusted by now."""
    holds = found.finding is not None and found.finding.verdict is Verdict.PASS
    return holds or found.state in (State.PASSES, State.GONE)


def _wanted(finding: Finding, terms: Terms) -> bool:
    return finding.verdict is Verdict.FAIL or (terms.errors and bool(standing(finding)))


def _unrecorded(findings: Iterable[Finding], terms: Terms) -> Iterable[Finding]:
    return (f for f in findings if f.verdict is Verdict.ERROR and not _wanted(f, terms))


def _entry(finding: Finding, terms: Terms) -> Entry:
    return Entry(
        model=finding.model,
        rule=finding.rule,
        metric=finding.metric or "",
        dataset=finding.dataset,
        claimed=finding.claimed,
        measured=finding.measured,
        error=standing(finding),
        about=about(finding),
        reason=terms.reason or reason_of(finding),
        issue=terms.issue,
        expires=terms.expires,
    )


def _renewed(found: Pair, terms: Terms) -> Entry:
    """Return an entry with the day that is given now, where it had one that was earlier."""
    entry = found.entry
    later = found.state is State.KNOWN and "" < entry.expires < terms.expires
    return replace(entry, expires=terms.expires) if later else entry


def _order(entry: Entry) -> tuple[str, ...]:
    values = (json.dumps(value, ensure_ascii=False) for value in (entry.claimed, entry.measured))
    return (*entry.key, entry.error, entry.about, *values)
