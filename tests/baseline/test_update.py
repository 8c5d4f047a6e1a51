"""A baseline is brought up to date without losing what people wrote, or hiding what is new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.baseline.test_apply import (
    BLOCKED,
    ENTRY,
    ERRED,
    FAILED,
    NO_CODE,
    PASSED,
    REFUSED,
    SKIPPED,
    UNREAD,
)
from zoo.baseline import Terms, update
from zoo.findings import Finding

TERMS = Terms("a reason", "https://example.org/7", "2027-01-31")


def test_every_fail_is_recorded_on_the_terms_that_are_given() -> None:
    found = update([], [FAILED, PASSED, SKIPPED], TERMS)
    (entry,) = found.entries
    assert (entry.claimed, entry.measured) == (100, 200)
    assert (entry.reason, entry.issue, entry.expires) == (TERMS.reason, TERMS.issue, TERMS.expires)
    assert found.added == found.entries


def test_what_people_wrote_is_kept() -> None:
    found = update([ENTRY], [FAILED], TERMS)
    assert found.entries == (ENTRY,) and found.added == ()


def test_a_day_is_put_off_only_where_a_later_one_is_given() -> None:
    entry = replace(ENTRY, expires="2026-04-30")
    assert update([entry], [FAILED], Terms()).entries == (entry,)
    (later,) = update([entry], [FAILED], TERMS).entries
    assert (later.expires, later.reason) == ("2027-01-31", ENTRY.reason)
    far = replace(ENTRY, expires="2030-01-01")
    assert update([far], [FAILED], TERMS).entries == (far,)


def test_what_holds_now_is_dropped() -> None:
    found = update([ENTRY], [PASSED], TERMS)
    assert found.entries == () and [pair.entry for pair in found.dropped] == [ENTRY]


def test_another_failure_of_a_claim_needs_a_reason_of_its_own() -> None:
    found = update([ENTRY], [replace(FAILED, measured=300)], TERMS)
    (entry,) = found.entries
    assert (entry.measured, entry.reason) == (300, "a reason")
    assert [pair.entry.reason for pair in found.replaced] == [ENTRY.reason]


@pytest.mark.parametrize("finding", [SKIPPED, ERRED, UNREAD, replace(PASSED, model="other")])
def test_an_entry_on_what_was_not_tested_stays(finding: Finding) -> None:
    assert update([ENTRY], [finding], TERMS).entries == (ENTRY,)


def test_an_error_is_recorded_only_on_request_and_only_where_it_will_stay() -> None:
    errors = [replace(ERRED, model="a"), replace(REFUSED, model="b"), replace(BLOCKED, model="c")]
    assert update([], errors, TERMS).entries == ()
    assert len(update([], errors, TERMS).unrecorded) == 3
    found = update([], errors, replace(TERMS, errors=True))
    assert [entry.error for entry in found.entries] == ["refused", "blocked by model-name"]
    assert [finding.model for finding in found.unrecorded] == ["a"]


def test_other_code_that_is_refused_takes_the_place_only_on_request() -> None:
    other = replace(REFUSED, cause={"kind": "refused", "about": "evil:build"})
    assert update([NO_CODE], [other], TERMS).entries == (NO_CODE,)
    found = update([NO_CODE], [other], replace(TERMS, errors=True))
    assert [(entry.about, entry.reason) for entry in found.entries] == [("evil:build", "a reason")]
    assert [pair.entry for pair in found.replaced] == [NO_CODE]


def test_an_entry_of_an_older_file_gets_what_it_is_about_only_on_request() -> None:
    older = replace(NO_CODE, about="")
    assert update([older], [REFUSED], TERMS).entries == (older,)
    assert update([older], [REFUSED], replace(TERMS, errors=True)).entries == (NO_CODE,)


def test_a_failure_that_cannot_be_tested_stays_beside_the_error() -> None:
    found = update([ENTRY], [REFUSED], replace(TERMS, errors=True))
    assert ENTRY in found.entries and len(found.entries) == 2


def test_an_entry_of_refused_code_goes_where_a_run_that_trusts_it_passes() -> None:
    assert update([NO_CODE], [PASSED], TERMS).entries == ()


def test_the_order_does_not_depend_on_that_of_the_run() -> None:
    findings = [replace(FAILED, model=name) for name in ("b", "c", "a")]
    first, second = (update([], order, TERMS).entries for order in (findings, findings[::-1]))
    assert first == second
    assert [entry.model for entry in first] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        (
            replace(
                FAILED,
                message="claimed 100, measured 200 (±1); at 1×3×8×8; exactly what thop counts",
                cause={"kind": "flops-convention", "exact": True},
            ),
            "exactly what thop counts",
        ),
        (
            replace(
                FAILED,
                message="claimed 100, measured 200 (±1); at 1×3×8×8",
                cause={"kind": "flops-convention", "exact": False},
            ),
            "at 1×3×8×8; no counting rule that is known here gives it",
        ),
        (replace(FAILED, method="counted by hand"), "measured: counted by hand"),
        (replace(FAILED, message="all new words"), "all new words"),
        (
            replace(REFUSED, message="index.md:7: this runs os:abort", hint="trust it"),
            "this runs os:abort; trust it",
        ),
    ],
)
def test_without_a_reason_an_entry_says_what_was_found(finding: Finding, reason: str) -> None:
    (entry,) = update([], [finding], Terms(errors=True)).entries
    assert entry.reason == reason
