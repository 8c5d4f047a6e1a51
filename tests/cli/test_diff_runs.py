"""``zoo diff RUN RUN``: what has become of the claims since, and what may explain it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import ROOT, Outcome, Zoo
from zoo.claims import Digest, Location
from zoo.evidence import to_json
from zoo.findings import Finding, Known, Verdict
from zoo.run import Run, SubjectRecord, WeightsFile
from zoo.schemas import load

PLACE = Location("index.md", 7, 3)
PASSED = Finding("flops", "tiny", "flops", Verdict.PASS, "m", PLACE, claimed=10, measured=10)
FAILED = replace(PASSED, verdict=Verdict.FAIL, measured=20)
ERRED = replace(PASSED, verdict=Verdict.ERROR, measured=None, message="no network")
SKIPPED = replace(PASSED, verdict=Verdict.SKIP, measured=None)
OPEN = replace(PASSED, verdict=Verdict.UNDECIDED, measured=9)


def run_of(*findings: Finding, **more: Any) -> Run:
    environment = {"python": "3.11", "packages": {"torch": "2.10.0"}}
    return replace(Run("1", "2026-01-02T03:04:05Z", environment, (), findings), **more)


@pytest.fixture
def diff(zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def call(old: Run, new: Run, *options: str) -> Outcome:
        Path("a.json").write_text(to_json(old))
        Path("b.json").write_text(to_json(new))
        return zoo("diff", "a.json", "b.json", *options)

    return call


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (PASSED, FAILED, "new FAIL"),
        (SKIPPED, FAILED, "new FAIL"),
        (ERRED, FAILED, "new FAIL"),
        (PASSED, ERRED, "new ERROR"),
        (FAILED, ERRED, "new ERROR"),
        (FAILED, SKIPPED, "no longer settled"),
        (ERRED, OPEN, "no longer settled"),
        (FAILED, PASSED, "fixed"),
        (ERRED, PASSED, "settled now"),
        (OPEN, PASSED, "settled now"),
        (FAILED, replace(FAILED, measured=21), "measured value moved"),
        (PASSED, replace(PASSED, claimed=11, measured=11), "claim changed"),
        (FAILED, replace(PASSED, claimed=20, measured=20), "fixed"),
        (OPEN, SKIPPED, "open for another reason"),
        (SKIPPED, OPEN, "open for another reason"),
    ],
)
def test_every_change_of_a_finding_has_its_kind(
    diff: Any, old: Finding, new: Finding, kind: str
) -> None:
    document = diff(run_of(old), run_of(new), "--format", "json").json
    Draft202012Validator(load("diff-runs")).validate(document)
    (change,) = document["findings"]
    assert change["kind"] == kind and document["summary"][kind] == 1
    assert change["a"]["verdict"] == old.verdict.value
    assert kind in diff(run_of(old), run_of(new)).out


@pytest.mark.parametrize(
    ("old", "new"),
    [(PASSED, PASSED), (OPEN, OPEN), (FAILED, replace(FAILED, message="in other words"))],
)
def test_what_says_the_same_is_no_change(diff: Any, old: Finding, new: Finding) -> None:
    outcome = diff(run_of(old), run_of(new), "--fail-on-change")
    assert outcome.code == 0
    assert outcome.out == "no verdict and no measured value changed\n"


def test_models_that_came_and_went_are_named(diff: Any) -> None:
    outcome = diff(run_of(PASSED), run_of(replace(PASSED, model="new")), "--fail-on-change")
    assert outcome.code == 1
    assert outcome.out.splitlines() == ["- tiny", "+ new", "1 added, 1 removed"]


def test_claims_on_one_metric_are_told_apart_by_their_values(diff: Any) -> None:
    words = [replace(PASSED, claimed=word, measured=word) for word in ("ReLU", "Swish")]
    wrong = [words[0], replace(words[1], verdict=Verdict.FAIL, measured="not there")]
    (change,) = diff(run_of(*words), run_of(*wrong), "--format", "json").json["findings"]
    assert change["b"]["claimed"] == "Swish"


def test_accuracies_are_told_apart_by_their_datasets(diff: Any) -> None:
    old = replace(PASSED, metric="top-1", dataset="ImageNet", claimed=80, measured=80)
    new = replace(old, dataset="ImageNet-V2")
    failed = replace(new, verdict=Verdict.FAIL, measured=70)
    told = diff(run_of(old, new), run_of(failed, old))
    assert "tiny top-1 on ImageNet-V2: PASS → FAIL, claimed 80, measured 80 → 70" in told.out
    assert "ImageNet:" not in told.out


def test_what_fails_of_a_model_that_was_added_is_a_new_fail(diff: Any) -> None:
    added = replace(FAILED, model="new")
    told = diff(run_of(PASSED), run_of(PASSED, added, replace(PASSED, model="new", rule="x")))
    assert "+ new" in told.out and "new flops: – → FAIL" in told.out
    assert "1 added, 1 new FAIL" in told.out + told.err


def test_what_the_baseline_knows_no_more_is_a_change(diff: Any) -> None:
    known = replace(FAILED, known=Known("so it is", PLACE))
    told = diff(run_of(known), run_of(FAILED))
    assert "tiny flops: FAIL known → FAIL" in told.out


def test_a_run_that_says_no_dataset_is_compared_all_the_same(diff: Any) -> None:
    old = replace(FAILED, metric="top-1")
    assert "no verdict" in diff(run_of(old), run_of(replace(old, dataset="ImageNet"))).out


def test_other_conditions_are_shown_and_are_no_change_of_their_own(diff: Any) -> None:
    weights = WeightsFile(Path(), "u", Digest("sha256", "ab" * 32), 5, "sha256")
    subject = SubjectRecord("tiny", "timm 1.0.1 x", PLACE, weights, {"image-size": 224})
    other = replace(subject, source="timm 1.0.2 x", preprocessing={"image-size": 256, "mean": [1]})
    old = run_of(PASSED, subjects=(subject,))
    new = run_of(PASSED, subjects=(other,), arguments=("--device", "cuda:0"), version="2")
    new = replace(new, environment={"python": "3.11", "packages": {"torch": "2.11.0"}})
    outcome = diff(old, new, "--fail-on-change")
    assert outcome.code == 0
    assert [line.strip() for line in outcome.out.splitlines()] == [
        "under other conditions",
        "zoo: 1 → 2",
        "arguments: – → --device cuda:0",
        "torch: 2.10.0 → 2.11.0",
        "tiny source: timm 1.0.1 x → timm 1.0.2 x",
        "tiny image-size: 224 → 256",
        "no verdict and no measured value changed",
    ]


def test_markdown_and_the_terminal_are_escaped(diff: Any) -> None:
    evil = replace(FAILED, model="<b>|x\x1b[31m\n::error::")
    old, new = run_of(replace(evil, verdict=Verdict.PASS)), run_of(evil)
    assert "&#60;b&#62;&#124;x" in diff(old, new, "--format", "markdown").out
    out = diff(old, new).out
    assert "\x1b" not in out and "\n::error" not in out


def test_a_run_and_an_index_are_not_compared(zoo: Zoo, tmp_path: Path) -> None:
    run = tmp_path / "run.json"
    run.write_text(to_json(run_of(PASSED)))
    for pair in ((run, ROOT / "model-index"), (ROOT / "model-index", run)):
        outcome = zoo("diff", *pair)
        assert outcome.code == 2 and "compare two of a kind" in outcome.err


def test_what_was_measured_and_is_no_longer_is_told_with_the_reason(diff: Any) -> None:
    skipped = replace(SKIPPED, message="no dataset was given")
    told = diff(run_of(OPEN), run_of(skipped), "--fail-on-change")
    assert told.code == 1
    assert "UNDECIDED → SKIP" in told.out and "no dataset was given" in told.out


@pytest.mark.parametrize("finding", [SKIPPED, OPEN])
def test_an_open_claim_that_one_run_does_not_have_is_no_change(diff: Any, finding: Finding) -> None:
    other = replace(PASSED, rule="parameters", metric="parameters")
    assert diff(run_of(other), run_of(other, finding), "--fail-on-change").code == 0


def test_a_file_that_is_not_there_is_said_beside_a_run(zoo: Zoo, tmp_path: Path) -> None:
    run, absent = tmp_path / "run.json", tmp_path / "nothere.json"
    run.write_text(to_json(run_of(PASSED)))
    for pair in ((run, absent), (absent, run)):
        outcome = zoo("diff", *pair)
        assert outcome.code == 2 and f"there is no file {absent}" in outcome.err


def test_a_json_index_is_still_an_index(zoo: Zoo, tmp_path: Path) -> None:
    index = tmp_path / "index.json"
    index.write_text('{"Models": [{"Name": "a"}]}')
    assert "nothing changed" in zoo("diff", index, index).out


def test_a_run_of_another_version_is_a_message(zoo: Zoo, tmp_path: Path) -> None:
    run = tmp_path / "run.json"
    run.write_text(
        to_json(run_of(PASSED)).replace('"schema_version": "1"', '"schema_version": "9"')
    )
    outcome = zoo("diff", run, run)
    assert outcome.code == 2 and "is not a Run of schema version 1" in outcome.err
