"""``zoo verify --budget``: a part of the demo's pictures, drawn at random, and what it decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Digits, Outcome, Zoo
from zoo.cli import _selection

ONLY = ("--only", "accuracy")


def accuracies(outcome: Outcome) -> dict[str, dict[str, Any]]:
    found = {finding["metric"]: finding for finding in outcome.json["findings"]}
    return {metric: found[metric] for metric in ("top-1", "top-5")}


def test_a_right_claim_is_left_open_by_a_part_of_the_pictures(zoo: Zoo, digits: Digits) -> None:
    outcome = zoo(*digits.verify, *ONLY, "--budget", 100)
    assert outcome.code == 0
    for found in accuracies(outcome).values():
        assert found["verdict"] == "UNDECIDED"
        conditions = found["conditions"]
        assert (conditions["pictures"], conditions["population"], conditions["seed"]) == (
            100,
            360,
            0,
        )
        low, high = conditions["interval"]
        assert low <= found["claimed"] <= high
        assert f"{found['measured']} % [{low}, {high}]" in found["message"]
        assert found["hint"] == "a larger --budget settles it"
    assert zoo(*digits.verify, *ONLY, "--budget", 100, "--strict").code == 4


def test_wrong_claims_are_refused_before_the_budget_is_used(zoo: Zoo, digits: Digits) -> None:
    digits.replace("Top 1 Accuracy: 99.17%", "Top 1 Accuracy: 85.00%")
    digits.replace("Top 5 Accuracy: 100.00%", "Top 5 Accuracy: 90.00%")
    outcome = zoo(*digits.verify, *ONLY, "--budget", 300)
    assert outcome.code == 1
    for found in accuracies(outcome).values():
        assert found["verdict"] == "FAIL"
        assert found["conditions"]["pictures"] < 100
        assert found["conditions"]["interval"][0] > found["claimed"] + 0.1
    smaller_batches = zoo(*digits.verify, *ONLY, "--budget", 300, "--batch-size", 7)
    assert smaller_batches.json["findings"] == outcome.json["findings"]


def test_a_claim_that_is_open_keeps_drawing_after_another_was_refused(
    zoo: Zoo, digits: Digits
) -> None:
    digits.replace("Top 1 Accuracy: 99.17%", "Top 1 Accuracy: 85.00%")
    found = accuracies(zoo(*digits.verify, *ONLY, "--budget", 200))
    assert [each["verdict"] for each in found.values()] == ["FAIL", "UNDECIDED"]
    assert {each["conditions"]["pictures"] for each in found.values()} == {200}


@pytest.mark.parametrize("budget", [360, 10_000])
def test_a_budget_for_all_pictures_finds_what_none_finds(
    zoo: Zoo, digits: Digits, budget: int
) -> None:
    everything = zoo(*digits.verify, *ONLY).json["findings"]
    assert zoo(*digits.verify, *ONLY, "--budget", budget).json["findings"] == everything


def test_a_set_that_is_not_the_declared_one_is_drawn_from_and_decides_nothing(
    zoo: Zoo, digits: Digits
) -> None:
    digits.replace("Top 1 Accuracy: 99.17%", "Top 1 Accuracy: 20.00%")
    listed = digits.folder / "digits.csv"
    listed.write_text("".join(listed.read_text().splitlines(keepends=True)[:300]))
    found = accuracies(zoo(*digits.verify, *ONLY, "--budget", 200))["top-1"]
    assert found["verdict"] == "UNDECIDED"
    assert "drawn with seed 0 from 299, whose fingerprint is sha256:" in found["message"]


def test_the_seed_says_which_pictures_are_drawn(zoo: Zoo, digits: Digits) -> None:
    def drawn(*more: object) -> str:
        found = accuracies(zoo(*digits.verify, *ONLY, "--budget", 20, *more))["top-1"]
        digest: str = found["conditions"]["drawn-fingerprint"]
        return digest

    assert drawn() == drawn("--seed", 0) == drawn("--batch-size", 3)
    assert drawn("--seed", 1) != drawn()


def test_budget_and_seed_may_be_settings(
    zoo: Zoo, digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "zoo.toml").write_text("budget = 30\nseed = 4\n")
    monkeypatch.chdir(folder)
    _selection.config.cache_clear()
    found = accuracies(zoo(*digits.verify, *ONLY))["top-1"]["conditions"]
    assert (found["pictures"], found["seed"]) == (30, 4)
    found = accuracies(zoo(*digits.verify, *ONLY, "--budget", 40, "--seed", 0))["top-1"]
    assert (found["conditions"]["pictures"], found["conditions"]["seed"]) == (40, 0)


@pytest.mark.parametrize("budget", ["0", "-5", "many"])
def test_a_budget_is_at_least_one_picture(zoo: Zoo, digits: Digits, budget: str) -> None:
    outcome = zoo(*digits.verify, "--budget", budget)
    assert outcome.code == 2
    assert "--budget" in outcome.err
    assert outcome.out == ""


def test_a_seed_without_a_budget_is_a_mistake(zoo: Zoo, digits: Digits) -> None:
    outcome = zoo(*digits.verify, "--seed", 3)
    assert outcome.code == 2
    assert "add --budget N" in outcome.err
