"""zoo cache lists and prunes the predictions that are kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.cli.conftest import Digits, Zoo


def test_predictions_are_listed_and_pruned_like_all_else(
    zoo: Zoo, digits: Digits, tmp_path: Path
) -> None:
    zoo(*digits.verify, "--only", "accuracy")
    (folder,) = (tmp_path / "cache" / "predictions").iterdir()
    assert f"predictions  {folder.name}" in zoo("cache", "list").out
    assert folder.name not in zoo("cache", "prune", "--older-than", "1d").out
    long_ago = time.time() - 90 * 86_400
    for path in folder.iterdir():
        os.utime(path, (long_ago, long_ago))
    assert folder.name in zoo("cache", "prune", "--older-than", "30d", "--dry-run").out
    assert folder.exists()
    assert folder.name in zoo("cache", "prune", "--older-than", "30d").out
    assert not folder.exists()


def test_predictions_that_are_used_again_are_not_old(
    zoo: Zoo, digits: Digits, tmp_path: Path
) -> None:
    zoo(*digits.verify, "--only", "accuracy")
    (folder,) = (tmp_path / "cache" / "predictions").iterdir()
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    zoo(*digits.verify, "--only", "accuracy")
    assert folder.name not in zoo("cache", "prune", "--older-than", "1d").out
