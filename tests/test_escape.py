"""Untrusted text stays text wherever it is written."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import cmarkgfm
import html5lib
import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from tests.reports.hostile import TEXTS
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


def github(text: str) -> str:
    return cmarkgfm.github_flavored_markdown_to_html(text)


def python_markdown(text: str) -> str:
    own = "admonition attr_list def_list footnotes md_in_html tables toc".split()
    more = "betterem caret details keys magiclink mark superfences tabbed tasklist tilde".split()
    return markdown.markdown(text, extensions=[*own, *(f"pymdownx.{name}" for name in more)])


def myst(text: str) -> str:
    extensions = {"attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist"}
    settings = MdParserConfig(enable_extensions=extensions | {"substitution", "tasklist"})
    return create_md_parser(settings, RendererHTML).render(text)


PLACES = ("| a | b |\n|:--|:--|\n| x | %s |\n", "# %s\n", "- **x** y: %s\n", "- %s\n")


def shape(page: str) -> list[str]:
    return [tag for tag in re.findall(r"</?\w+", page) if tag not in ("<code", "</code")]


@pytest.mark.parametrize("write", [escape.markdown, escape.code])
@pytest.mark.parametrize("read", [github, python_markdown, myst])
def test_every_reader_of_markdown_shows_the_text_and_nothing_else(
    read: Callable[[str], str], write: Callable[[str], str]
) -> None:
    for text in TEXTS.values():
        shown = " ".join(escape.terminal(text).split())
        for place in PLACES if shown and len(text) < 1000 else ():
            page = read(place % write(text))
            assert shape(page) == shape(read(place % "benign")), text
            assert shown in html.unescape(re.sub("<[^>]*>", "", page)), text


@given(st.text("ab_*`|\\[]()<>&#~!$^@:.-+=%{}'\"\n 12/"))
def test_no_text_is_markup_to_any_reader_of_markdown(text: str) -> None:
    for read in (github, python_markdown, myst):
        page = read(f"- x {escape.markdown(text)}\n")
        assert shape(page) == ["<ul", "<li", "</li", "</ul"]


@given(st.text())
def test_no_text_makes_markdown_markup(text: str) -> None:
    assert tokens(f"x{escape.markdown(text)}") <= {"text", "code_inline"}


@given(st.text())
def test_no_text_leaves_its_code_span(text: str) -> None:
    assert tokens(f"x{escape.code(text)}") <= {"text", "code_inline"}


@given(st.text())
def test_no_text_reaches_a_terminal_as_a_command(text: str) -> None:
    safe = escape.terminal(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", safe)
    assert "##[" not in safe
    assert not any(line.lstrip().startswith("::") for line in safe.split("\n"))


@given(st.text(st.characters() | st.sampled_from(";=+-@\t\n\"' \u00a0")))
def test_no_text_begins_a_formula_in_any_cell_that_a_spreadsheet_makes_of_it(text: str) -> None:
    for part in re.split(r"[\n\t;]", escape.csv_cell(text)):
        assert not re.match("[ \u00a0]*[-=+@＝＋－＠]", part)


@given(st.text(st.characters(exclude_categories=("C", "Z", "M"))))
def test_a_cell_can_be_read_back(text: str) -> None:
    marked = "'" in text  # which may be what the cell was marked with
    assert marked or escape.csv_text(escape.csv_cell(text)) == text


@given(st.text())
def test_no_text_leaves_its_html_element_or_attribute(text: str) -> None:
    root = html5lib.parse(f'<p title="{escape.html(text)}">{escape.html(text)}</p>')
    paragraphs = [element for element in root.iter() if element.tag.endswith("}p")]
    assert [dict(each.attrib) for each in paragraphs] == [{"title": escape.visible(text)}]
    assert [(each.text or "", len(each)) for each in paragraphs] == [(escape.visible(text), 0)]


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_that_is_escaped_for_a_place_has_the_value_that_it_had(value: Any) -> None:
    document = json.dumps(value, ensure_ascii=False)
    escaped = escape.json_text(document)
    assert json.loads(escaped) == value
    assert "##[" not in escaped
    assert not re.search(r"[\x7f-\x9f\u2028\u2029\u202e\ud800-\udfff]", escaped)


@given(st.text(), st.text())
def test_no_text_ends_the_property_or_the_command_that_it_stands_in(name: str, text: str) -> None:
    command = escape.github_command("error", {"title": name}, text)
    assert len(command.splitlines()) == 1
    properties, _, data = command.removeprefix("::error ").partition("::")
    assert properties.count(",") == properties.count(":") == 0
    said = data.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    assert said == escape.terminal(text)
    assert "##[" not in command


def test_what_is_hidden_reordered_or_piled_up_is_named() -> None:
    assert escape.visible("a\u202eb\ud800\0\U000e0041") == r"a\u202eb\ud800\x00\U000e0041"
    assert escape.visible("e" + "\u0301" * 1000).count("\u0301") == 8
    assert escape.visible("Å é ñ हिन्दी 한국어 日本語\n\t") == "Å é ñ हिन्दी 한국어 日本語\n\t"


def test_a_long_text_says_how_long_it_was() -> None:
    assert escape.short("x" * 5000, 10) == "x" * 10 + "… (5,000 characters)"
    assert escape.short("short", 10) == "short"


def test_names_of_files_are_different_and_can_be_opened_anywhere() -> None:
    names = ["a/b", "a-b", "A-B", "index", "x" * 5000, "x" * 5001, "CON", "aux.a1"]
    files = escape.file_names(names, ["index"])
    assert len({file.casefold() for file in files.values()} | {"index"}) == len(names) + 1
    assert max(map(len, files.values())) < 130
    assert (files["CON"], files["aux.a1"]) == ("CON-", "aux.a1-")


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
