"""The file of a baseline is read as it was written, and every fault in it has its line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.baseline.test_apply import ENTRY, NO_CODE
from zoo.baseline import Entry, parse, read, to_text
from zoo.errors import UsageError
from zoo.schemas import load

HEAD = "Type: zoo-baseline\nschema_version: '1'\nknown:\n"
ITEM = """\
- model: tiny
  rule: flops
  metric: flops
  claimed: 100
  measured: 200
  reason: known
"""
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc"]))
VALUES = st.one_of(
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    TEXT,
    st.lists(st.floats(0, 1), min_size=1, max_size=3),
)


def unplaced(entries: list[Entry]) -> list[Entry]:
    return [replace(entry, location=None) for entry in entries]


@given(VALUES, VALUES, TEXT.filter(str.strip), st.sampled_from(["", "2027-01-31"]))
def test_every_value_is_read_back(claimed: object, measured: object, reason: str, day: str) -> None:
    entry = Entry(
        "a/b", "x", "top-1", claimed, measured, dataset=reason, reason=reason, expires=day
    )
    assert unplaced(parse(to_text([entry]), "b.yml")) == [entry]


def test_the_text_satisfies_the_schema_that_is_shown() -> None:
    schema = load("baseline")
    Draft202012Validator.check_schema(schema)
    text = to_text([ENTRY, NO_CODE, replace(ENTRY, issue="https://e.org/1", expires="2027-01-31")])
    Draft202012Validator(schema).validate(json.loads(json.dumps(yaml.safe_load(text))))


def test_texts_that_look_like_numbers_stay_texts() -> None:
    entry = replace(ENTRY, claimed="1e5", measured="224", location=None)
    assert unplaced(parse(to_text([entry]), "b.yml")) == [entry]


def test_a_number_that_no_float_holds_is_refused_at_its_line() -> None:
    with pytest.raises(UsageError, match=r"b\.yml:7: 1e400 is larger than any number") as error:
        parse(HEAD + ITEM.replace("100", "1e400"), "b.yml")
    assert error.value.hint


def test_an_entry_knows_its_line() -> None:
    first, second = parse(HEAD + ITEM + ITEM, "b.yml")
    assert [(e.location.path, e.location.line) for e in (first, second) if e.location] == [
        ("b.yml", 4), ("b.yml", 10)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Models: []\n", "b.yml is not a baseline"),
        ("", "b.yml is not a baseline"),
        (HEAD.replace("'1'", "'2'") + ITEM, "b.yml:2: not a baseline of schema version 1"),
        (HEAD.replace("'1'", "[1]") + ITEM, "b.yml:2: /schema_version breaks the rule 'const'"),
        (HEAD + ITEM.replace("  reason: known\n", ""), "b.yml:4: /known/0 breaks the rule"),
        (HEAD + ITEM.replace("known", "''"), "b.yml:9: /known/0/reason breaks the rule"),
        (HEAD + ITEM + "  error: refused\n", "b.yml:4: /known/0 breaks the rule 'oneOf'"),
        (HEAD + ITEM + "  expires: soon\n", "b.yml:10: /known/0/expires breaks the rule"),
        (HEAD + ITEM + "  expires: 2027-02-30\n", "b.yml:4: expires: there is no day 2027-02-30"),
        (HEAD + ITEM + "  issue: javascript:x\n", "b.yml:10: /known/0/issue breaks the rule"),
        (HEAD + ITEM + "  verdict: FAIL\n", "b.yml:4: /known/0 breaks the rule"),
        (HEAD + "- [", "b.yml:4: cannot be read as YAML"),
        (HEAD + "- !!python/object:os.system x\n", "b.yml:4: tags are not read here"),
        (HEAD + ITEM + ITEM.replace("- model", "  model"), "b.yml:10: the key 'model' is already"),
    ],
)
def test_every_fault_is_a_message_with_its_line(text: str, said: str) -> None:
    with pytest.raises(UsageError) as fault:
        parse(text, "b.yml")
    assert fault.value.message.startswith(said)
    assert fault.value.hint


def test_of_a_later_version_a_newer_zoo_is_named() -> None:
    with pytest.raises(UsageError) as fault:
        parse(HEAD.replace("'1'", "'2'") + ITEM, "b.yml")
    assert "it may be of a newer zoo" in fault.value.hint


def test_a_file_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "none.yml")


def test_a_large_registry_fits() -> None:
    entries = [replace(ENTRY, model=f"m{n}", location=None) for n in range(5_000)]
    assert len(parse(to_text(entries), "b.yml")) == 5_000


@given(st.one_of(st.text(), st.text().map(lambda text: HEAD + text)))
def test_any_text_is_a_baseline_or_a_message(text: str) -> None:
    try:
        assert isinstance(parse(text, "b.yml"), list)
    except UsageError as fault:
        assert fault.hint


@given(st.recursive(TEXT | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["model", "rule", "claimed", "measured", "known", "expires"]) | TEXT, inner
), max_leaves=10))  # fmt: skip
def test_any_document_is_a_baseline_or_a_message(known: object) -> None:
    text = yaml.safe_dump({"Type": "zoo-baseline", "schema_version": "1", "known": known})
    try:
        parse(text, "b.yml")
    except UsageError as fault:
        assert "b.yml:" in fault.message
