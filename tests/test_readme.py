"""The README is true: its examples are what zoo prints, its commands are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.readme import EXAMPLE, refreshed
from zoo.cli import COMMANDS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def of_any_timm(text: str) -> str:
    """Leave out the version of timm, which the README's example need not have."""
    return re.sub(r"timm \d+\.\d+\.\d+", "timm", text)


@pytest.mark.parametrize("number", range(len(EXAMPLE.findall(README))))
def test_an_example_is_what_zoo_prints(number: int) -> None:
    example = list(EXAMPLE.finditer(README))[number][0]
    assert of_any_timm(refreshed(example)) == of_any_timm(example)


def test_every_command_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `zoo ([\w-]+)", README, re.MULTILINE)) == set(COMMANDS)
