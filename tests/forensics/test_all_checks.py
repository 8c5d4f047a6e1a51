"""The contract of every forensic check, present and future."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module

import pytest

from zoo.forensics import Check, investigate
from zoo.registry import Registry
from zoo.validators import VALIDATORS
from zoo.validators.forensics import CHECKS


@pytest.fixture(params=CHECKS)
def check(request: pytest.FixtureRequest) -> Check:
    return CHECKS[request.param]


@pytest.mark.parametrize("name", CHECKS)
def test_a_rule_is_named_as_its_file(name: str) -> None:
    assert CHECKS[name].rule.id == name


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_in_its_docstring_what_it_looks_for(name: str) -> None:
    module = import_module(f"zoo.validators.forensics.{name.replace('-', '_')}")
    assert (module.__doc__ or "").partition("\n")[0].endswith(".")


def test_a_rule_says_what_it_means_why_it_matters_and_how_to_mend_it(check: Check) -> None:
    rule = check.rule
    assert rule.level in ("error", "warning")
    assert rule.means.endswith(".") and rule.why.endswith(".")
    assert not rule.mend.endswith(".") and rule.mend[0].islower()
    for text in (rule.means, rule.why, rule.mend):
        assert text == re.sub(r"\s+", " ", text).strip()


def test_a_check_finds_nothing_where_nothing_is(check: Check, index) -> None:
    assert list(check.find(Registry([]))) == []
    assert list(check.find(index({"bare": {}, "other": {}}))) == []


def test_no_rule_bears_the_name_of_a_validator() -> None:
    assert not set(CHECKS) & set(VALIDATORS)


def test_only_what_cannot_be_right_is_an_error() -> None:
    errors = {name for name, check in CHECKS.items() if check.rule.level == "error"}
    assert errors == {"flops-below-parameters", "top-5-below-top-1", "unknown-source"}


def test_a_problem_has_the_rules_level_and_its_way_to_mend(index) -> None:
    registry = index({"old": {"Weights": "http://example.org/old.pth"}})
    (problem,) = investigate(registry, [CHECKS["plain-http"]])
    rule = CHECKS["plain-http"].rule
    assert (problem.rule, problem.level, problem.model) == (rule.id, rule.level, "old")
    assert problem.hint == rule.mend


def test_no_check_imports_what_makes_a_start_slow() -> None:
    code = (
        "import sys; from zoo.validators.forensics import CHECKS; list(CHECKS.values());"
        "print(sorted({'torch', 'timm', 'pandas', 'requests', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
