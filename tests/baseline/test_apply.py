"""What a baseline knows does not count, and what it no longer knows right does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from zoo.baseline import Entry, State, apply
from zoo.claims import Location
from zoo.evidence import from_json, to_json
from zoo.findings import Finding, Verdict
from zoo.run import Run, exit_code

PLACE = Location("index.md", 7, 3)
LINE = Location("baseline.yml", 12, 3)
TODAY = date(2026, 5, 1)
ONE_PERCENT = {"absolute": 0, "relative": 0.01}
FAILED = Finding(
    "flops", "tiny", "flops", Verdict.FAIL, "claimed 100, measured 200", PLACE,
    claimed=100, measured=200, tolerance=ONE_PERCENT,
)  # fmt: skip
PASSED = replace(FAILED, verdict=Verdict.PASS, measured=100)
SKIPPED = replace(FAILED, verdict=Verdict.SKIP, measured=None, message="not asked for")
ERRED = replace(FAILED, verdict=Verdict.ERROR, measured=None, message="no network")
REFUSED = replace(ERRED, cause={"kind": "refused", "about": "code:build"})
BLOCKED = replace(ERRED, cause={"kind": "blocked", "rule": "model-name", "about": "tiny"})
UNREAD = Finding(
    "bad-value", "tiny", None, Verdict.ERROR, "nothing was tested: many is no number", PLACE
)
ENTRY = Entry("tiny", "flops", "flops", 100, 200, reason="counted otherwise", location=LINE)
NO_CODE = replace(ENTRY, measured=None, error="refused", about="code:build")
NO_NAME = replace(ENTRY, measured=None, error="blocked by model-name", about="tiny")


def run_of(*findings: Finding) -> Run:
    return Run("1", "2026-01-02T03:04:05Z", {}, (), findings)


def applied(entry: Entry, *findings: Finding, complete: bool = False) -> tuple[Run, Any]:
    return apply(run_of(*findings), [entry], TODAY, complete=complete)


def test_a_known_failure_keeps_its_verdict_and_does_not_count() -> None:
    run, left = applied(ENTRY, FAILED)
    (finding,) = run.findings
    assert finding.verdict is Verdict.FAIL
    assert finding.known is not None and finding.known.location == LINE
    assert (exit_code(run), run.outdated, left) == (0, (), ())
    assert from_json(to_json(run), "run.json") == run


def test_a_failure_that_is_not_known_counts_beside_one_that_is() -> None:
    run, _ = applied(ENTRY, FAILED, replace(FAILED, model="other"))
    assert exit_code(run) == 1 and run.outdated == ()


def test_what_is_known_on_one_dataset_hides_nothing_on_another() -> None:
    missed = replace(FAILED, metric="top-1", dataset="ImageNet")
    entry = replace(ENTRY, metric="top-1", dataset="ImageNet")
    run, _ = applied(entry, replace(missed, dataset="ImageNet-V2"), missed)
    assert [each.known is not None for each in run.findings] == [False, True]
    assert exit_code(run) == 1


@pytest.mark.parametrize("measured", [199, 200, 201])
def test_a_measured_value_may_move_within_the_tolerance_of_the_claim(measured: int) -> None:
    assert exit_code(applied(ENTRY, replace(FAILED, measured=measured))[0]) == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"measured": 202}, "differs"),
        ({"claimed": 150}, "differs"),
        ({"verdict": Verdict.PASS, "measured": 100}, "passes"),
        ({"verdict": Verdict.PASS, "claimed": 200}, "passes"),
    ],
)
def test_an_entry_on_what_has_changed_is_outdated_and_counts(
    change: dict[str, Any], kind: str
) -> None:
    run, _ = applied(ENTRY, replace(FAILED, **change))
    (outdated,) = run.outdated
    assert (outdated.kind, outdated.location) == (kind, LINE)
    assert run.findings[0].known is None
    assert exit_code(run) == 1
    assert from_json(to_json(run), "run.json") == run


def test_the_last_day_is_borne_and_the_day_after_is_not() -> None:
    last = replace(ENTRY, expires="2026-05-01")
    assert exit_code(applied(last, FAILED)[0]) == 0
    over, _ = applied(replace(ENTRY, expires="2026-04-30"), FAILED)
    assert [entry.kind for entry in over.outdated] == ["expired"]
    assert over.findings[0].known is None and exit_code(over) == 1


@pytest.mark.parametrize("finding", [SKIPPED, ERRED, replace(FAILED, verdict=Verdict.UNDECIDED)])
def test_an_entry_on_what_was_not_settled_is_left_alone_and_said(finding: Finding) -> None:
    run, left = applied(ENTRY, finding)
    assert run.outdated == () and [pair.state for pair in left] == [State.OPEN]


def test_an_entry_on_a_model_that_was_not_selected_is_left_alone() -> None:
    run, left = applied(ENTRY, replace(PASSED, model="other"))
    assert run.outdated == () and len(left) == 1


def test_an_entry_on_a_model_that_is_not_in_the_index_is_outdated() -> None:
    run, _ = applied(ENTRY, replace(PASSED, model="other"), complete=True)
    assert [entry.kind for entry in run.outdated] == ["gone"]


def test_an_entry_on_a_claim_that_nobody_makes_any_more_is_outdated() -> None:
    run, _ = applied(ENTRY, replace(PASSED, rule="parameters", metric="parameters"))
    assert [entry.kind for entry in run.outdated] == ["gone"]


def test_an_entry_on_a_model_that_could_not_be_read_is_left_alone() -> None:
    run, (left,) = applied(ENTRY, UNREAD)
    assert (exit_code(run), run.outdated) == (4, ())
    assert left.words == "nothing was tested: many is no number"


def test_an_entry_that_stands_there_twice_is_said() -> None:
    run, _ = apply(run_of(FAILED), [ENTRY, ENTRY], TODAY, complete=False)
    assert [entry.message.partition(";")[0] for entry in run.outdated] == [
        "another entry is about this claim"
    ]


def test_two_claims_on_one_metric_are_told_apart_by_their_values() -> None:
    words = [replace(FAILED, claimed=word, measured="not there") for word in ("Mish", "Swish")]
    entry = replace(ENTRY, claimed="Swish", measured="not there")
    run, _ = applied(entry, *words)
    assert [finding.known is not None for finding in run.findings] == [False, True]


def test_one_entry_knows_one_of_two_equal_failures() -> None:
    run, _ = applied(ENTRY, FAILED, replace(FAILED))
    assert [finding.known is not None for finding in run.findings] == [True, False]
    assert exit_code(run) == 1


@pytest.mark.parametrize(("entry", "finding"), [(NO_CODE, REFUSED), (NO_NAME, BLOCKED)])
def test_an_error_that_stays_until_somebody_acts_can_be_known(
    entry: Entry, finding: Finding
) -> None:
    run, _ = applied(entry, finding)
    assert exit_code(run) == 0 and run.findings[0].verdict is Verdict.ERROR


@pytest.mark.parametrize("finding", [ERRED, BLOCKED])
def test_another_error_is_not_the_known_one(finding: Finding) -> None:
    run, _ = applied(NO_CODE, finding)
    assert exit_code(run) == 4 and run.outdated == ()


@pytest.mark.parametrize(("entry", "finding"), [(NO_CODE, REFUSED), (NO_NAME, BLOCKED)])
def test_an_error_about_other_code_or_another_name_is_not_the_known_one(
    entry: Entry, finding: Finding
) -> None:
    run, left = applied(entry, replace(finding, cause={**(finding.cause or {}), "about": "evil"}))
    assert exit_code(run) == 4 and len(left) == 1


def test_an_entry_of_an_older_file_that_says_not_what_was_refused_knows_nothing() -> None:
    run, (left,) = applied(replace(NO_CODE, about=""), REFUSED)
    assert exit_code(run) == 4
    assert left.words.startswith("it does not say of which code")


def test_code_that_is_trusted_in_this_run_leaves_the_entry_that_it_was_refused() -> None:
    run, left = applied(NO_CODE, PASSED)
    assert exit_code(run) == 0 and len(left) == 1


def test_a_name_that_is_there_again_makes_its_entry_outdated() -> None:
    assert [entry.kind for entry in applied(NO_NAME, PASSED)[0].outdated] == ["passes"]


def test_a_run_of_nothing_is_still_nothing() -> None:
    assert exit_code(applied(ENTRY)[0]) == 5
