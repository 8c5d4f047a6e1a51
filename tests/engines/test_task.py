"""A range that is predicted elsewhere: from the bytes of a checkpoint that is not there."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.engines.conftest import RANGES
from zoo.engines import Work, _task


def test_a_checkpoint_that_was_sent_is_opened_once_and_leaves_no_file(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    job, content = work.job.to_json(), Path(work.job.checkpoint).read_bytes()
    (first, *_, last) = RANGES
    here = [_task.predict(job, *span) for span in (first, last)]
    monkeypatch.setattr(_task, "_prepared", {})
    there = [_task.predict_from(job, content, *first), _task.predict_from(job, b"", *last)]
    assert there == here
    assert not list(tmp_path.glob("zoo-*"))


def test_a_checkpoint_that_cannot_be_opened_is_told_and_leaves_no_file(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(_task, "_prepared", {})
    wrong, content = _task.predict_from(work.job.to_json(), b"\x08", *RANGES[0])
    assert "cannot be read" in wrong
    assert not content
    assert not list(tmp_path.glob("zoo-*"))
