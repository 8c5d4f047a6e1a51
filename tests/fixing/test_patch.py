"""A diff turns one file into the other in the hands of git, whatever their lines are like."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.fixing import unified

LINES = st.lists(
    st.tuples(st.text("ab- +\\\u2028\x0b\x0c\x1cé", max_size=4), st.sampled_from(["\n", "\r\n"])),
    max_size=8,
).map(lambda lines: "".join(map("".join, lines)))
END = st.sampled_from(["", "a", "\\", "-- "])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q"], cwd=path, check=True)
    return path


@settings(max_examples=settings.default.max_examples // 4)  # each starts git
@given(st.tuples(LINES, END).map("".join), st.tuples(LINES, END).map("".join))
def test_git_makes_the_new_file_of_the_old_one(folder: Path, old: str, new: str) -> None:
    if not old or not new or old == new:
        return  # files are neither made nor removed here
    page = folder / "page.md"
    page.write_bytes(old.encode())
    patch = unified("page.md", old.encode(), new.encode())
    command = ["git", "apply", "--whitespace=nowarn", "--unidiff-zero", "-"]
    subprocess.run(command, cwd=folder, input=patch.encode(), check=True)
    assert page.read_bytes() == new.encode()


@pytest.mark.parametrize("name", ["a b.md", "é.md", "tab\t.md", 'quo"te.md', "back\\slash.md"])
def test_any_name_of_a_file_is_one_that_git_reads(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"1\n")
    patch = unified(name, b"1\n", b"2\n")
    subprocess.run(["git", "apply", "-"], cwd=folder, input=patch.encode(), check=True)
    assert (folder / name).read_bytes() == b"2\n"
