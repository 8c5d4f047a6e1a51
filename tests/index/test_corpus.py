"""The hostile and the odd: each input is read or refused by a rule, in time and with its place.

The ids are those of a corpus of bad inputs: Y for YAML and JSON, M for Markdown. Where that corpus
refuses an alias within the limits or a plain scalar, this reader accepts it: a scalar stays the
text that was written, and the field says what that means.
"""

from __future__ import annotations

import json
import time

import pytest

from zoo.index import read_index
from zoo.index.rules import RULES

HEAD = "Models:\n- Name: a\n  Metadata:\n    x: "
LAUGHS = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
MERGES = "".join(f"L{n}: &L{n} {{<<: [*L{n - 1}, *L{n - 1}]}}\n" for n in range(1, 26))

# An id, the text of a YAML file, and the rule by which it is refused; None where it is read.
YAML = [
    ("Y01 billion laughs", f"a0: &a0 [x]\n{LAUGHS}", "too-large"),
    ("Y02 quadratic alias", f"- &a {'x' * 10_000}\n" + "- *a\n" * 10_000, "too-large"),
    ("Y03 recursive", "&a [*a]", "yaml-alias"),
    ("Y04 merge bomb", f"L0: &L0 {{a: b}}\n{MERGES}", "yaml-merge"),
    ("Y05 merge without alias", "Models: [{<<: {Name: a}}]", "yaml-merge"),
    ("Y06 brackets", "[" * 100_000, "too-large"),
    ("Y07 braces", "{" * 8000, "yaml-key"),
    ("Y08 question marks", "? " * 16_000, "yaml-key"),
    ("Y09 dashes", "- " * 1400, "too-large"),
    ("Y10 sexagesimal", HEAD + "1:" * 400_000 + "1\n", "too-large"),
    ("Y11 long integer", HEAD + "1" * 5000 + "\n", None),
    ("Y11 long count", "Models:\n- Name: a\n  Metadata: {FLOPs: " + "1" * 5000 + "}", "bad-value"),
    ("Y12 long hex", HEAD + "0x" + "f" * 100_000, "too-large"),
    *[(f"Y13-21 {tag}", HEAD + tag, "yaml-tag") for tag in (
        "!!bool foo", "!!int ''", "!!float abc", "!!timestamp x", "!!binary '*'", "!!set {a}",
        "!!python/object/apply:os.system [id]", "!<tag:x> a", "!local a")],
    *[(f"Y22-27 {text}", HEAD + text, None) for text in (
        "2024-02-30", "2024-01-01", "no", "off", "y", ".nan", ".inf", "=", "12:30", "1:30.5",
        "017", "08", "0o17", "0b11", "1_000", "1e3", "01234567", "14951e08", "3e450271")],
    *[(f"Y24 count {text}", f"Models:\n- Name: a\n  Metadata: {{FLOPs: {text}}}", "bad-value")
      for text in ("no", ".nan", ".inf", "12:30", "1_000", "0x1F", "-1", "1e99", "'4.1 Q'")],
    ("Y29 duplicate", "Models: [{Name: a, Name: b}]", "duplicate-key"),
    ("Y30 duplicate by case", "Models: []\nmodels: []", "duplicate-key"),
    ("Y31 duplicate by form", HEAD + "{é: 1, e\u0301: 2}", "duplicate-key"),
    ("Y32 number as a key", HEAD + "{1: x, true: y, null: z}", None),
    ("Y32 list as a key", HEAD + "{? [a] : b}", "yaml-key"),
    ("Y33 two documents", "Models: []\n---\nModels: []\n", "yaml-documents"),
    ("Y34 version", "%YAML 3.0\n---\nModels: []\n", "yaml-syntax"),
    ("Y34 tag directive", "%TAG !e! tag:x,2000:\n---\nModels: [!e!a b]\n", "yaml-tag"),
    *[(f"Y35 U+{ord(text):04X}", HEAD + f"a{text}b", "control-character")
      for text in "\x07\x7f\x85\u202e\u2028\ufeff"],
    ("Y36 escape", HEAD + '"\\x1b[31m"', "control-character"),
    ("Y37 surrogate", HEAD + '"\\uD800"', "yaml-syntax"),
    ("Y41 too long", "Models: []\n" + "#" * 2**20, "too-large"),
    ("Y42 too many values", "Models: []\nx: [" + "a," * 50_001 + "]", "too-large"),
    ("Y43 nothing", "", "not-an-index"), ("Y43 a comment", "# nothing\n", "not-an-index"),
    ("Y43 a scalar", "text\n", "not-an-index"), ("Y43 a list", "- a\n- b\n", "not-an-index"),
    ("Y44 block header", "Models:\n- Name: a\n  Notes: |#x\n    y\n", "yaml-syntax"),
    *[(f"Y50 percent {text}",
       "Models:\n- Name: a\n  Results: [{Task: t, Dataset: d, "
       f"Metrics: {{Top 1 Accuracy: {text}}}}}]", "bad-value")
      for text in ("True", "7810", "-1", "1e9", "'78,1'", ".nan", "[78.1]".strip("[]") + "%%")],
]  # fmt: skip
JSON = [
    ("Y45 NaN", '{"Models": [], "x": NaN}', "json-syntax"),
    ("Y45 Infinity", '{"Models": [], "x": -Infinity}', "json-syntax"),
    ("Y45 duplicate", '{"Models": [], "Models": []}', "duplicate-key"),
    ("Y45 depth", '{"Models": ' + "[" * 100_000, "too-large"),
    ("Y45 trailing comma", '{"Models": [],}', "json-syntax"),
    ("Y45 comment", '{"Models": []} # x', "json-syntax"),
    ("Y45 bare word", '{"Models": [], "x": yes}', "json-syntax"),
    ("Y45 single quotes", "{'Models': []}", "json-syntax"),
    ("Y45 mark", "\ufeff" + '{"Models": []}', None),
    ("Y45 large number", '{"Models": [], "x": 1e400}', None),
    ("Y45 long integer", json.dumps({"Models": [], "x": "1"}).replace('"1"', "1" * 5000), None),
    ("Y49 newline after digits", json.dumps(
        {"Models": [{"Name": "a", "Metadata": {"SHA256": f"sha256:{'0' * 64}\nx"}}]}), "bad-value"),
]  # fmt: skip
INDEX = "Type: model-index\nModels:\n- Name: a\n"
COMMENT = f"<!--\n{INDEX}-->\n"
PAGES = [
    *[(f"M01-04, M10 {before!r}", "\n".join(before + line for line in COMMENT.split("\n")),
       "not-an-index") for before in ("    ", "> ", "- ", "\t")],
    ("M01 fence", f"```html\n{COMMENT}```\n", "not-an-index"),
    ("M02 tildes", f"~~~\n{COMMENT}~~~\n", "not-an-index"),
    ("M04 code", "`<!-- Type: model-index -->`\n", "not-an-index"),
    ("M05 unclosed", f"<!--\n{INDEX}", "markdown-comment"),
    ("M06 empty comment", f"<!-->\n{INDEX}-->\n", "markdown-comment"),
    ("M06 empty comment with a dash", f"<!--->\n{INDEX}-->\n", "markdown-comment"),
    ("M06 other end", f"<!--\n{INDEX}--!>\n-->\n", "markdown-comment"),
    ("M07 arrow in a text", f"<!--\n{INDEX}  Note: 'a --> b'\n-->\n", "markdown-comment"),
    ("M08 nested", f"<!-- a\n{INDEX}# <!-- b --> c -->\n", "markdown-comment"),
    ("M11 declarations", "<![" * 100_000, "not-an-index"),
    ("M12 tags", "<a " * 40_000, "not-an-index"), ("M13 brackets", "[" * 8000, "not-an-index"),
    ("M14 openings", "<!--" * 40_000, "not-an-index"),
    ("M14 lines of openings", "<!--\n" * 40_000, "not-an-index"),
    ("M15 windows", COMMENT.replace("\n", "\r\n"), None),
    ("M15 odd case", COMMENT.replace("Type: model-index", "type: Model-Index"), None),
    ("M15 header and comment", f"---\nModels: [{{Name: a}}]\n---\n{COMMENT}", "duplicate-model"),
    ("M15 twice", COMMENT * 2, "duplicate-model"),
    ("M15 large", f"<!--\n{INDEX}#{'x' * 2**21}\n-->\n", "too-large"),
    ("M16 malformed", f"{COMMENT}<!--\nType: model-index\nModels: [\n-->\n", "yaml-syntax"),
    ("M17 escaped", "&lt;!--\nType: model-index\n--&gt;\n", "not-an-index"),
    ("M17 zero width", f"<!-\u200b-\n{INDEX}-->\n", "not-an-index"),
]  # fmt: skip
CASES = [
    pytest.param(text, suffix, rule, id=f"{name[:60]}")
    for suffix, cases in ((".yml", YAML), (".json", JSON), (".md", PAGES))
    for name, text, rule in cases
]


@pytest.mark.parametrize(("text", "suffix", "rule"), CASES)
def test_a_bad_input_is_refused_by_its_rule_and_an_odd_one_is_read(tmp_path, text, suffix, rule):
    file = tmp_path / f"x{suffix}"
    file.write_text(text, encoding="utf-8", newline="")
    began = time.process_time()
    index = read_index(file)
    assert time.process_time() - began < 2
    rules = {problem.rule for problem in index.errors}
    assert rules == ({rule} if rule else set())
    for problem in index.problems:
        assert problem.rule in RULES
        assert len(problem.message) < 250
        assert problem.location.line >= 1


@pytest.mark.parametrize(
    "data",
    ["Models: []".encode("utf-16-le"), "Models: []".encode("utf-16"), b"Models: [\xe9]",
     b"Models: [\xc0\xaf]", b"Models: [\xed\xa0\x80]", b"\0"],
)  # fmt: skip
def test_what_is_not_utf_8_is_refused(tmp_path, data):
    (tmp_path / "x.yml").write_bytes(data)
    assert [problem.rule for problem in read_index(tmp_path / "x.yml").errors] == ["encoding"]
