"""``zoo verify --golden``: records when told to, checks ever after, and needs no dataset."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Digits, Outcome, Zoo
from zoo.cli import _selection
from zoo.schemas import load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "goldens"


@pytest.fixture
def verify(digits: Digits, folder: Path) -> tuple[object, ...]:
    where = ("--index", digits.folder, "--trust-python", "--format", "json")
    return ("verify", "digits", *where, "--only", "golden", "--golden", folder)


def golden(outcome: Outcome) -> dict[str, Any]:
    (found,) = (each for each in outcome.json["findings"] if each["metric"] == "golden")
    return found


def test_what_is_recorded_is_checked_by_the_next_run(
    zoo: Zoo, verify: tuple[object, ...], folder: Path
) -> None:
    first = zoo(*verify, "--record")
    assert (first.code, golden(first)["verdict"]) == (0, "SKIP")
    assert f"recorded in {folder / 'digits.json'}" in golden(first)["message"]
    document = json.loads((folder / "digits.json").read_text())
    Draft202012Validator(load("golden")).validate(document)
    assert document["recorded"]["at"] == first.json["started"]
    second = zoo(*verify)
    assert (second.code, golden(second)["verdict"]) == (0, "PASS")
    assert golden(second)["location"]["path"] == str(folder / "digits.json")
    Draft202012Validator(load("run")).validate(second.json)


def test_a_golden_is_never_replaced(zoo: Zoo, verify: tuple[object, ...], folder: Path) -> None:
    zoo(*verify, "--record")
    path = folder / "digits.json"
    document = json.loads(path.read_text())
    document["logits"][0][0] += 1
    path.write_text(json.dumps(document))
    before = path.read_bytes()
    outcome = zoo(*verify, "--record")
    assert (outcome.code, golden(outcome)["verdict"]) == (1, "FAIL")
    assert path.read_bytes() == before


def test_a_golden_of_other_weights_is_an_error_and_no_failure(
    zoo: Zoo, verify: tuple[object, ...], folder: Path
) -> None:
    zoo(*verify, "--record")
    path = folder / "digits.json"
    document = json.loads(path.read_text())
    document["weights"]["sha256"] = "00" * 32
    path.write_text(json.dumps(document))
    outcome = zoo(*verify)
    assert (outcome.code, golden(outcome)["verdict"]) == (4, "ERROR")


def test_a_model_without_a_golden_is_not_left_out(
    zoo: Zoo, verify: tuple[object, ...], folder: Path
) -> None:
    folder.mkdir()
    outcome = zoo(*verify)
    found = golden(outcome)
    assert (outcome.code, found["verdict"]) == (0, "SKIP")
    assert (found["message"], found["hint"]) == (
        f"no golden is recorded at {folder / 'digits.json'}",
        "--record records one",
    )
    assert list(folder.iterdir()) == []
    assert zoo(*verify, "--strict").code == 4


def test_weights_that_do_not_fit_are_one_failure_and_no_golden(
    zoo: Zoo, digits: Digits, folder: Path
) -> None:
    digits.weights.write_bytes(digits.weights.read_bytes()[:-1] + b"!")
    outcome = zoo(*digits.verify, "--golden", folder, "--record")
    assert golden(outcome)["message"] == "not tested: weights-digest failed"
    assert not (folder / "digits.json").exists()


def test_without_the_option_nothing_is_said_of_goldens(zoo: Zoo, digits: Digits) -> None:
    assert "golden" not in {each["rule"] for each in zoo(*digits.verify).json["findings"]}


def test_a_folder_that_is_not_there_is_a_mistake_unless_it_is_to_be_made(
    zoo: Zoo, verify: tuple[object, ...], folder: Path
) -> None:
    outcome = zoo(*verify)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"there is no folder of goldens {folder}" in outcome.err
    assert "--record makes one" in outcome.err


def test_recording_needs_a_folder(zoo: Zoo, digits: Digits) -> None:
    outcome = zoo(*digits.verify, "--record")
    assert outcome.code == 2
    assert "say --golden FOLDER" in outcome.err


def test_recording_without_the_validator_that_records_is_a_mistake(
    zoo: Zoo, digits: Digits, folder: Path
) -> None:
    outcome = zoo(*digits.verify, "--golden", folder, "--record", "--only", "file-size")
    assert (outcome.code, outcome.out) == (2, "")
    assert "--record records nothing without the validator golden" in outcome.err
    assert not folder.exists()


def test_a_file_in_the_place_of_the_folder_is_a_mistake(
    zoo: Zoo, verify: tuple[object, ...], folder: Path
) -> None:
    folder.write_text("")
    for more in ((), ("--record",)):
        assert zoo(*verify, *more).code == 2


def test_the_folder_may_be_a_setting(
    zoo: Zoo, digits: Digits, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    work = tmp_path / "work"
    work.mkdir()
    (work / "zoo.toml").write_text(f'golden = "{folder}"\n')
    monkeypatch.chdir(work)
    _selection.config.cache_clear()
    assert golden(zoo(*digits.verify, "--only", "golden"))["verdict"] == "SKIP"


def test_a_tolerance_of_ones_own_is_used(
    zoo: Zoo, verify: tuple[object, ...], folder: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    zoo(*verify, "--record")
    path = folder / "digits.json"
    document = json.loads(path.read_text())
    document["logits"][0][0] += 0.01
    path.write_text(json.dumps(document))
    assert golden(zoo(*verify))["verdict"] == "FAIL"
    work = tmp_path / "work"
    work.mkdir()
    (work / "zoo.toml").write_text("[tolerances.golden]\nabsolute = 0.01\n")
    monkeypatch.chdir(work)
    _selection.config.cache_clear()
    assert golden(zoo(*verify))["verdict"] == "PASS"
