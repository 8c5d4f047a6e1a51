"""Where a result is written to: a file, a link to one, a pipe, a device; and where it is not."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from zoo.cli import _output
from zoo.errors import UsageError


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    _output.check_place(pipe, many=False)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    _output.write_file(pipe, "a Run")
    reader.join(timeout=10)
    assert read == ["a Run"]
    assert pipe.is_fifo()


def test_a_device_that_may_be_written_to_needs_no_folder_that_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) == Path(os.devnull))
    _output.check_place(Path(os.devnull), many=False)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="it may not be written to"):
        _output.check_place(tmp_path / "pipe", many=False)


def test_a_link_stays_one_and_leads_to_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "today.json").write_text("old")
    link = tmp_path / "run.json"
    link.symlink_to("runs/today.json")
    _output.write_file(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "runs" / "today.json").read_text() == "new"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["today.json"]


def test_a_link_to_what_is_not_there_yet_makes_it(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("folder/run.json")
    _output.write_file(tmp_path / "link", "new")
    assert (tmp_path / "folder" / "run.json").read_text() == "new"
