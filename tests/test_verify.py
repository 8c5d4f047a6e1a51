"""How claims, validators and verdicts come together."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.conftest import NOWHERE, MakeClaim, MakeEntry
from zoo.claims import Claim, Metric, ModelEntry
from zoo.errors import Blocked, Skipped, Unavailable, ZooError
from zoo.findings import EXACT, INTERRUPTED, Finding, Measurement, Tolerance, Verdict
from zoo.options import Options
from zoo.run import Run
from zoo.subject import Subject
from zoo.verify import Validator, verify, was_interrupted
from zoo.weights import Access


def validator(name: str, metric: Metric, outcome: str | Exception) -> Validator:
    """A validator that measures one value, or raises."""

    def measure(subject: Subject, claim: Claim) -> Measurement:
        if isinstance(outcome, Exception):
            raise outcome
        return Measurement(metric, Decimal(outcome), "by hand")

    return Validator(name, frozenset({metric}), False, lambda claim: EXACT, measure)


def run(
    entry: ModelEntry, *validators: Validator, selected: list[str] | None = None, **options: object
) -> Run:
    names = [each.name for each in validators] if selected is None else selected
    how = Options(Access(NOWHERE), **options)  # type: ignore[arg-type]
    return verify([entry], validators, names, how, version="0", started="2026-01-01T00:00:00Z")


def by_metric(found: Run) -> dict[str | None, Finding]:
    return {finding.metric: finding for finding in found.findings}


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        ("5", Verdict.PASS),
        ("6", Verdict.FAIL),
        (Unavailable("no code", "install it"), Verdict.ERROR),
        (Skipped("no data", "give it"), Verdict.SKIP),
        (Blocked("weights-digest", "other bytes"), Verdict.ERROR),
        (ZeroDivisionError("a defect"), Verdict.ERROR),
    ],
)
def test_what_a_validator_does_decides_the_verdict(
    claim: MakeClaim, entry: MakeEntry, outcome: str | Exception, verdict: Verdict
) -> None:
    model = entry(claim(Metric.PARAMETERS, "5"))
    (finding,) = run(model, validator("parameters", Metric.PARAMETERS, outcome)).findings
    assert finding.verdict is verdict
    if isinstance(outcome, ZooError):
        assert (finding.message, finding.hint) == (outcome.message, outcome.hint)


def test_what_another_failure_explains_is_skipped_and_names_it(
    claim: MakeClaim, entry: MakeEntry
) -> None:
    model = entry(claim(Metric.TOP_1, "80"), claim(Metric.FILE_SIZE, "5"))
    wrong = validator("file-size", Metric.FILE_SIZE, "6")
    blocked = validator("accuracy", Metric.TOP_1, Blocked("file-size", "other bytes"))
    found = by_metric(run(model, blocked, wrong))
    assert found["file-size"].verdict is Verdict.FAIL
    assert found["top-1"].verdict is Verdict.SKIP
    assert found["top-1"].message == "not tested: file-size failed"


def test_a_defect_in_one_validator_loses_no_other_finding(
    claim: MakeClaim, entry: MakeEntry
) -> None:
    model = entry(claim(Metric.PARAMETERS, "5"), claim(Metric.FLOPS, "7"))
    found = by_metric(
        run(
            model,
            validator("parameters", Metric.PARAMETERS, RuntimeError("surprise\nmore")),
            validator("flops", Metric.FLOPS, "7"),
        )
    )
    assert found["parameters"].message == "RuntimeError: surprise"
    assert "please report it" in found["parameters"].hint
    assert found["flops"].verdict is Verdict.PASS


def test_every_claim_is_in_the_run_whatever_is_selected(claim: MakeClaim, entry: MakeEntry) -> None:
    model = entry(claim(Metric.FLOPS, "7"), claim(Metric.PARAMETERS, "5"))
    checks = (
        validator("flops", Metric.FLOPS, "7"),
        validator("parameters", Metric.PARAMETERS, RuntimeError("must not run")),
    )
    found = run(model, *checks, selected=["flops"])
    assert [finding.metric for finding in found.findings] == ["parameters", "flops"]
    assert found.summary == {"pass": 1, "fail": 0, "undecided": 0, "error": 0, "skip": 1}


def test_a_declared_tolerance_of_the_user_replaces_the_validators_own(
    claim: MakeClaim, entry: MakeEntry
) -> None:
    model = entry(claim(Metric.FLOPS, "100"))
    wider = {Metric.FLOPS: Tolerance(relative=Decimal("0.1"))}
    (finding,) = run(model, validator("flops", Metric.FLOPS, "109"), tolerances=wider).findings
    assert finding.verdict is Verdict.PASS
    assert finding.tolerance == {"absolute": 0, "relative": 0.1}


def test_nothing_is_built_or_obtained_that_no_selected_check_asks_for(
    claim: MakeClaim, entry: MakeEntry
) -> None:
    model = entry(claim(Metric.FLOPS, "7"), weights="https://example.org/x.pth")
    (subject,) = run(model, validator("flops", Metric.FLOPS, "7")).subjects
    assert subject.weights is None


def test_an_interruption_keeps_what_is_known_and_says_what_was_not_tested(
    claim: MakeClaim, entry: MakeEntry
) -> None:
    def stop(subject: Subject, claim: Claim) -> Measurement:
        if subject.entry.name == "second":
            raise KeyboardInterrupt
        return Measurement(Metric.FLOPS, Decimal(7), "by hand")

    check = Validator("flops", frozenset({Metric.FLOPS}), False, lambda claim: EXACT, stop)
    first = entry(claim(Metric.FLOPS, "7"))
    second, third = (replace(first, name=name) for name in ("second", "third"))
    found = verify(
        [first, second, third],
        [check],
        ["flops"],
        Options(Access(NOWHERE)),
        version="0",
        started="2026-01-01T00:00:00Z",
    )
    assert [finding.verdict for finding in found.findings] == [
        Verdict.PASS,
        Verdict.SKIP,
        Verdict.SKIP,
    ]
    assert {finding.message for finding in found.findings[1:]} == {INTERRUPTED}
    assert was_interrupted(found)
