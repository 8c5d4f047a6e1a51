"""What was escaped for a format is the same text again for whoever reads that format."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Sequence

import cmarkgfm
import lxml.etree
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.reports.hostile import TEXTS
from zoo import escape

MARKS = st.sampled_from([*"_*`|\\[](){}<>&#~!$^@:.-+=%'\";/", "\n", "\r", "\t", "::", "##[", "]]>"])
PIECES = MARKS | st.sampled_from(
    ["www.a.b", "a@b.c", "http://a.b", "&amp;", "1.", "\u202e", "\x1b"]
)
ANY = st.lists(PIECES | st.text(st.characters(), max_size=5), max_size=8).map("".join)
ANY |= st.sampled_from(sorted(text for text in TEXTS.values() if len(text) < 2000))
CASES = st.lists(ANY, min_size=1, max_size=6)


def one_line(text: str) -> str:
    return " ".join(escape.terminal(text).split())


@given(ANY)
def test_a_reader_of_markdown_shows_the_text_again(text: str) -> None:
    for written in (escape.markdown(text), escape.code(text)):
        table = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
        tokens = table.parse(f"| a |\n|---|\n| x {written} x |\n")
        shown = "".join(child.content for token in tokens[7:] for child in token.children or ())
        assert shown.split() == f"x {one_line(text)} x".split()
        page = cmarkgfm.github_flavored_markdown_to_html(f"x {written} x\n")
        assert html.unescape(re.sub("<[^>]*>", "", page)).split() == shown.split()


@given(ANY)
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    for write in (escape.visible, escape.terminal, escape.line, escape.html, escape.csv_cell):
        write(text).encode("utf-8")
    for write in (escape.visible, escape.terminal, escape.line):
        assert write(write(text)) == write(text)
    assert "\n" not in escape.line(text)


@given(CASES)
def test_a_table_of_cells_is_read_back_by_csv(texts: Sequence[str]) -> None:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow([escape.csv_cell(text) for text in texts])
    (row,) = csv.reader(io.StringIO(stream.getvalue()))
    assert [escape.csv_text(cell) for cell in row] == [
        escape.csv_text(escape.csv_cell(text)) for text in texts
    ]
    for text, cell in zip(texts, row, strict=True):
        assert "'" in text or escape.csv_text(cell) == escape.terminal(text)


@given(ANY)
def test_xml_json_and_yaml_hold_what_is_visible(text: str) -> None:
    shown = escape.visible(text)
    element = lxml.etree.Element("a", b=shown.replace("\r", ""))
    element.text = shown
    read = lxml.etree.fromstring(lxml.etree.tostring(element))
    assert (read.text or "") == shown
    assert json.loads(escape.as_json([text])) == [text]
    assert yaml.safe_load(escape.as_json({"a": shown})) == {"a": shown}


@given(CASES)
def test_names_of_files_are_plain_and_differ_on_every_file_system(texts: Sequence[str]) -> None:
    names = escape.file_names(texts, ["index", "README"])
    assert list(names) == list(dict.fromkeys(texts))
    assert len({name.casefold() for name in names.values()}) == len(names)
    for name in names.values():
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name)
        assert len(name) < 200
        assert name.casefold() not in {"index", "readme", "con", "nul"}


@given(ANY, ANY)
def test_what_is_said_to_github_is_said_again(name: str, text: str) -> None:
    line = escape.github_command("notice", {"title": name}, text)
    properties, _, data = line.removeprefix("::notice ").partition("::")
    codes = [("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]
    for code, character in codes:
        properties, data = properties.replace(code, character), data.replace(code, character)
    assert properties == f"title={escape.terminal(name)}"
    assert data == escape.terminal(text)
