"""What the baseline knows, and what of it is outdated, is told by every format, and moves nothing.

Each page is read by a parser of its format, not by zoo's.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import html5lib
import junitparser
import pandas
import pytest
from markdown_it import MarkdownIt

from tests.reports.judges import judged
from zoo.claims import Location
from zoo.evidence import from_json, to_json
from zoo.findings import Finding, Known, Verdict
from zoo.reports import REPORTS, Style, known_of
from zoo.run import Outdated, Run, exit_code

FIXED = Path(__file__).parents[1] / "goldens" / "released" / "0.1.0.json"
ENTRY = Location("model-index/baseline.yml", 9, 3, "known/0")
KNOWN = Known("the page rounds", ENTRY, "https://example.org/7", "2027-01-31")
OUTDATED = Outdated("passes", "tiny", "flops", "it holds now; take the entry out", ENTRY)
TWINS = (OUTDATED, replace(OUTDATED, location=replace(ENTRY, line=17)))


@pytest.fixture(scope="module")
def wrong() -> Finding:
    """A FAIL that is news."""
    run = from_json(FIXED.read_text(encoding="utf-8"), FIXED.name)
    return next(finding for finding in run.findings if finding.verdict is Verdict.FAIL)


@pytest.fixture(scope="module")
def news(wrong: Finding) -> Run:
    """A Run of one FAIL that is news and one that the baseline knows, in this order."""
    run = from_json(FIXED.read_text(encoding="utf-8"), FIXED.name)
    held = next(finding for finding in run.findings if finding.verdict is Verdict.PASS)
    known = replace(wrong, model="alpha", known=KNOWN)
    beta = replace(wrong, model="beta")
    subject = replace(run.subjects[0], model="alpha", collection="")
    return replace(run, findings=(known, replace(held, model="alpha"), beta), subjects=(subject,))


@pytest.fixture(scope="module")
def outdated(news: Run) -> Run:
    return replace(news, outdated=TWINS)


def render(name: str, run: Run) -> dict[str, str]:
    pages = dict(REPORTS[name].render(run, Style()))
    judged(name, pages)
    return pages


def page(name: str, run: Run) -> str:
    (text,) = render(name, run).values()
    return text


@pytest.mark.parametrize("name", list(REPORTS))
def test_what_is_known_is_told_by_every_format(name: str, news: Run) -> None:
    bare = replace(news, findings=tuple(replace(f, known=None) for f in news.findings))
    told, plain = ("".join(render(name, run).values()) for run in (news, bare))
    assert told != plain
    assert "known" in told


TELLING = [name for name in REPORTS if name not in ("badges", "in-toto")]


@pytest.mark.parametrize("name", TELLING)
def test_why_it_is_known_and_until_when_is_told_where_there_is_room(name: str, news: Run) -> None:
    told = "".join(render(name, news).values())
    if name == "github":  # what is known is only counted
        assert told.endswith("(1 known)\n")
        return
    for part in ("the page rounds", "example", "2027-01-31"):
        assert part in told


@pytest.mark.parametrize("name", TELLING)
def test_each_outdated_entry_is_told_with_its_place(name: str, outdated: Run) -> None:
    told = "".join(render(name, outdated).values())
    assert told.count("it holds now") >= 2
    for line in ("9", "17"):
        assert line in told
    assert "baseline" in told


def test_a_run_keeps_what_is_known_and_outdated(outdated: Run) -> None:
    assert from_json(to_json(outdated), "run.json") == outdated
    assert outdated.summary == {"pass": 1, "fail": 2, "undecided": 0, "error": 0, "skip": 0}
    assert exit_code(outdated) == 1
    known = replace(outdated, findings=outdated.findings[:2], outdated=())
    assert exit_code(known) == 0
    assert exit_code(replace(known, outdated=TWINS[:1])) == 1


def test_the_counts_are_in_brackets(outdated: Run) -> None:
    assert known_of(()) == ""
    assert known_of(outdated.findings) == "(1 known)"
    assert known_of(outdated.findings, outdated.outdated) == "(1 known, 2 outdated)"
    assert known_of((), TWINS) == "(2 outdated)"


# Machines


def test_what_is_known_is_skipped_in_junit_and_an_outdated_entry_fails(outdated: Run) -> None:
    report = junitparser.JUnitXml.fromstring(page("junit", outdated).encode())
    counted = (report.tests, report.failures, report.errors, report.skipped)
    report.update_statistics()
    assert counted == (report.tests, report.failures, report.errors, report.skipped) == (5, 3, 0, 1)
    suites = {suite.name: list(suite) for suite in report}
    (skipped,) = suites["alpha"][0].result
    assert isinstance(skipped, junitparser.Skipped)
    assert skipped.message.startswith("FAIL known: ")
    assert "known: the page rounds; https://example.org/7; until 2027-01-31" in skipped.text
    assert [case.name for case in suites["baseline"]] == ["tiny flops", "tiny flops #2"]
    assert [case._elem.get("line") for case in suites["baseline"]] == ["9", "17"]


def sarif(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page("sarif", run))["runs"][0]["results"]
    return found


def test_what_is_known_is_suppressed_in_sarif_and_comes_after_what_is_news(outdated: Run) -> None:
    new, known, *entries = sarif(outdated)
    assert "suppressions" not in new
    (suppression,) = known["suppressions"]
    assert suppression["status"] == "accepted"
    assert suppression["justification"].startswith("known: the page rounds; https://example.org/7")
    assert known["level"] == "error"
    assert [entry["ruleId"] for entry in entries] == ["baseline"] * 2
    prints = [entry["partialFingerprints"]["zooBaseline/v1"] for entry in entries]
    assert len(set(prints)) == 2


def test_sarif_leaves_out_what_is_known_before_what_is_news(wrong: Finding, news: Run) -> None:
    errors = [replace(wrong, model=f"m{n}", verdict=Verdict.ERROR) for n in range(24_999)]
    known = replace(wrong, known=KNOWN)
    run = replace(news, findings=(known, *errors), outdated=TWINS)
    log = json.loads(page("sarif", run))["runs"][0]
    assert len(log["results"]) == 25_000
    assert [result["ruleId"] for result in log["results"][-2:]] == ["baseline"] * 2
    (notice,) = log["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"] == "more than 25,000 results: 1 ERROR, 1 FAIL left out"


def test_what_is_known_is_no_more_than_information_in_gitlab(outdated: Run) -> None:
    defects = json.loads(page("gitlab", outdated))
    assert [each["severity"] for each in defects] == ["major", "info", "major", "major"]
    assert defects[1]["description"].startswith("FAIL known alpha ")
    assert defects[2]["location"] == {
        "path": "model-index/baseline.yml",
        "lines": {"begin": 9},
    }


def test_outdated_entries_are_annotated_and_those_beyond_ten_are_counted(news: Run) -> None:
    many = tuple(replace(OUTDATED, model=f"m{n}") for n in range(13))
    *lines, summary = page("github", replace(news, outdated=many)).splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        *["::error file=model-index/baseline.yml"] * 9,
        "::error file=model-index/tiny.md",
    ]
    assert summary == (
        "zoo verify: 1 PASS, 2 FAIL (1 known, 13 outdated); "
        "4 more that have no annotation: 4 outdated"
    )


def test_outdated_entries_leave_half_of_the_annotations_to_new_failures(news: Run) -> None:
    failed = next(f for f in news.findings if f.verdict is Verdict.FAIL and not f.known)
    fresh = tuple(replace(failed, model=f"n{n}") for n in range(7))
    entries = tuple(replace(OUTDATED, model=f"m{n}") for n in range(13))
    *lines, summary = page("github", replace(news, findings=fresh, outdated=entries)).splitlines()
    assert sum("baseline.yml" in line for line in lines) == 5 and len(lines) == 10
    assert summary.endswith("10 more that have no annotation: 2 FAIL, 8 outdated")


def test_findings_without_an_annotation_are_counted_one_by_one(news: Run) -> None:
    error = next(f for f in news.findings if f.verdict is Verdict.FAIL and not f.known)
    shared = [replace(error, model="m", metric=name, message="one reason") for name in "abc"]
    more = [replace(error, model=f"n{number}") for number in range(10)]
    *_, summary = page("github", replace(news, findings=(*more, *shared))).splitlines()
    assert summary.endswith("3 more that have no annotation: 3 FAIL")


def test_the_table_for_spreadsheets_has_columns_and_rows_of_their_own(outdated: Run) -> None:
    frame = pandas.read_csv(io.StringIO(page("csv", outdated)), keep_default_na=False)
    assert frame["known"].tolist() == [True, False, False, False, False]
    assert frame["known_reason"][0] == "the page rounds"
    assert frame["known_issue"][0] == "https://example.org/7"
    assert frame["known_expires"][0] == "2027-01-31"
    assert frame["outdated"].tolist() == ["", "", "", "passes", "passes"]
    entries = frame[frame["outdated"] != ""]
    assert set(entries["verdict"]) == {""}  # it is no claim
    assert entries["path"].tolist() == ["model-index/baseline.yml"] * 2
    assert entries["line"].tolist() == [9, 17]


def test_an_issue_that_is_a_formula_is_a_text_in_a_spreadsheet(news: Run) -> None:
    formula = replace(KNOWN, reason="=1+1", issue="=HYPERLINK(1)", expires="@x")
    (row,) = csv.DictReader(
        io.StringIO(
            page("csv", replace(news, findings=(replace(news.findings[0], known=formula),)))
        )
    )
    assert {row[f"known_{name}"][0] for name in ("reason", "issue", "expires")} == {"'"}


def test_a_badge_is_as_red_as_before_and_says_how_much_is_known(news: Run) -> None:
    badges = {name: json.loads(text) for name, text in render("badges", news).items()}
    said = {name: (badge["message"], badge["color"]) for name, badge in badges.items()}
    assert said == {
        "zoo.json": ("1 of 3 claims hold, 2 wrong (1 known)", "red"),
        "alpha.json": ("1 of 2 claims hold, 1 wrong (1 known)", "red"),
        "beta.json": ("0 of 1 claims hold, 1 wrong", "red"),
    }


def test_a_statement_stays_failed_where_the_baseline_knows_all_that_failed(news: Run) -> None:
    run = from_json(FIXED.read_text(encoding="utf-8"), FIXED.name)
    known = [replace(f, known=KNOWN if f.verdict is Verdict.FAIL else None) for f in run.findings]
    bare, told = (
        json.loads(list(render("in-toto", each).values())[1])["predicate"]
        for each in (run, replace(run, findings=tuple(known)))
    )
    assert told["result"] == bare["result"] == "FAILED"
    assert told["failedTests"] == bare["failedTests"]
    (evidence,) = told["configuration"]
    assert evidence["annotations"]["known"] == told["failedTests"]
    assert "known" not in bare["configuration"][0]["annotations"]


# People


def rows(text: str) -> list[list[str]]:
    """Return the cells of all rows of the tables of a Markdown page, as texts."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text.split("\n---\n")[-1])
    found: list[list[str]] = []
    for number, token in enumerate(tokens):
        if token.type == "tr_open":
            found.append([])
        if token.type in ("td_open", "th_open"):
            parts = tokens[number + 1].children or []
            found[-1].append("".join(part.content for part in parts))
    return found


