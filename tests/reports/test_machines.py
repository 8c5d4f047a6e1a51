"""What machines read of a Run: each format says the verdicts, and no more than they are."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import junitparser
import pandas
import pytest

from tests.reports.judges import JUDGES, commands
from zoo import escape
from zoo.claims import Location
from zoo.evidence import from_json
from zoo.findings import Finding, Verdict
from zoo.reports import REPORTS, Style
from zoo.reports._identity import fingerprint, names
from zoo.reports._words import meaning
from zoo.run import Run
from zoo.validators import VALIDATORS

FIXED = Path(__file__).parents[1] / "goldens" / "released" / "0.1.0.json"


@pytest.fixture(scope="module")
def run() -> Run:
    return from_json(FIXED.read_text(encoding="utf-8"), FIXED.name)


def render(name: str, run: Run) -> dict[str, str]:
    return dict(REPORTS[name].render(run, Style()))


def page(name: str, run: Run) -> str:
    (text,) = render(name, run).values()
    return text


def only(run: Run, *verdicts: Verdict) -> Run:
    """Return a Run of the first finding that there is of each verdict, all about one model."""
    first = {finding.verdict: finding for finding in reversed(run.findings) if finding.metric}
    found = [replace(first[verdict], model="tiny") for verdict in verdicts]
    return replace(run, findings=tuple(found))


def many(run: Run, count: int) -> Run:
    """Return a Run of so many models, each with a wrong claim among others."""
    findings = [
        replace(finding, model=f"model-{number}", location=Location("index.md", number + 1, 3))
        for number in range(count)
        for finding in run.findings[:2]
    ]
    return replace(run, findings=tuple(findings))


# JUnit


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Verdict.PASS, None),
        (Verdict.FAIL, junitparser.Failure),
        (Verdict.ERROR, junitparser.Error),
        (Verdict.UNDECIDED, junitparser.Skipped),
        (Verdict.SKIP, junitparser.Skipped),
    ],
)
def test_a_verdict_has_its_outcome_in_junit(run: Run, verdict: Verdict, outcome: Any) -> None:
    (suite,) = junitparser.JUnitXml.fromstring(page("junit", only(run, verdict)).encode())
    (case,) = suite
    assert [type(result) for result in case.result] == ([outcome] if outcome else [])
    if outcome is junitparser.Skipped:
        assert case.result[0].message.startswith(f"{verdict}: ")


def test_junit_says_of_each_claim_where_it_is_and_why_it_is_wrong(run: Run) -> None:
    wrong = next(f for f in run.findings if f.verdict is Verdict.FAIL)
    report = junitparser.JUnitXml.fromstring(page("junit", run).encode())
    case = next(case for suite in report for case in suite if case.name == wrong.metric)
    assert case._elem.get("file") == wrong.location.path
    assert case._elem.get("line") == str(wrong.location.line)
    assert case.classname == "zoo/tiny"
    (failure,) = case.result
    assert failure.message == wrong.message
    assert wrong.message in failure.text  # GitLab shows the body alone


def test_junit_counts_what_it_holds(run: Run) -> None:
    report = junitparser.JUnitXml.fromstring(page("junit", run).encode())
    counted = (report.tests, report.failures, report.errors, report.skipped)
    report.update_statistics()
    assert counted == (report.tests, report.failures, report.errors, report.skipped)
    assert counted == (10, 2, 1, 3)


def test_two_tests_of_a_model_never_share_a_name(run: Run) -> None:
    one = next(f for f in run.findings if f.metric == "top-1")
    assert names([one]) == ["top-1"]
    assert names([one, replace(one, claimed=75.5), one]) == [
        "top-1 [80.26]",
        "top-1 [75.5]",
        "top-1 [80.26] #2",
    ]


# SARIF


def results(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page("sarif", run))["runs"][0]["results"]
    return found


def test_sarif_has_a_result_for_what_stands_open_and_none_for_what_holds(run: Run) -> None:
    told = [(r["properties"]["verdict"], r.get("kind", "fail"), r["level"]) for r in results(run)]
    assert told == [
        ("FAIL", "fail", "error"),
        ("FAIL", "fail", "error"),
        ("ERROR", "fail", "warning"),
        ("UNDECIDED", "open", "none"),
    ]


def test_sarif_says_what_was_not_tested_and_why(run: Run) -> None:
    (invocation,) = json.loads(page("sarif", run))["runs"][0]["invocations"]
    said = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert said[0] == "1 not tested: no dataset was given for ImageNet\n→ --dataset 'ImageNet=PATH'"


def test_sarif_places_a_result_at_the_claim(run: Run) -> None:
    place = results(run)[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "model-index/tiny.md", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 11, "startColumn": 12}


@pytest.mark.parametrize(
    ("path", "uri"),
    [("a b/c#d.md", "a%20b/c%23d.md"), ("/x/y.md", "file:///x/y.md"), ("a:b.md", "a%3Ab.md")],
)
def test_a_path_is_a_uri_in_sarif(run: Run, path: str, uri: str) -> None:
    (finding,) = only(run, Verdict.FAIL).findings
    moved = replace(finding, location=replace(finding.location, path=path))
    (result,) = results(replace(run, findings=(moved,)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_claim_keeps_its_fingerprint_when_its_line_its_value_and_its_verdict_change(
    run: Run,
) -> None:
    (wrong,) = only(run, Verdict.FAIL).findings
    moved = replace(wrong, location=Location("b.md", 99, 1), claimed=1, verdict=Verdict.ERROR)
    assert fingerprint(wrong, "flops") == fingerprint(moved, "flops")
    assert fingerprint(wrong, "flops") != fingerprint(replace(wrong, model="other"), "flops")
    (before,), (after,) = (results(replace(run, findings=(f,))) for f in (wrong, moved))
    assert before["partialFingerprints"] == after["partialFingerprints"]


def test_sarif_has_no_more_results_than_github_takes_and_says_what_it_left_out(run: Run) -> None:
    wrong = next(f for f in run.findings if f.verdict is Verdict.FAIL)
    open_ones = [replace(wrong, model=f"m{n}", verdict=Verdict.ERROR) for n in range(24_999)]
    log = json.loads(page("sarif", replace(run, findings=(*open_ones, wrong, wrong))))["runs"][0]
    assert len(log["results"]) == 25_000
    assert [result["level"] for result in log["results"][:3]] == ["error", "error", "warning"]
    (notice,) = log["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"] == "more than 25,000 results: 1 ERROR left out"


@pytest.mark.parametrize("rule", list(VALIDATORS))
def test_every_validator_says_what_it_means_without_being_imported(rule: str) -> None:
    summary, _, argument = meaning(rule).partition("\n\n")
    assert summary.endswith(".")
    assert argument


def test_a_rule_of_the_index_and_one_that_is_not_known_have_words_too() -> None:
    assert meaning("bad-value").startswith("The value of a field cannot be read")
    for rule in ("of-the-future", "-network", "--init--", "forensics", "flops\n"):
        assert "does not know" in meaning(rule)


# GitHub


def test_ten_annotations_are_made_the_gravest_first_and_the_rest_is_summed_up(run: Run) -> None:
    found = many(run, 30)
    (error,) = only(run, Verdict.ERROR).findings
    *lines, summary = page("github", replace(found, findings=(error, *found.findings))).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 10
    assert summary == (
        "zoo verify: 30 PASS, 30 FAIL, 1 ERROR; 21 more that have no annotation: 20 FAIL, 1 ERROR"
    )


def test_what_claims_of_a_model_share_is_one_annotation(run: Run) -> None:
    (error,) = only(run, Verdict.ERROR).findings
    other = replace(error, metric="top-1", rule="accuracy")
    *lines, _ = page("github", replace(run, findings=(error, other))).splitlines()
    (line,) = lines
    assert "::file-size, top-1: cannot reach" in line


def test_what_holds_and_what_was_not_tested_makes_no_annotation(run: Run) -> None:
    text = page("github", only(run, Verdict.PASS, Verdict.SKIP))
    assert text == "zoo verify: 1 PASS, 1 SKIP\n"
    assert not commands(text)


# The summary of a step


def test_the_summary_of_a_step_stays_below_its_limit_and_says_what_it_left_out(run: Run) -> None:
    text = page("summary", many(run, 10_000))
    assert len(text.encode()) < 1_000_000
    assert re.search(r"\*[\d,]+ of 10,000 rows are left out\.\*", text)
    assert "### Wrong claims: 10,000" in text
    assert "### Models: 10,000" in text
    JUDGES["summary"](text)


def test_the_summary_names_a_shared_reason_once_with_the_models(run: Run) -> None:
    (error,) = only(run, Verdict.ERROR).findings
    found = tuple(replace(error, model=f"m{n}") for n in range(25))
    text = page("summary", replace(run, findings=found))
    assert text.count("cannot reach") == 1
    assert "`m19` and 5 more" in text


# All that has a limit


@pytest.mark.parametrize("name", list(REPORTS))
def test_a_name_of_a_megabyte_and_a_message_of_one_are_borne(run: Run, name: str) -> None:
    long = [replace(f, model="x" * 1_000_000, message="<&|`" * 250_000) for f in run.findings]
    pages = render(name, replace(run, findings=tuple(long)))
    assert all(len(file) < 200 for file in pages)
    if name not in ("csv", "json", "table", "markdown", "html"):  # they keep texts whole
        assert sum(map(len, pages.values())) < 300_000


# GitLab


def test_gitlab_lists_what_stands_open_the_gravest_first(run: Run) -> None:
    defects = json.loads(page("gitlab", run))
    assert [each["severity"] for each in defects] == ["major", "major", "minor", "info"]
    assert defects[0]["location"] == {"path": "model-index/tiny.md", "lines": {"begin": 11}}


def test_gitlab_is_given_a_path_as_version_control_has_it(run: Run) -> None:
    (wrong,) = only(run, Verdict.FAIL).findings
    here = replace(wrong, location=Location("./a/b.md", 1, 1))
    (defect,) = json.loads(page("gitlab", replace(run, findings=(here,))))
    assert defect["location"]["path"] == "a/b.md"


# Paths


def places(run: Run) -> list[str]:
    """Return the path of the one finding of a Run as each format for a CI server has it."""
    (case,) = next(iter(junitparser.JUnitXml.fromstring(page("junit", run).encode())))
    (defect,) = json.loads(page("gitlab", run))
    (result,) = results(run)
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    (annotation,) = re.findall("file=([^,]*),", page("github", run))
    return [case._elem.get("file"), defect["location"]["path"], artifact["uri"], annotation]


@pytest.mark.parametrize(
    ("here", "path", "told"),
    [
        ("models", "index/a.md", "models/index/a.md"),
        ("models/index", "./a.md", "models/index/a.md"),
        ("models", "{}/models/index/a.md", "models/index/a.md"),
        ("other", "{}/linked/a.md", "models/index/a.md"),
        (".", "models/index/a.md", "models/index/a.md"),
        ("..", "repository/models/index/a.md", "models/index/a.md"),
        ("models", "measured/elsewhere.md", "measured/elsewhere.md"),
        ("models", "../../outside.md", "../../outside.md"),
        ("models", "x" * 300, "x" * 300),
    ],
)
def test_a_file_is_named_from_the_top_of_its_repository(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: str, path: str, told: str
) -> None:
    top = tmp_path / "repository"
    for folder in (".git", "models/index", "other"):
        (top / folder).mkdir(parents=True)
    (top / "models" / "index" / "a.md").touch()
    (top / "linked").symlink_to("models/index")
    (tmp_path / "outside.md").touch()
    monkeypatch.chdir(top / here)
    place = Location(path.format(top), 1, 1)
    (wrong,) = only(run, Verdict.FAIL).findings
    assert places(replace(run, findings=(replace(wrong, location=place),))) == [told] * 4


def test_a_file_outside_of_any_repository_keeps_its_path(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").touch()
    monkeypatch.chdir(tmp_path)
    (wrong,) = only(run, Verdict.FAIL).findings
    here = replace(wrong, location=Location("a.md", 1, 1))
    assert places(replace(run, findings=(here,))) == ["a.md"] * 4


# CSV


def test_pandas_reads_the_table_with_numbers_as_numbers(run: Run) -> None:
    frame = pandas.read_csv(io.StringIO(page("csv", run)))
    assert len(frame) == len(run.findings)
    assert frame["deviation"].dtype == float
    assert frame["line"].tolist() == [f.location.line for f in run.findings]
    number = next(f for f in run.findings if isinstance(f.deviation, int))
    assert float(frame["claimed"][0]) == number.claimed
    assert frame["deviation"][0] == number.deviation < 0  # no apostrophe before a minus


# Badges


@pytest.mark.parametrize(
    ("verdicts", "message", "colour"),
    [
        ([Verdict.PASS], "1 of 1 claims hold", "brightgreen"),
        ([Verdict.PASS, Verdict.SKIP], "1 of 2 claims hold", "yellowgreen"),
        ([Verdict.PASS, Verdict.UNDECIDED], "1 of 2 claims hold", "yellow"),
        ([Verdict.PASS, Verdict.ERROR], "1 of 2 claims hold", "orange"),
        ([Verdict.PASS, Verdict.ERROR, Verdict.FAIL], "1 of 3 claims hold, 1 wrong", "red"),
        ([Verdict.SKIP], "not tested", "lightgrey"),
        ([], "not tested", "lightgrey"),
    ],
)
def test_a_badge_never_says_more_than_was_tested(
    run: Run, verdicts: list[Verdict], message: str, colour: str
) -> None:
    badge = json.loads(render("badges", only(run, *verdicts))["zoo.json"])
    assert (badge["message"], badge["color"]) == (message, colour)
    assert badge["isError"] == (colour == "red")


def test_there_is_a_badge_for_each_model_and_one_for_the_zoo(run: Run) -> None:
    twins = [replace(run.findings[0], model=name) for name in ("a/b", "a-b", "zoo", "ZOO")]
    pages = render("badges", replace(run, findings=tuple(twins)))
    assert len({file.casefold() for file in pages}) == 5


# in-toto


@pytest.mark.parametrize(
    ("verdicts", "result"),
    [
        ([Verdict.PASS], "PASSED"),
        ([Verdict.PASS, Verdict.SKIP], "WARNED"),
        ([Verdict.PASS, Verdict.UNDECIDED], "WARNED"),
        ([Verdict.PASS, Verdict.ERROR], "WARNED"),
        ([Verdict.PASS, Verdict.ERROR, Verdict.FAIL], "FAILED"),
    ],
)
def test_a_statement_is_passed_only_if_every_claim_holds(
    run: Run, verdicts: list[Verdict], result: str
) -> None:
    _, text = render("in-toto", only(run, *verdicts)).values()
    predicate = json.loads(text)["predicate"]
    assert predicate["result"] == result
    assert sum(len(tests) for name, tests in predicate.items() if name.endswith("Tests")) == len(
        verdicts
    )


def test_what_no_check_can_read_off_a_file_is_no_test_of_a_statement(run: Run) -> None:
    (held,) = only(run, Verdict.PASS).findings
    note = next(f for f in run.findings if f.rule == "not-checkable")
    _, text = render("in-toto", replace(run, findings=(held, replace(note, model="tiny")))).values()
    assert json.loads(text)["predicate"]["result"] == "PASSED"


def test_a_statement_is_about_the_file_that_was_tested_and_rests_on_the_run(run: Run) -> None:
    index, text = render("in-toto", run).values()
    statement = json.loads(text)
    (weights,) = [subject.weights for subject in run.subjects if subject.weights]
    (subject,) = statement["subject"]
    assert subject["digest"] == {"sha256": weights.digest.hex}
    (evidence,) = statement["predicate"]["configuration"]
    assert evidence["digest"]["sha256"] == sha256(page("json", run).encode()).hexdigest()
    assert json.loads(index)["without_weights"] == [escape.line(run.subjects[1].model)]


def test_models_that_share_a_file_share_a_statement(run: Run) -> None:
    (held,) = only(run, Verdict.PASS).findings
    (wrong,) = only(run, Verdict.FAIL).findings
    twin = replace(run.subjects[0], model="twin")
    found = (held, replace(wrong, model="twin"))
    pages = render("in-toto", replace(run, subjects=(run.subjects[0], twin), findings=found))
    index, text = map(json.loads, pages.values())
    assert list(index["statements"].values()) == [["tiny", "twin"]]
    assert text["predicate"]["result"] == "FAILED"
    assert text["predicate"]["passedTests"] == [f"tiny {held.metric}"]
    assert text["predicate"]["failedTests"] == [f"twin {wrong.metric}"]


def test_findings_of_a_model_that_do_not_follow_each_other_are_all_there(run: Run) -> None:
    first, second, *_ = run.findings
    other = replace(first, model="other")
    mixed: tuple[Finding, ...] = (first, other, second)
    suites = list(
        junitparser.JUnitXml.fromstring(page("junit", replace(run, findings=mixed)).encode())
    )
    assert [(suite.name, suite.tests) for suite in suites] == [("tiny", 2), ("other", 1)]
