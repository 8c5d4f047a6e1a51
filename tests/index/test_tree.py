"""YAML and JSON as a tree in which every value knows where it is written."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoo.claims import Location
from zoo.index.compose import MAX_DEPTH, MAX_NODES, MAX_SCALAR, read
from zoo.index.problems import Malformed
from zoo.index.tree import Mapping, Scalar, Sequence, fold, size

PATH = "x.yml"


def at(line, column, pointer=""):
    return Location(PATH, line, column, pointer)


def problem(text, **options):
    """Return the problem for which a text is refused."""
    with pytest.raises(Malformed) as error:
        read(text, PATH, **options)
    return error.value.problem


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment\n", "---\n", "null", "~", "--- # nothing\n...\n"]
)
def test_a_text_without_a_value_is_nothing(text):
    assert read(text, PATH) is None


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "12:30",
        "1e3",
        "0x1F",
        "0o17",
        "2020-01-01",
        "1_000",
        ".inf",
        "=",
        "<<",
        "Yes",
        "007",
        "٣",
    ],
)
def test_a_scalar_stays_the_text_that_was_written(text):
    node = read(f"a: {text}\n", PATH)
    value = node.get("a")
    assert (value.text, value.plain, value.location) == (text, True, at(1, 4, "/a"))


@pytest.mark.parametrize(
    ("written", "text", "column"),
    [
        ("'0.94'", "0.94", 4),
        ('"0.94"', "0.94", 4),
        ("   '~'", "~", 7),
        ("'it''s'", "it's", 4),
        ('"\\u0041"', "A", 4),
    ],
)
def test_a_quoted_scalar_begins_at_its_quote_and_is_never_null(written, text, column):
    value = read(f"a: {written}\n", PATH).get("a")
    assert (value.text, value.plain, value.location) == (text, False, at(1, column, "/a"))
    assert not value.null


@pytest.mark.parametrize("written", ["", " ~", " null", " Null", " NULL"])
def test_an_empty_or_null_plain_scalar_is_null(written):
    assert read(f"a:{written}\nb: 1\n", PATH).get("a").null


def test_every_value_and_key_knows_its_line_its_column_and_its_pointer():
    text = "\nModels:\n- Name: a\n  Metadata: {x/y: [1,  two]}\n"
    tree = read(text, PATH, first_line=10)
    models = tree.entries["models"]
    assert models.location == at(11, 1, "/Models")
    first = models.value.items[0]
    assert first.location == at(12, 3, "/Models/0")
    assert first.get("Name").location == at(12, 9, "/Models/0/Name")
    metadata = first.entries["metadata"]
    assert metadata.location == at(13, 3, "/Models/0/Metadata")
    assert metadata.value.location == at(13, 13, "/Models/0/Metadata")
    inner = metadata.value.entries["x/y"]
    assert inner.location == at(13, 14, "/Models/0/Metadata/x~1y")
    assert inner.value.items[1].location == at(13, 24, "/Models/0/Metadata/x~1y/1")


def test_a_column_counts_characters_and_not_bytes():
    assert read("{é: 1, 𝔘: 2}", PATH).get("𝔘").location.column == 11


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_end_as_the_system_that_wrote_them_ends_them(end):
    tree = read(end.join(["a: 1", "b: |", "  x", "  y", "c: 2", ""]), PATH)
    assert tree.get("b").text == "x\ny\n"
    assert tree.get("c").location == at(5, 4, "/c")


def test_json_is_read_with_its_places():
    tree = read('{\n\t"a": [1, "null", null],\n\t"b": "\\u00e9\\/"\n}', PATH)
    one, text, nothing = tree.get("a").items
    assert (one.text, text.null, nothing.null) == ("1", False, True)
    assert text.location == at(2, 11, "/a/1")
    assert tree.get("b").text == "é/"


def test_an_alias_is_the_value_at_the_place_where_that_is_written():
    tree = read("a: &x [1, 2]\nb: *x\n", PATH)
    assert tree.get("b") == tree.get("a")
    assert tree.entries["b"].location == at(2, 1, "/b")


@pytest.mark.parametrize("key", ["Image Size", "image_size", "IMAGE SIZE", " image_size"])
def test_a_key_is_compared_without_regard_to_case_and_underscore(key):
    assert fold(key) == "image size"


def test_keys_that_only_look_alike_in_unicode_are_one():
    assert problem("é: 1\ne\u0301: 2\n").rule == "duplicate-key"


def test_a_duplicate_key_is_an_error_at_its_second_line():
    found = problem("Name: a\nCode: b\nname: c\n")
    assert (found.rule, found.location.line, found.location.column) == ("duplicate-key", 3, 1)
    assert found.message == "the key 'name' is already on line 1"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\t- b\n", "indent with blanks and not with tabs"),
        ("a: @b\n", "into quotes"),
        ("-Name: a\n  FLOPs: 1\n", "write a blank behind '-' and ':'"),
        ("a: b: c\n", "into quotes"),
        ("Models:\n- Name: a\n FLOPs: 1\n", "indent what belongs together alike"),
        ("- a\nb: c\n", "indent what belongs together alike"),
        ("a: - b\n", "begin the list on a line of its own"),
        ("a: 'b\n", "close the quotes"),
        ('a: "C:\\models"\n', "single quotes"),
        ("a: 1\nb\nc: 2\n", "write a ':' and a blank behind the key"),
    ],
)
def test_what_is_no_yaml_says_how_to_mend_it(text, hint):
    found = problem(text)
    assert found.rule == "yaml-syntax" and hint in found.hint


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("a: [1\nb: 2\n", "yaml-syntax", 2, 2),
        ("a: !!python/name:os.system x\n", "yaml-tag", 1, 4),
        ("a: !local x\n", "yaml-tag", 1, 4),
        ("a: !!str 1\n", "yaml-tag", 1, 4),
        ("- a\n- <<: {b: c}\n", "yaml-merge", 2, 3),
        ("a: &a [*a]\n", "yaml-alias", 1, 8),
        ("a: *b\n", "yaml-alias", 1, 4),
        ("{[a]: b}\n", "yaml-key", 1, 2),
        ("? {a: b}\n: c\n", "yaml-key", 1, 3),
        ("a: 1\n---\nb: 2\n", "yaml-documents", 2, 1),
        ("a: b\x00c\n", "control-character", 1, 5),
        ("a: b\nc: \x1b[31m\n", "control-character", 2, 4),
        ("a: 'one\n  two \x07'\n", "control-character", 2, 7),
        ('a: "\\u202e"\n', "control-character", 1, 4),
        ('a: "\\r"\n', "control-character", 1, 4),
        ("a: b # \u2066\n", "control-character", 1, 8),
        ("a: \ufffe\n", "control-character", 1, 4),
        ("a: \ud800\n", "control-character", 1, 4),
        ("a: b\u2028c\n", "control-character", 1, 5),
    ],
)  # fmt: skip
def test_what_is_not_read_is_an_error_at_its_line_and_column(text, rule, line, column):
    found = problem(text)
    assert (found.rule, found.level) == (rule, "error")
    assert found.location == at(line, column)


def test_the_place_of_an_error_counts_from_the_first_line_of_the_text():
    assert problem("a: 'b' c", first_line=40).location.line == 40
    assert problem("\na: \x07", first_line=40).location.line == 41


@pytest.mark.parametrize(
    ("text", "line", "column"), [("a: [", 1, 5), ("a: [\n", 2, 1), ("a:\n- 'b", 2, 5)]
)
def test_what_is_missing_at_the_end_is_missed_on_a_line_that_is_there(text, line, column):
    assert problem(text).location == at(line, column)


def nested(levels):
    return "[" * levels + "]" * levels


def test_a_text_is_nested_as_deeply_as_the_limit_and_no_deeper():
    assert read(nested(MAX_DEPTH + 1), PATH) is not None
    found = problem(nested(MAX_DEPTH + 2))
    assert (found.rule, found.location.column) == ("too-large", MAX_DEPTH + 2)


def test_an_alias_nests_what_it_stands_for():
    half = MAX_DEPTH // 2
    text = f"- &a {nested(half)}\n- {{}}\n- "
    assert read(text + "[" * half + "*a" + "]" * half, PATH) is not None
    assert problem(text + "[" * half + "[*a]" + "]" * half).location.line == 3


def test_aliases_of_aliases_are_not_nested_without_end():
    lines = ["- &a0 x"] + [f"- &a{n} [[*a{n - 1}]]" for n in range(1, 1000)]
    assert problem("\n".join(lines)).rule == "too-large"


def test_a_document_has_as_many_values_as_the_limit_and_no_more():
    items = "- x\n" * (MAX_NODES - 1)
    assert size(read(items, PATH)) == MAX_NODES
    found = problem(items + "- x\n")
    assert (found.rule, found.location) == ("too-large", at(MAX_NODES, 3))


def test_what_a_file_has_spent_before_counts():
    assert read("[a, b]", PATH, spent=MAX_NODES - 3) is not None
    assert problem("[a, b]", spent=MAX_NODES - 2).rule == "too-large"


def test_a_scalar_has_as_many_characters_as_the_limit_and_no_more():
    assert len(read("é" * MAX_SCALAR, PATH).text) == MAX_SCALAR
    assert problem("é" * (MAX_SCALAR + 1)).rule == "too-large"
    assert problem(f"{'k' * (MAX_SCALAR + 1)}: v").rule in {"too-large", "yaml-syntax"}


def test_a_long_text_cannot_be_repeated_as_often_as_a_short_one():
    text = f"- &a {'x' * MAX_SCALAR}\n" + "- *a\n" * 1000
    assert problem(text).rule == "too-large"


TREES = st.recursive(
    st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), max_size=80),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcde", min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


def plain(node):
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {entry.name: plain(entry.value) for entry in node.entries.values()}


@given(TREES)
def test_json_of_texts_is_read_back_and_its_size_is_what_was_counted(value):
    text = json.dumps(value)
    tree = read(text, PATH)
    assert plain(tree) == value
    assert read(text, PATH, spent=MAX_NODES - size(tree)) == tree
    assert problem(text, spent=MAX_NODES - size(tree) + 1).rule == "too-large"


YAMLISH = st.text(st.sampled_from("ab:-?[]{}&*!|>'\"%@`#,<~ \n\t\r\\01é\u202e\x00")) | st.text()


@given(YAMLISH)
@example("\udcff")
@example("\ufeff")
@example("? ")
@example("%TAG ! tag:x,2000:\n---\n!a b")
def test_any_text_ends_in_a_tree_or_a_problem_with_its_place(text):
    try:
        node = read(text, PATH, first_line=7)
    except Malformed as error:
        place = error.problem.location
        assert place.path == PATH
        assert 7 <= place.line <= 8 + text.count("\n") + text.count("\r")
        assert place.column >= 1
    else:
        assert node is None or isinstance(node, Scalar | Sequence | Mapping)


HOSTILE = {
    "brackets": "[" * 100_000,
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000,
    "question marks": "? " * 100_000,
    "a sexagesimal": "1:" * 200_000,
    "sexagesimals": "- 1:1:1\n" * 100_000,
    "one quote": "'" + "a " * 400_000,
    "escaped ends of lines": '"' + "\\\n" * 300_000,
    "an endless block": "a: >\n" + " \n" * 300_000,
    "many blocks": "".join(f"k{n}: |\n x\n" for n in range(20_000)),
    "one long comment": "#" * 1_000_000,
    "one key again and again": "a:\n" * 200_000,
    "many keys": "".join(f"k{n}:\n" for n in range(60_000)),
    "many anchors": "".join(f"- &a{n} x\n" for n in range(60_000)),
    "many aliases": "- &a x\n" + "- *a\n" * 200_000,
    "aliases of aliases": "".join(
        ["a0: &a0 [x]\n"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 10_000)]
    ),
    "aliases of a long text": f"- &a {'x' * MAX_SCALAR}\n" + "- *a\n" * 100_000,
    "an endless tag": "!" * 1_000_000,
    "directives": "%TAG !a! b\n" * 80_000,
    "many documents": "---\n" * 200_000,
    "commas": "[" + "a," * 400_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_refused_or_read_within_2_seconds(name):
    began = time.process_time()
    try:
        read(HOSTILE[name], PATH)
    except Malformed as error:
        assert len(error.problem.message) < 200
    assert time.process_time() - began < 2
