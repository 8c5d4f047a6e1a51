"""``zoo verify`` says why an accuracy is missed, and no verdict moves by it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from jsonschema import Draft202012Validator
from safetensors.torch import load_file

from tests.cli.conftest import Digits, Outcome, Zoo
from zoo.schemas import load

ONLY = ("--only", "accuracy", "--diagnosis", 96)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def top1(outcome: Outcome) -> dict[str, Any]:
    (found,) = (each for each in outcome.json["findings"] if each["metric"] == "top-1")
    return found


def normalise_otherwise(digits: Digits) -> None:
    digits.replace("Mean: [0.5, 0.5, 0.5]", "Mean: [0.0, 0.0, 0.0]")
    digits.replace("Std: [0.5, 0.5, 0.5]", "Std: [1.0, 1.0, 1.0]")


def test_a_wrong_mean_and_std_is_named_with_its_interval(zoo: Zoo, digits: Digits) -> None:
    normalise_otherwise(digits)
    outcome = zoo(*digits.verify, *ONLY)
    assert outcome.code == 1
    found = top1(outcome)
    assert found["verdict"] == "FAIL"
    cause = found["cause"]
    assert (cause["kind"], cause["suspect"]) == ("accuracy-suspect", "mean-std")
    low, high = cause["interval"]
    assert low <= found["claimed"] <= high
    assert (cause["pictures"], cause["seed"], cause["or"]) == (96, 0, [])
    said = "with mean (0.5, 0.5, 0.5) and std (0.5, 0.5, 0.5), 95 of 96 drawn pictures are right"
    assert f"; {said} [" in found["message"]
    assert found["conditions"]["diagnosis"]["right"][cause["restores"]] == cause["correct"]
    Draft202012Validator(load("run")).validate(outcome.json)
    assert "inputs of the diagnosis" in outcome.err


def test_no_verdict_and_no_number_moves_by_the_diagnosis(zoo: Zoo, digits: Digits) -> None:
    normalise_otherwise(digits)
    told, untold = (zoo(*digits.verify, "--only", "accuracy", "--diagnosis", n) for n in (96, 0))
    assert told.code == untold.code
    kept = ("verdict", "claimed", "measured", "deviation", "tolerance")
    for one, other in zip(told.json["findings"], untold.json["findings"], strict=True):
        assert [one[key] for key in kept] == [other[key] for key in kept]
    assert top1(untold)["cause"] is None
    assert "diagnosis" not in top1(untold)["conditions"]


def test_drawn_pictures_that_refute_a_claim_are_explained_too(zoo: Zoo, digits: Digits) -> None:
    normalise_otherwise(digits)
    found = top1(zoo(*digits.verify, *ONLY, "--budget", 100, "--seed", 3))
    assert found["verdict"] == "FAIL"
    assert (found["cause"]["suspect"], found["cause"]["seed"]) == ("mean-std", 3)


def test_where_the_verdict_is_open_the_reason_is_a_remark(zoo: Zoo, digits: Digits) -> None:
    normalise_otherwise(digits)
    listed = digits.folder / "digits.csv"
    listed.write_text("".join(listed.read_text().splitlines(keepends=True)[:200]))
    found = top1(zoo(*digits.verify, *ONLY))
    assert (found["verdict"], found["cause"]) == ("UNDECIDED", None)
    assert found["conditions"]["suspect"]["suspect"] == "mean-std"
    assert "which are not" in found["message"] or "the page declares" in found["message"]
    assert "; with mean (0.5, 0.5, 0.5) and std (0.5, 0.5, 0.5), " in found["message"]


def test_averaged_weights_in_the_same_file_are_found(zoo: Zoo, digits: Digits) -> None:
    """The plain weights are those of a training that did not work; the page claims the average."""
    state = load_file(digits.weights)
    torch.manual_seed(2)
    spoilt = {name: torch.randn(t.shape) if t.ndim > 1 else t for name, t in state.items()}
    checkpoint = digits.folder / "digits-both.pth"
    torch.save({"state_dict": spoilt, "state_dict_ema": state}, checkpoint)
    page = digits.page.read_text()
    (digest,) = set(re.findall(r"sha256:([0-9a-f]{64})\n    Image", page))
    digits.replace(digest, hashlib.sha256(checkpoint.read_bytes()).hexdigest())
    digits.replace("file:digits-560147a9.safetensors", "file:digits-both.pth")
    found = top1(zoo(*digits.verify, *ONLY))
    assert found["verdict"] == "FAIL"
    assert found["cause"]["suspect"] == "ema-weights"
    assert "the weights under state_dict_ema of the same checkpoint" in found["message"]


def test_the_number_of_pictures_may_be_a_setting(
    zoo: Zoo, digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoo.cli import _selection

    normalise_otherwise(digits)
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "zoo.toml").write_text("diagnosis = 64\n")
    monkeypatch.chdir(folder)
    _selection.config.cache_clear()
    assert top1(zoo(*digits.verify, "--only", "accuracy"))["cause"]["pictures"] == 64


def test_a_share_above_its_claim_gets_no_reason(zoo: Zoo, digits: Digits) -> None:
    digits.replace("Top 1 Accuracy: 99.17%", "Top 1 Accuracy: 50.00%")
    found = top1(zoo(*digits.verify, *ONLY))
    assert (found["verdict"], found["cause"]) == ("FAIL", None)
    assert json.dumps(found).count("diagnosis") == 0


@pytest.mark.parametrize("number", ["-1", "some"])
def test_a_number_of_pictures_is_none_or_more(zoo: Zoo, digits: Digits, number: str) -> None:
    outcome = zoo(*digits.verify, "--diagnosis", number)
    assert outcome.code == 2
    assert "--diagnosis" in outcome.err
