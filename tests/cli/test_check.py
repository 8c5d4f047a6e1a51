"""``zoo check``: what is wrong with an index, what of it is silenced, and how it exits."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import ROOT, Zoo
from zoo.schemas import load
from zoo.validators.forensics import CHECKS

SUSPICIOUS = """\
Models:
- Name: net
  Metadata:
    Tasks: Image Classification
    Parameters: 25.6M
    FLOPs: 4
  Weights: http://example.org/net.pth
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Write a page with one error and one warning."""
    path = tmp_path / "page.yml"
    path.write_text(SUSPICIOUS)
    return path


def rules(document: Any) -> list[tuple[str, int]]:
    return [(finding["rule"], finding["location"]["line"]) for finding in document["findings"]]


def test_what_is_wrong_with_our_own_index_is_its_publishers_claims(zoo: Zoo) -> None:
    outcome = zoo("check", "--format", "json")
    assert outcome.code == 1
    Draft202012Validator(load("check")).validate(outcome.json)
    assert outcome.json["summary"] == {"errors": 6, "warnings": 27}
    assert {rule for rule, _ in rules(outcome.json)} <= set(CHECKS)


def test_an_error_of_the_reader_exits_1(zoo: Zoo, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n<!--\nType: model-index\nModels:\n- Nam: x\n-->\n")
    outcome = zoo("check", page, "--format", "json")
    assert outcome.code == 1
    Draft202012Validator(load("check")).validate(outcome.json)
    assert ("missing-field", 6) in rules(outcome.json)
    assert "did you mean Nam?" in outcome.out


def test_problems_are_listed_by_place_with_what_to_do(zoo: Zoo, page: Path) -> None:
    outcome = zoo("check", page)
    assert outcome.code == 1
    found, mend, warning, _, summary = outcome.out.splitlines()
    assert "page.yml:6:12: error: flops are 4, for 25,600,000 parameters (at " in found
    assert found.endswith(" [flops-below-parameters]")
    assert mend.startswith("  → count again")
    assert "page.yml:7:12: warning: the weights come over http from example.org" in warning
    assert summary == "1 file, 1 model: 1 error, 1 warning"


def test_a_warning_alone_exits_0(zoo: Zoo, page: Path) -> None:
    page.write_text(SUSPICIOUS.replace("FLOPs: 4", "FLOPs: 4 G"))
    outcome = zoo("check", page, "--format", "json")
    assert outcome.code == 0
    assert outcome.json["summary"] == {"errors": 0, "warnings": 1}


@pytest.mark.parametrize(
    ("options", "code", "left"),
    [
        (("--ignore", "plain-http"), 1, ["flops-below-parameters"]),
        (("--ignore", "flops-below-parameters"), 0, ["plain-http"]),
        (("--ignore", "plain-http,flops-below-parameters"), 0, []),
        (("--ignore", "plain-http", "--ignore", "flops-below-parameters, near-chance"), 0, []),
        (("--ignore", "duplicate-model"), 1, ["flops-below-parameters", "plain-http"]),
    ],
)
def test_rules_may_be_ignored(zoo: Zoo, page: Path, options, code: int, left: list[str]) -> None:
    outcome = zoo("check", page, "--format", "json", *options)
    assert outcome.code == code
    assert [rule for rule, _ in rules(outcome.json)] == left


def test_an_unknown_rule_gets_the_nearest(zoo: Zoo, page: Path) -> None:
    outcome = zoo("check", page, "--ignore", "plain-htp")
    assert outcome.code == 2
    assert outcome.out == ""
    assert "there is no rule 'plain-htp'" in outcome.err
    assert "did you mean plain-http?" in outcome.err


def test_a_rule_like_no_other_gets_the_way_to_all_rules(zoo: Zoo, page: Path) -> None:
    assert "see 'zoo explain'" in zoo("check", page, "--ignore", "qqqq").err


def test_a_comment_in_the_index_silences_a_check_on_its_line(zoo: Zoo, page: Path) -> None:
    silenced = SUSPICIOUS.replace("FLOPs: 4\n", "FLOPs: 4 # zoo: ignore[flops-below-parameters]\n")
    page.write_text(silenced)
    outcome = zoo("check", page, "--format", "json")
    assert outcome.code == 0
    assert rules(outcome.json) == [("plain-http", 7)]


def test_a_comment_that_names_no_rule_of_any_check_is_told(zoo: Zoo, page: Path) -> None:
    page.write_text(SUSPICIOUS.replace("FLOPs: 4\n", "FLOPs: 4 # zoo: ignore[plain-htp]\n"))
    assert ("unknown-rule", 6) in rules(zoo("check", page, "--format", "json").json)


def test_nothing_slow_is_imported_and_the_bundled_index_is_checked_in_time() -> None:
    code = (
        "import sys; from zoo.cli import run; run(['check', '--format', 'json']);"
        "print(sorted({'torch', 'timm', 'pandas', 'requests'} & set(sys.modules)), file=sys.stderr)"
    )
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
    assert time.perf_counter() - begun < 6  # 0.3 s; ten times the goal on a busy machine
