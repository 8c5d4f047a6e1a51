"""The matcher accepts what jsonschema accepts, and knows every keyword of the schemas it is for."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from zoo.schemas import fault, load, matcher
from zoo.schemas.matcher import UnknownKeyword, compiled

GOLDENS = Path(__file__).parent / "goldens"
DIGEST = "0" * 64
ENTRY = {"model": "a", "rule": "flops", "metric": "flops", "claimed": 1, "reason": "r"}
DOCUMENTS: dict[str, list[Any]] = {
    "run": [json.loads((GOLDENS / "run.json").read_text(encoding="utf-8"))],
    "baseline": [
        {
            "Type": "zoo-baseline",
            "schema_version": "1",
            "known": [
                ENTRY | {"measured": 2.5, "issue": "https://example.org/7"},
                ENTRY | {"error": "refused", "expires": "2027-01-31"},
            ],
        }
    ],
    "lock": [
        {
            "schema_version": "1",
            "models": {
                "a": {
                    "url": "https://example.org/a.pth",
                    "sha256": DIGEST,
                    "size": 7,
                    "first_seen": "2026-01-02",
                }
            },
        }
    ],
    "config": [
        {
            "index": "x",
            "offline": True,
            "jobs": 2,
            "datasets": {"ImageNet": "/data"},
            "tolerances": {"flops": {"absolute": 0, "relative": 0.5}},
        }
    ],
}
VALUES = st.recursive(
    st.sampled_from(
        [None, True, False, 0, 1, -1, 1.0, 0.5, "", "1", "a", "PASS", "known", "x\n", DIGEST,
         "2027-01-31", "refused", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z\n"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["path", "line", "model", "own"]), inner, max_size=3)
    ),
    max_leaves=5,
)  # fmt: skip


def schema_of(name: str) -> Draft202012Validator:
    return Draft202012Validator(load(name))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path to each value within a document."""
    match value:
        case dict():
            parts = list(value.items())
        case list():
            parts = list(enumerate(value))
        case _:
            parts = []
    return [(*path, key) for key, _ in parts] + [
        place for key, part in parts for place in places(part, (*path, key))
    ]


def changed(document: Any, path: tuple[Any, ...], value: Any, how: str) -> Any:
    """Return a document with one value replaced, taken out, or with a stranger beside it."""
    new = copy.deepcopy(document)
    holder = new
    for step in path[:-1]:
        holder = holder[step]
    if how == "replaced":
        holder[path[-1]] = value
    elif how == "taken out":
        del holder[path[-1]]
    elif isinstance(holder, dict):
        holder["own"] = value
    return new


SEEDS = [(name, document) for name, documents in DOCUMENTS.items() for document in documents]


@pytest.mark.parametrize(("name", "document"), SEEDS, ids=[name for name, _ in SEEDS])
def test_a_right_document_is_accepted(name: str, document: Any) -> None:
    assert schema_of(name).is_valid(document)
    assert matcher(name)(document)
    assert fault(name, document) is None


@given(data=st.data())
def test_the_matcher_agrees_with_jsonschema_on_documents_that_are_nearly_right(
    data: st.DataObject,
) -> None:
    name, document = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(places(document)))
        how = data.draw(st.sampled_from(["replaced", "taken out", "beside"]))
        document = changed(document, path, data.draw(VALUES), how)
    accepted = schema_of(name).is_valid(document)
    assert matcher(name)(document) == accepted
    assert (fault(name, document) is None) == accepted


@given(VALUES)
def test_the_matcher_agrees_with_jsonschema_on_any_value(value: Any) -> None:
    for name in DOCUMENTS:
        assert matcher(name)(value) == schema_of(name).is_valid(value)


KEYWORDS: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": "number"},
    {"type": ["number", "null"]},
    {"type": ["integer", "boolean"]},
    {"enum": ["a", None]},
    {"const": "1"},
    {"pattern": "^[a-z]$"},
    {"minimum": 1},
    {"minLength": 1, "maxLength": 2},
    {"minItems": 1, "maxItems": 2},
    {"items": {"type": "string"}},
    {"properties": {"path": {"type": "string"}}, "additionalProperties": {"type": "null"}},
    {"additionalProperties": False},
    {"required": ["path", "own"]},
    {"anyOf": [{"type": "string"}, {"minimum": 1}]},
    {"oneOf": [{"required": ["path"]}, {"required": ["own"]}]},
    {"if": {"required": ["path"]}, "then": {"required": ["own"]}},
]


@pytest.mark.parametrize("schema", KEYWORDS, ids=str)
@given(value=VALUES)
def test_each_keyword_means_what_jsonschema_takes_it_for(schema: Any, value: Any) -> None:
    assert compiled(schema, {})(value) == Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    "part",
    [{"uniqueItems": True}, {"items": {"maximum": 0}}, {"patternProperties": {"a": {}}},
     {"$ref": "https://example.org"}, {"$ref": "#/$defs/none"}, {"format": "email"},
     {"then": {"type": "string"}}, {"properties": {"a": {"uniqueItems": True}}},
     {"enum": [1]}, {"const": True}],
)  # fmt: skip
def test_a_keyword_that_would_not_be_checked_is_refused(part: Any) -> None:
    with pytest.raises(UnknownKeyword):
        compiled({"$defs": {}, **part}, {})


def test_a_definition_may_refer_to_itself() -> None:
    nested = {
        "$defs": {"list": {"type": "array", "items": {"$ref": "#/$defs/list"}}},
        "$ref": "#/$defs/list",
    }
    accepts = compiled(nested, {})
    assert accepts([[], [[]]])
    assert not accepts([[], ["a"]])


def test_jsonschema_is_not_imported_for_a_run_that_is_right() -> None:
    code = f"""
import pathlib, sys
from zoo.evidence import from_json
from_json(pathlib.Path({str(GOLDENS / "run.json")!r}).read_text(encoding="utf-8"), "run.json")
sys.exit("jsonschema" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
