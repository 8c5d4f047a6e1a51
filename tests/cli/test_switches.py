"""A Run says in its arguments what made zoo less careful, whether it was an option or a setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Zoo
from zoo.cli import _selection


@pytest.mark.parametrize("switch", ["trust-python", "allow-http"])
@pytest.mark.parametrize("by", ["option", "setting"])
def test_what_makes_zoo_less_careful_is_in_the_run(
    zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switch: str, by: str
) -> None:
    if by == "setting":
        (tmp_path / "zoo.toml").write_text(f"{switch} = true\n")
    monkeypatch.chdir(tmp_path)
    _selection.config.cache_clear()
    given = [f"--{switch}"] if by == "option" else []
    asked = ("verify", "digits", "--index", ROOT / "model-index", "--only", "file-size")
    assert f"--{switch}" in zoo(*asked, *given, "--format", "json").json["arguments"]
    (tmp_path / "zoo.toml").write_text("")
    _selection.config.cache_clear()
    assert f"--{switch}" not in zoo(*asked, "--format", "json").json["arguments"]
