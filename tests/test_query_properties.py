"""A condition means what its parts mean, however it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.damage import damaged
from zoo.errors import UsageError
from zoo.query import MAX_LENGTH, parse

COLUMNS = {
    "name": "text", "collection": "text", "source": "text", "parameters": "number",
    "crop_pct": "number", "top1": "number", "tasks": "list", "training_data": "list",
}  # fmt: skip
TEXT = st.text("aA b*?[!]-.:é'", max_size=5)
NUMBER = st.none() | st.integers(0, 10**12) | st.floats(0, 100).map(lambda value: round(value, 2))
ROWS = st.fixed_dictionaries(
    {
        "name": TEXT,
        "collection": st.none() | TEXT,
        "source": st.fixed_dictionaries({"path": TEXT, "line": st.integers(1, 9)}),
        "parameters": NUMBER,
        "crop_pct": NUMBER,
        "top1": NUMBER,
        "tasks": st.lists(TEXT, max_size=2),
        "training_data": st.lists(TEXT, max_size=2),
    }
)
QUOTED = TEXT.filter(lambda text: "'" not in text).map(lambda text: (f"'{text}'", text))
UNITS = st.sampled_from([("", 1), ("%", 1), ("K", 10**3), (" M", 10**6), ("GiB", 2**30)])
NUMERAL = st.tuples(st.decimals(0, 999, places=2) | st.integers(0, 999), UNITS).map(
    lambda pair: (f"{pair[0]}{pair[1][0]}", float(str(pair[0])) * pair[1][1])
)
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """A condition as it is written, and what it means, said here once more."""

    text: str
    holds: Callable[[Mapping[str, Any]], bool]


def plain(row: Mapping[str, Any], name: str) -> Any:
    value = row[name]
    return f"{value['path']}:{value['line']}" if isinstance(value, dict) else value


@st.composite
def atoms(draw: st.DrawFn) -> Condition:
    kind = draw(st.sampled_from(["number", "text", "list", "bare", "columns", "member"]))
    columns = [name for name, each in COLUMNS.items() if each == kind]
    if kind in {"number", "text"}:
        name, sign = draw(st.sampled_from(columns)), draw(st.sampled_from(sorted(SIGNS)))
        text, wanted = draw(NUMERAL if kind == "number" else QUOTED)
        return Condition(
            f"{name} {sign} {text}",
            lambda row: plain(row, name) is not None and SIGNS[sign](plain(row, name), wanted),
        )
    if kind == "list":
        name, (text, wanted) = draw(st.sampled_from(columns)), draw(QUOTED)
        return Condition(f"{text} in {name}", lambda row: wanted in row[name])
    if kind == "columns":
        one, other = draw(st.permutations(["top1", "crop_pct", "parameters"]))[:2]
        return Condition(
            f"{one} < {other}",
            lambda row: None not in (row[one], row[other]) and row[one] < row[other],
        )
    if kind == "member":
        wanted = draw(st.lists(QUOTED, min_size=1, max_size=3))
        listed = ", ".join(text for text, _ in wanted)
        return Condition(
            f"collection in ({listed})", lambda row: row["collection"] in [v for _, v in wanted]
        )
    name = draw(st.sampled_from(sorted(COLUMNS)))
    return Condition(name, lambda row: row[name] not in (None, []))


def joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    pair = st.tuples(inner, inner)
    return (
        inner.map(lambda one: Condition(f"not ({one.text})", lambda row: not one.holds(row)))
        | pair.map(lambda two: Condition(
            f"({two[0].text}) and ({two[1].text})",
            lambda row: two[0].holds(row) and two[1].holds(row)))
        | pair.map(lambda two: Condition(
            f"({two[0].text} or {two[1].text})",
            lambda row: two[0].holds(row) or two[1].holds(row)))
    )  # fmt: skip


CONDITIONS = st.recursive(atoms(), joined, max_leaves=5)


@given(CONDITIONS, ROWS)
def test_a_condition_holds_where_its_parts_say_so(
    condition: Condition, row: dict[str, Any]
) -> None:
    assert parse(condition.text, COLUMNS)(row) is condition.holds(row)


@given(CONDITIONS, CONDITIONS, ROWS)
def test_and_or_and_not_are_those_of_logic(a: Condition, b: Condition, row: dict[str, Any]) -> None:
    pairs = [
        (f"not ({a.text}) or not ({b.text})", f"not (({a.text}) and ({b.text}))"),
        (f"({a.text}) and ({b.text})", f"({b.text}) and ({a.text})"),
        (f"not not ({a.text})", f"(({a.text}))"),
        (f"({a.text}) or ({b.text}) and ({a.text})", a.text),
    ]
    for one, other in pairs:
        assert parse(one, COLUMNS)(row) == parse(other, COLUMNS)(row)


@given(
    CONDITIONS, ROWS, st.sampled_from([str.upper, str.title, lambda text: text.replace("_", "-")])
)
def test_the_writing_of_words_and_blanks_makes_no_difference(
    condition: Condition, row: dict[str, Any], rewrite: Callable[[str], str]
) -> None:
    parts = re.split(r"('[^']*')", condition.text)
    words = [
        re.sub(r"\b(and|or|not|in)\b|\w+_\w+", lambda m: keyword(rewrite, m[0]), part)
        if not part.startswith("'")
        else part
        for part in parts
    ]
    spaced = [
        part if part.startswith("'") else re.sub(r" (?![MG%])", " \t ", part) for part in words
    ]
    assert parse(f"  {''.join(spaced)}\n", COLUMNS)(row) == parse(condition.text, COLUMNS)(row)


def keyword(rewrite: Callable[[str], str], word: str) -> str:
    return rewrite(word) if word in {"and", "or", "not", "in"} else word.replace("_", "-")


JUNK = [b"(", b")", b"'", b'"', b"not ", b" and ", b" in ", b"~", b"1e999", b"9" * 500, b"[z-a]",
        b"*a" * 60, b"\x00", "é".encode(), b"-", b"=", b",", b"\\", b"5 Q", b"[",
        b"name ~ "]  # fmt: skip


@given(damaged(CONDITIONS.map(lambda each: each.text.encode()), JUNK), ROWS)
def test_a_condition_that_is_spoilt_means_something_or_points_at_a_column(
    data: bytes, row: dict[str, Any]
) -> None:
    text = data.decode("utf-8", "replace")
    try:
        holds = parse(text, COLUMNS)
    except UsageError as error:
        if len(text) <= MAX_LENGTH:
            said = re.match(r"--where, column (\d+): ", error.message)
            assert said and 1 <= int(said[1]) <= len(text) + 1
    else:
        assert holds(row) in (True, False)
        for name in COLUMNS:
            assert holds(row | {name: [] if COLUMNS[name] == "list" else None}) in (True, False)


@pytest.mark.parametrize("pattern", ["*a" * 1500, "[!" * 1000, "?*" * 1500, "[a-" * 900])
def test_a_pattern_is_compared_soon(pattern: str) -> None:
    assert parse(f"name ~ '{pattern}b'", COLUMNS)({"name": "a" * 2000}) is False