def test_a_site_marks_what_is_known_and_lists_what_is_outdated(outdated: Run) -> None:
    pages = render("markdown", outdated)
    index = rows(pages["index.md"])
    assert [row[:4] for row in index if row[0].startswith("❌")] == [
        ["❌ FAIL", "beta", "", "flops"],
        ["❌ FAIL known", "alpha", "", "flops (known)"],
    ]
    assert [row for row in index if row[0].startswith("model-index/baseline.yml")] == [
        ["model-index/baseline.yml:9", "tiny", "flops", "it holds now; take the entry out"],
        ["model-index/baseline.yml:17", "tiny", "flops", "it holds now; take the entry out"],
    ]
    assert "1 FAIL, 1 PASS (1 known)" in pages["models/alpha.md"]
    assert [row[0] for row in rows(pages["models/alpha.md"])[1:3]] == ["❌ FAIL known", "✅ PASS"]


def test_a_page_of_a_model_says_why_it_is_known_and_makes_no_link_of_the_issue(news: Run) -> None:
    text = render("markdown", news)["models/alpha.md"].split("\n---\n")[-1]
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    every = [part for token in tokens for part in (token.children or ())]
    links = [part.attrs["href"] for part in every if part.type == "link_open"]
    assert all(str(link).endswith(".md") for link in links)
    said = ["".join(part.content for part in token.children or ()) for token in tokens]
    assert "known: the page rounds; https://example.org/7; until 2027-01-31" in said


