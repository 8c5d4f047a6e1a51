"""A shell may ask what can follow, and hears nothing else."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Zoo


def test_commands_are_completed(zoo: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ZOO_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "zoo ex")
    monkeypatch.setenv("COMP_CWORD", "1")
    outcome = zoo()
    assert outcome.out.split() == ["plain,explain", "plain,explain-flops", "plain,export"]
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_a_shell_is_told_how_to_complete(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setenv("_ZOO_COMPLETE", f"{shell}_source")
    outcome = zoo()
    assert "_ZOO_COMPLETE" in outcome.out
    assert (outcome.code, outcome.err) == (0, "")
