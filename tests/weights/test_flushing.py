"""Flushing: what does not reach the disk is said, whenever that turns out."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from zoo.weights import flushing
from zoo.weights.flushing import Flushing
from zoo.weights.hashing import Hashing


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flushing]:
    monkeypatch.setattr(flushing, "STEP", 10)
    with (tmp_path / "file").open("wb") as stream:
        made = Flushing(stream.fileno())
        yield made
        made.close()


def test_bytes_are_brought_to_disk_each_time_enough_were_written(
    made: Flushing, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    made.wrote(9)
    made.wrote(1)
    made.end()
    assert len(synced) == 2


def test_an_error_on_the_way_is_told_at_the_end_although_the_system_tells_it_once(
    made: Flushing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    made.wrote(10)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    with pytest.raises(OSError, match="Input/output error"):
        made.end()


def test_what_is_hashed_beside_the_work_is_what_was_added_in_its_order() -> None:
    hashing = Hashing()
    chunks = [bytes([n % 256]) * 5000 for n in range(100)]
    for chunk in chunks:
        hashing.update(chunk)
    assert hashing.digest().hex == hashlib.sha256(b"".join(chunks)).hexdigest()
    hashing.close()
