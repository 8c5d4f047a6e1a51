"""Every format renders one fixed Run, to the byte; a new format is tested the day it appears."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from zoo.evidence import from_json
from zoo.findings import Verdict
from zoo.reports import GRAVEST_FIRST, REPORTS, Style, folded, reasons
from zoo.reports._identity import names
from zoo.reports._models import models
from zoo.reports.sarif import MOST_NOTIFICATIONS
from zoo.run import Run

GOLDENS = Path(__file__).parents[1] / "goldens"


@pytest.fixture(scope="module")
def run() -> Run:
    """A Run with every verdict, and with names that try to be more than names."""
    return from_json((GOLDENS / "run.json").read_text(encoding="utf-8"), "run.json")


def test_the_fixed_run_has_every_verdict(run: Run) -> None:
    assert {finding.verdict for finding in run.findings} == set(Verdict)


@pytest.mark.parametrize("name", list(REPORTS))
def test_a_format_renders_the_run_as_the_golden_does(
    run: Run, name: str, request: pytest.FixtureRequest
) -> None:
    pages = REPORTS[name].render(run, Style())
    folder = GOLDENS / name
    if request.config.getoption("--update-goldens"):
        shutil.rmtree(folder, ignore_errors=True)
        for file, text in pages.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
    stored = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert dict(pages) == stored


@pytest.mark.parametrize("name", list(REPORTS))
def test_a_format_of_one_page_makes_one_page(run: Run, name: str) -> None:
    report = REPORTS[name]
    assert report.many or len(report.render(run, Style())) == 1


@pytest.mark.parametrize("name", list(REPORTS))
def test_a_format_renders_a_run_without_findings(run: Run, name: str) -> None:
    assert REPORTS[name].render(replace(run, subjects=(), findings=()), Style())


def test_colours_are_only_used_where_they_are_understood(run: Run) -> None:
    (plain,) = REPORTS["table"].render(run, Style(colour=False)).values()
    (coloured,) = REPORTS["table"].render(run, Style(colour=True)).values()
    assert "\x1b" not in plain
    assert "\x1b[" in coloured


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_table_keeps_to_the_width_of_the_terminal(run: Run, width: int) -> None:
    (text,) = REPORTS["table"].render(run, Style(width=width)).values()
    assert max(map(len, text.splitlines())) <= width


def test_a_reason_that_several_claims_share_is_said_once(run: Run) -> None:
    error = next(f for f in run.findings if f.verdict is Verdict.ERROR)
    other = replace(error, metric="weights-load", rule="weights-load")
    (reason,) = reasons([error, other])
    assert reason.metrics == f"{error.metric}, weights-load"


def test_every_verdict_has_its_rank() -> None:
    assert set(GRAVEST_FIRST) == set(Verdict)


def test_a_long_text_that_is_wrapped_makes_no_command_of_a_ci_runner(run: Run) -> None:
    long = replace(run.findings[-2], message="x " * 200 + "::error::pwned " * 40)
    for width in range(20, 120, 7):
        (text,) = (
            REPORTS["table"].render(replace(run, findings=(long,)), Style(width=width)).values()
        )
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def test_texts_that_hold_of_one_metric_are_one_row(run: Run) -> None:
    held = next(f for f in run.findings if f.metric == "architecture")
    wrong = replace(held, verdict=Verdict.FAIL, claimed="Mish", measured="not there")
    other = replace(held, model="other")
    rows = folded([held, wrong, replace(held, claimed="ReLU"), other, held])
    assert [(row.model, row.verdict, row.claimed) for row in rows] == [
        ("tiny", Verdict.PASS, "3 components"),
        ("tiny", Verdict.FAIL, "Mish"),
        ("other", Verdict.PASS, "Convolution"),
    ]


def test_numbers_that_hold_keep_a_row_each(run: Run) -> None:
    number = replace(run.findings[0], metric="top-1", claimed=80.26, measured=80.27)
    assert folded([number, replace(number, claimed=75.5)]) == [
        number,
        replace(number, claimed=75.5),
    ]


def test_an_accuracy_is_told_with_its_dataset_and_its_own_evidence(run: Run) -> None:
    table = REPORTS["table"].render(run, Style())["report.txt"]
    assert "top-1 on ImageNet  " in table and "top-1 on ImageNet-V2" in table
    (wide,) = (model for model in models(run) if model.name == "timm/wide")
    told = [what for what, _ in wide.evidence if what.startswith("top-1")]
    assert told == ["top-1 on ImageNet", "top-1 on ImageNet-V2"]


def test_the_verdict_on_a_model_is_that_on_what_was_tested(run: Run) -> None:
    held = next(each for each in run.findings if each.verdict is Verdict.PASS)
    skipped = replace(held, metric=None, rule="not-checkable", verdict=Verdict.SKIP)
    (model,) = models(replace(run, findings=(skipped, held)))
    assert (model.verdict, model.held, model.total) == (Verdict.PASS, 1, 1)


def test_no_name_of_a_claim_is_given_twice(run: Run) -> None:
    first = next(each for each in run.findings if each.metric == "top-1")
    twice = replace(first, dataset="A", claimed=75)
    odd = replace(twice, dataset="A [75] #2")
    assert len(set(names([twice, twice, odd]))) == 3


def test_how_far_an_accuracy_is_off_is_told_in_points(run: Run) -> None:
    first = next(each for each in run.findings if each.metric == "top-1")
    off = replace(first, claimed=75.1, measured=74.6, deviation=-0.5, unit="%", dataset="D")
    (model,) = models(replace(run, findings=(off,)))
    assert str(model.deviation) == "-0.5 points top-1 on D"


def test_failures_of_one_metric_are_named_once_in_the_index(run: Run) -> None:
    wrong = next(f for f in run.findings if f.verdict is Verdict.FAIL and not f.known)
    pages = REPORTS["markdown"].render(replace(run, findings=(wrong, wrong)), Style())
    assert f" | {wrong.metric} | 0 | 2 |" in pages["index.md"]


def test_reasons_beyond_the_most_are_counted_in_one_notification(run: Run) -> None:
    skipped = next(finding for finding in run.findings if finding.verdict is Verdict.SKIP)
    many = [replace(skipped, message=f"reason {n}", hint="") for n in range(MOST_NOTIFICATIONS + 3)]
    (page,) = REPORTS["sarif"].render(replace(run, findings=tuple(many)), Style()).values()
    (invocation,) = json.loads(page)["runs"][0]["invocations"]
    told = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert told[-1] == "3 more not tested, for other reasons"
