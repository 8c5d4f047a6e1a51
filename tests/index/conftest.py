"""A folder that tests write an index into."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.index import read_index


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Return a function that writes files, by path and text, and reads the working folder."""
    monkeypatch.chdir(tmp_path)

    def read(files, *paths, **options):
        for name, text in files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
        return read_index(*(map(Path, paths) if paths else [Path()]), **options)

    return read
