"""``zoo explain``, and the page of the documentation that is made of the same text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Zoo
from zoo.cli.explain import rules
from zoo.validators import VALIDATORS
from zoo.vocabulary import READINGS

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


@pytest.mark.parametrize("name", list(rules()))
def test_every_rule_says_what_it_means_why_it_matters_and_how_to_mend_it(
    zoo: Zoo, name: str
) -> None:
    outcome = zoo("explain", name)
    assert outcome.code == 0
    head, means, why, mend = outcome.out.strip().split("\n\n")
    assert head in (f"{name} (error)", f"{name} (warning)")
    assert mend.startswith("To mend it: ")
    assert all(part.endswith(".") and part[0] == part[0].upper() for part in (means, why, mend))


@pytest.mark.parametrize("name", list(VALIDATORS))
def test_every_validator_argues_what_it_compares(zoo: Zoo, name: str) -> None:
    assert len(zoo("explain", name).out.splitlines()) > 3


def test_the_words_of_pages_are_explained_with_their_readings(zoo: Zoo) -> None:
    lines = zoo("explain", "architecture").out.splitlines()
    listed = [line.removeprefix("- ").partition(": ") for line in lines if line.startswith("- ")]
    assert [word for word, _, _ in listed] == list(READINGS)
    assert all(said.startswith(READINGS[word].means) for word, _, said in listed)


def test_without_a_name_all_are_listed(zoo: Zoo) -> None:
    listed = [line.split()[0] for line in zoo("explain").out.splitlines()]
    assert listed == [*rules(), *VALIDATORS]


def test_an_unknown_rule_gets_the_nearest_names(zoo: Zoo) -> None:
    outcome = zoo("explain", "near-chanse")
    assert outcome.code == 2
    assert "did you mean near-chance" in outcome.err


def test_a_metric_of_a_report_leads_to_the_rule_that_tests_it(zoo: Zoo) -> None:
    outcome = zoo("explain", "crop-pct")
    assert outcome.code == 2
    assert outcome.err.endswith("is a metric, which a rule tests\n  → zoo explain preprocessing\n")


def test_no_rule_is_named_twice() -> None:
    assert not set(rules()) & set(VALIDATORS)


def test_the_page_of_the_documentation_is_made_of_the_same_text(zoo: Zoo) -> None:
    """Write it with: zoo explain --format markdown > docs/rules.md."""
    assert PAGE.read_text(encoding="utf-8") == zoo("explain", "--format", "markdown").out
