"""A Run that was spoilt is refused, or is a Run with which all that reads Runs can do its work."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.damage import damaged, spoiled_json, survives
from tests.reports.any_run import runs
from tests.reports.hostile import BENIGN, run_of
from tests.reports.judges import judged
from zoo.baseline import Terms, parse, to_text, update
from zoo.errors import UsageError
from zoo.evidence import from_json, to_json
from zoo.reports import REPORTS, Style
from zoo.run import Run, exit_code, merge
from zoo.run_changes import compare_runs

RELEASED = Path(__file__).parents[1] / "goldens" / "released"


@cache
def whole_runs() -> list[dict[str, object]]:
    """Return the Runs of released versions and the one with everything in it, made short."""
    found = [json.loads(path.read_text()) for path in sorted(RELEASED.glob("**/*.json"))]
    own = json.loads(to_json(run_of(BENIGN)))
    kept = [each for each in [*found, own] if isinstance(each, dict) and "findings" in each]
    for each in kept:
        each["findings"], each["subjects"] = each["findings"][:8], each["subjects"][:3]
    return kept


SPOILED = st.sampled_from(range(len(whole_runs()))).flatmap(
    lambda n: spoiled_json(copy.deepcopy(whole_runs()[n]))
)


@given(SPOILED)
def test_a_spoiled_run_is_refused_or_a_run_that_every_report_takes(text: str) -> None:
    run = survives(lambda: from_json(text, "run.json"), UsageError)
    if run is None:
        return
    assert from_json(to_json(run), "run.json") == run
    assert exit_code(run) in {0, 1, 4, 5}
    assert exit_code(run, strict=True) in {0, 1, 4, 5}
    for name, report in REPORTS.items():
        judged(name, report.render(run, Style()))


@given(damaged(runs().map(to_json).map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_the_bytes_of_a_run_that_are_damaged_end_in_a_run_or_a_message(data: bytes) -> None:
    survives(lambda: from_json(data.decode("utf-8", "replace"), "run.json"), UsageError)


@given(st.integers(0, 10**6))
def test_a_run_that_is_cut_off_is_refused(at: int) -> None:
    text = to_json(run_of(BENIGN)).rstrip()
    with pytest.raises(UsageError):
        from_json(text[: at % len(text)], "run.json")


@given(runs())
def test_a_run_does_not_differ_from_itself(run: Run) -> None:
    same = compare_runs(run, run)
    assert not same
    assert not same.settings


@given(runs(), runs())
def test_what_one_run_has_more_the_other_has_less(a: Run, b: Run) -> None:
    there, back = compare_runs(a, b), compare_runs(b, a)
    assert sorted(there.added) == sorted(back.removed)
    assert {(s.name, s.model) for s in there.settings if not s.model} == {
        (s.name, s.model) for s in back.settings if not s.model
    }
    assert bool(there) == bool(back)


@given(st.lists(runs(), min_size=1, max_size=3))
def test_runs_that_are_joined_have_all_findings_once(several: list[Run]) -> None:
    joined = survives(lambda: merge(several), UsageError)
    if joined is None:
        models = [{finding.model for finding in run.findings} for run in several]
        assert sum(map(len, models)) > len(set().union(*models))
        return
    assert joined.findings == tuple(finding for run in several for finding in run.findings)
    assert sum(joined.summary.values()) == sum(sum(run.summary.values()) for run in several)
    assert from_json(to_json(joined), "run.json") == joined


@given(runs() | SPOILED.map(lambda text: survives(lambda: from_json(text, "x"), UsageError)))
def test_the_baseline_of_any_run_is_read_back_and_knows_all_its_failures(run: Run | None) -> None:
    if run is None:
        return
    findings = [replace(finding, known=None) for finding in run.findings]
    entries = update((), findings, Terms(reason="seen", errors=True)).entries
    read = survives(lambda: parse(to_text(entries), "baseline.yml"), UsageError)
    if read is None:
        return  # what no index may hold, as a control character, no baseline may hold either
    assert [replace(entry, location=None) for entry in read] == list(entries)
    again = update(read, findings, Terms(errors=True))
    assert again.added == again.dropped == ()
    assert list(again.entries) == read
