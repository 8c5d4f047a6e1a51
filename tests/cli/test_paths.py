"""A path that the system refuses is the user's to mend, and no internal error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Zoo
from zoo.cli import _main, _selection

LONG = "a" * 300  # no file system has a file of such a name


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", LONG, "model-index"),
        ("diff", f"{LONG}.json", "model-index"),
        ("import", f"{LONG}.csv"),
        ("export", "digits", "--format", "yaml", "-o", LONG),
        ("baseline", "tests/goldens/run.json", "-o", LONG),
        ("lock", "--check", "digits", "--lock", LONG),
        ("dataset", "check", LONG),
        ("verify", "digits", "--only", "parameters", "-o", LONG),
        ("verify", "digits", "--only", "accuracy", "--dataset", f"UCI Handwritten Digits={LONG}"),
    ],
)
def test_a_name_that_is_too_long_is_said_so(zoo: Zoo, arguments: tuple[str, ...]) -> None:
    outcome = zoo(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert "File name too long" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_refused_path_that_nobody_named_is_an_internal_error(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_main, "zoo", lambda *_, **__: os.stat(LONG))
    outcome = zoo("list")
    assert outcome.code == 3
    assert "Traceback" in outcome.err


def test_a_working_folder_that_is_gone_is_said_so(
    zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    _selection.config.cache_clear()
    outcome = zoo("list")
    assert outcome.code == 2
    assert outcome.err == "zoo: the working folder is gone\n  → go to one that is there\n"


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs /proc of Linux")
def test_a_table_that_cannot_be_read_is_said_so(zoo: Zoo, tmp_path: Path) -> None:
    table = tmp_path / "results-imagenet.csv"
    table.symlink_to("/proc/self/mem")  # a regular file, of which the first bytes give an error
    outcome = zoo("import", table)
    assert outcome.code == 2
    assert "cannot be read: Input/output error" in outcome.err
