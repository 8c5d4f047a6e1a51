"""The case files: what is in ``valid/`` is read, what is in ``invalid/`` fails where it says.

What is in ``warned/`` is read, with warnings on the lines that say so.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from zoo.index import read_index

HERE = Path(__file__).parent
VALID = sorted((HERE / "valid").iterdir())
INVALID = sorted((HERE / "invalid").iterdir())
WARNED = sorted((HERE / "warned").glob("*.yml"))
EXPECT = re.compile(r"# expect: ([a-z-]+)$")

# Files that cannot hold a comment, or none on the line in question.
ELSEWHERE = {
    "bad-value.json": [(3, "bad-value")],
    "comment-closed-as-in-browsers.md": [(4, "markdown-comment")],
    "comment-closed-twice.md": [(7, "markdown-comment")],
    "comment-cut-by-an-arrow.md": [(5, "markdown-comment")],
    "comment-in-a-comment.md": [(3, "markdown-comment")],
    "comment-that-is-empty.md": [(1, "markdown-comment")],
    "comment.json": [(1, "json-syntax")],
    "duplicate-key.json": [(4, "duplicate-key")],
    "empty.yml": [(1, "not-an-index")],
    "latin-1.yml": [(3, "encoding")],
    "lone-surrogate.json": [(2, "json-syntax")],
    "nan.json": [(2, "json-syntax")],
    "nul.yml": [(1, "encoding")],
    "picture.yaml": [(1, "encoding")],
    "prose-only.md": [(1, "not-an-index")],
    "trailing-comma.json": [(2, "json-syntax")],
    "unclosed-bracket.json": [(3, "json-syntax")],
    "utf-16.yml": [(1, "encoding")],
}


def stated(file: Path) -> list[tuple[int, str]]:
    """Return line and rule of every problem that a case file says it has."""
    if file.name in ELSEWHERE:
        return ELSEWHERE[file.name]
    lines = file.read_text(encoding="utf-8").split("\n")
    found = [(number, EXPECT.search(line)) for number, line in enumerate(lines, 1)]
    return [(number, match[1]) for number, match in found if match]


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Return a function that reads a case outside of this repository, whose root it would have."""
    copied = shutil.copytree(HERE, tmp_path_factory.mktemp("cases") / "index")
    return lambda file: read_index(copied / file.relative_to(HERE))


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.name)
def test_a_valid_file_gives_models_and_no_problem(read, file):
    index = read(file)
    assert index.problems == ()
    assert index.entries


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.name)
def test_an_invalid_file_has_exactly_the_problems_that_it_states(read, file):
    index = read(file)
    assert [(error.location.line, error.rule) for error in index.errors] == stated(file)


@pytest.mark.parametrize("file", WARNED, ids=lambda file: file.name)
def test_a_warned_file_is_read_with_the_warnings_that_it_states(read, file):
    index = read(file)
    assert index.errors == ()
    assert index.entries
    found = {(p.location.path.split("/")[-1], p.location.line, p.rule) for p in index.problems}
    files = [file, *file.parent.glob(f"{file.stem}.yaml")]
    assert found == {(each.name, *line) for each in files for line in stated(each)}


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.name)
def test_every_invalid_file_states_a_problem(file):
    assert stated(file)


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.name)
def test_a_problem_names_its_file_and_speaks_in_one_short_line(read, file):
    for problem in read(file).problems:
        assert problem.location.path.endswith(file.name)
        assert problem.location.column >= 1
        assert "\n" not in problem.message
        assert len(problem.message) < 200
        assert not problem.message.endswith(".")


def test_the_table_names_only_files_that_are_there():
    assert set(ELSEWHERE) <= {file.name for file in INVALID}
