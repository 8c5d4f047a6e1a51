"""Untrusted text stays text wherever it is written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from zoo import escape

HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![](https://evil.example/p.png)",
    "<https://evil.example>",
    "https://evil.example",
    "a | b",
    "**bold** _it_ ~~no~~ `code`",
    "&lt;b&gt;",
    "back\\slash | pipe",
    "line\nbreak",
    "# heading",
]


def tokens(text: str) -> set[str]:
    parser = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
    table = f"| a |\n|---|\n| {text} |\n"
    inline = [child for token in parser.parse(table) for child in token.children or []]
    return {child.type for child in inline}


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_text_makes_no_markup(text: str) -> None:
    assert tokens(escape.markdown(text)) <= {"text"}


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_text_reads_as_it_was(text: str) -> None:
    parser = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
    parsed = parser.parse(f"| a |\n|---|\n| {escape.markdown(text)} |\n")
    shown = "".join(child.content for token in parsed[7:] for child in token.children or [])
    assert shown == " ".join(text.split())


@given(st.text())
def test_no_text_makes_markdown_markup(text: str) -> None:
    assert tokens(f"x{escape.markdown(text)}") <= {"text"}


@given(st.text())
def test_no_text_leaves_its_code_span(text: str) -> None:
    assert tokens(f"x{escape.code(text)}") <= {"text", "code_inline"}


@given(st.text())
def test_no_text_reaches_a_terminal_as_a_command(text: str) -> None:
    safe = escape.terminal(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", safe)
    assert "##[" not in safe
    assert not any(line.lstrip().startswith("::") for line in safe.split("\n"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1"])
def test_no_cell_of_a_spreadsheet_is_a_formula(text: str) -> None:
    assert escape.csv_cell(text).startswith("'")


def test_a_harmless_cell_stays_as_it_is() -> None:
    assert escape.csv_cell("ResNet-50 (a1)") == "ResNet-50 (a1)"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("resnet50.a1_in1k", "resnet50.a1_in1k"),
        ("../../x", "x"),
        ("a/b c", "a-b-c"),
        ("…", "model"),
    ],
)
def test_a_model_name_becomes_a_safe_file_name(name: str, file: str) -> None:
    assert escape.file_name(name) == file


def test_no_line_that_wrapping_made_begins_with_a_command() -> None:
    assert escape.lines("a\n  ::error::x\n::y") == "a\n  \\::error::x\n\\::y"
