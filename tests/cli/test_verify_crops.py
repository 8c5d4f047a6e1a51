"""zoo verify --crop-cache: pictures are decoded once, and predictions are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Digits, Zoo
from zoo.predictions.ledger import WHOLE


def predicted(zoo: Zoo, digits: Digits, folder: Path, *arguments: object) -> bytes:
    outcome = zoo(*digits.verify, "--only", "accuracy", "--predictions", folder, *arguments)
    assert outcome.code == 0
    return next(folder.glob(f"*/{WHOLE}")).read_bytes()


def test_predictions_from_kept_crops_are_the_same_to_the_byte(
    zoo: Zoo, digits: Digits, tmp_path: Path
) -> None:
    contents = {
        predicted(zoo, digits, tmp_path / name, *arguments)
        for name, arguments in {
            "without": (),
            "cold": ("--crop-cache", "1GB"),
            "warm": ("--crop-cache", "1GB"),
            "several": ("--crop-cache", "1GB", "--device", "cpu,cpu"),
        }.items()
    }
    assert len(contents) == 1
    assert "decoded pictures  bicubic to 16 / 1, centre crop 16" in zoo("cache", "list").out


def test_one_model_alone_keeps_no_crops(zoo: Zoo, digits: Digits, tmp_path: Path) -> None:
    predicted(zoo, digits, tmp_path / "kept")
    assert "decoded pictures" not in zoo("cache", "list").out


def test_the_cache_of_crops_is_no_part_of_how_it_is_done_again(zoo: Zoo, digits: Digits) -> None:
    document = zoo(*digits.verify, "--only", "accuracy", "--crop-cache", "1GB").json
    assert "--crop-cache" not in document["arguments"]


@pytest.mark.parametrize("text", ["many", "-1GB", "1.5.5GB"])
def test_what_is_no_size_is_a_usage_error(zoo: Zoo, digits: Digits, text: str) -> None:
    outcome = zoo(*digits.verify, "--crop-cache", text)
    assert outcome.code == 2
    assert "is no size such as" in outcome.err