def test_a_site_of_a_run_without_a_baseline_does_not_speak_of_one(news: Run) -> None:
    bare = replace(news, findings=(news.findings[2],))
    assert "baseline" not in "".join(render("markdown", bare).values()).casefold()
    (one,) = REPORTS["markdown"].render(replace(bare, outdated=TWINS), Style(folder=False)).values()
    assert "## Outdated in the baseline" in one


def texts(root: Any, path: str) -> list[str]:
    return [" ".join("".join(each.itertext()).split()) for each in root.iterfind(path)]


def test_the_page_marks_what_is_known_and_lists_what_is_outdated(outdated: Run) -> None:
    root = html5lib.parse(page("html", outdated), namespaceHTMLElements=False)
    verdicts = [row for row in texts(root, ".//tbody/tr/td[@data-n]") if row.startswith("FAIL")]
    assert verdicts == ["FAIL", "FAIL known"]
    assert "FAIL 2 findings of 2 models, 1 known the claim is wrong" in texts(
        root, ".//ul[@id='verdicts']/li"
    )
    listed = texts(root, ".//section[@aria-labelledby='outdated-heading']/ul/li")
    assert listed == [
        f"{ENTRY.path}:{line} tiny flops: it holds now; take the entry out" for line in (9, 17)
    ]
    assert "known: the page rounds; https://example.org/7; until 2027-01-31" in " ".join(
        texts(root, ".//li/p")
    )
    assert not [each for each in root.iter("a") if "example.org" in each.get("href", "")]


