"""No text of an index becomes a command to a CI runner, or is lost, in any JSON that zoo prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Zoo
from tests.reports.judges import HIDDEN, commands

NAME = "net ##[error]x ::error::y"
WORDS = {
    "list": ("list", "--index", "right.json"),
    "check": ("check", "wrong.json"),
    "show": ("show", "--index", "right.json", NAME),
    "diff": ("diff", "other.json", "right.json"),
    "export": ("export", "--all", "--index", "right.json"),
}


@pytest.fixture
def indices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indices with a model of that name, in a folder to work in."""
    metadata = {"right": {"FLOPs": 1}, "other": {"FLOPs": 2}, "wrong": {"FLOPs": NAME}}
    for name, said in metadata.items():
        page = {"Models": [{"Name": NAME, "Metadata": said}]}
        (tmp_path / f"{name}.json").write_text(json.dumps(page), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("indices")
@pytest.mark.parametrize("command", list(WORDS))
def test_a_name_is_no_command_in_the_log_of_a_runner_and_is_read_back(
    zoo: Zoo, command: str
) -> None:
    text = zoo(*WORDS[command], "--format", "json").out
    assert "x ::error" in text
    assert not commands(text)
    assert not HIDDEN.search(text)
    assert NAME in "\0".join(texts(json.loads(text)))


def texts(value: object) -> list[str]:
    """Return all texts of a JSON value."""
    match value:
        case dict():
            return [text for pair in value.items() for part in pair for text in texts(part)]
        case list():
            return [text for part in value for text in texts(part)]
        case str():
            return [value]
        case _:
            return []
