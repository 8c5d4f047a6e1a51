"""``zoo verify --precision``: what is asked for is what is computed and recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Digits, Zoo
from zoo.schemas import load


def test_float32_is_what_is_computed_unless_asked_otherwise(zoo: Zoo, digits: Digits) -> None:
    document = zoo(*digits.verify, "--only", "accuracy").json
    machine = document["environment"]
    assert (machine["precision"], machine["tf32"], machine["deterministic"]) == (
        "fp32",
        False,
        "requested",
    )
    assert machine["torch_threads"] >= 1
    (top1,) = (f for f in document["findings"] if f["metric"] == "top-1")
    assert top1["method"] == "timm evaluation transform, float32 on cpu"
    Draft202012Validator(load("run")).validate(document)


@pytest.mark.parametrize(("precision", "words"), [("bf16", "bfloat16"), ("fp16", "float16")])
def test_a_lower_precision_is_recorded_with_the_number(
    zoo: Zoo, digits: Digits, precision: str, words: str
) -> None:
    document = zoo(*digits.verify, "--only", "accuracy", "--precision", precision).json
    assert document["environment"]["precision"] == precision
    (top1,) = (f for f in document["findings"] if f["metric"] == "top-1")
    assert top1["method"] == f"timm evaluation transform, {words} by autocast on cpu"
    assert top1["measured"] == pytest.approx(99.17, abs=1)


def test_a_precision_that_the_device_has_not_is_a_usage_error(zoo: Zoo, digits: Digits) -> None:
    outcome = zoo(*digits.verify, "--precision", "tf32")
    assert outcome.code == 2
    assert "cpu has no tf32" in outcome.err
    assert zoo(*digits.verify, "--precision", "fp8").code == 2


def test_the_precision_may_be_a_setting(
    zoo: Zoo, digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "zoo.toml").write_text('precision = "bf16"\nworkers = 0\n')
    monkeypatch.chdir(tmp_path / "settings")
    document = zoo(*digits.verify, "--only", "accuracy").json
    assert document["environment"]["precision"] == "bf16"