def test_the_page_of_a_run_without_a_baseline_has_no_such_section(news: Run) -> None:
    bare = replace(news, findings=(news.findings[2],))
    root = html5lib.parse(page("html", bare), namespaceHTMLElements=False)
    assert not root.findall(".//section[@aria-labelledby='outdated-heading']")
    assert not root.findall(".//*[@class='known']")


def test_the_summary_of_a_step_has_a_column_only_where_something_is_known(outdated: Run) -> None:
    found = rows(page("summary", outdated))
    heads = [row for row in found if row[:2] == ["model", "metric"]]
    assert heads == [["model", "metric", "claimed", "measured", "place", "message", "known"]]
    assert [row[0] for row in found if row[1] == "flops"] == ["beta", "alpha"]
    bare = rows(page("summary", replace(outdated, findings=outdated.findings[1:])))
    assert ["model", "metric", "claimed", "measured", "place", "message"] in bare


def test_an_error_that_is_known_stands_apart_in_the_summary(wrong: Finding, news: Run) -> None:
    error = replace(wrong, verdict=Verdict.ERROR, message="its code was not trusted")
    known = replace(error, model="alpha", known=KNOWN)
    told = rows(page("summary", replace(news, findings=(error, known))))
    reasons = Counter(row[2].partition("; ")[2] for row in told if "trusted" in row[-1])
    assert reasons == {
        "": 1,
        "known: the page rounds; https://example.org/7; until 2027-01-31": 1,
    }


def test_a_table_of_a_terminal_ends_with_what_is_known_and_outdated(outdated: Run) -> None:
    lines = page("table", outdated).splitlines()
    assert lines[-1] == "2 models: 1 PASS, 2 FAIL (1 known, 2 outdated)"
    assert [line for line in lines if line.startswith("baseline ")] == [
        f"baseline {ENTRY.path}:{line}: tiny flops: it holds now; take the entry out"
        for line in (9, 17)
    ]
