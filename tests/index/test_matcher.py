"""The matcher accepts of an index what jsonschema accepts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.index import schema
from zoo.index.compose import read
from zoo.index.tree import fold

KEYS = [*sorted({*schema._all_spellings().values()}), "own", "top_1_accuracy", "FLOPS", "name"]
SCALARS = [
    "", "null", "~", "no", "1", "'1'", "4.1 G", "25.6M", "83.7%", "0.5", "224", "a", "-a",
    "model-index", "Model-Index", "bicubic", "sha256:0123456789abcdef", "'null'", "' '",
]  # fmt: skip
TREES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: (
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=5).map(
            lambda fields: "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"
        )
        | st.lists(inner, max_size=5).map(lambda items: f"[{', '.join(items)}]")
    ),
    max_leaves=15,
)


def tree(text):
    try:
        return read(text, "x")
    except Exception:
        return None


def agree(node):
    plain = schema.instance(node)
    accepted = schema.matcher()(plain)
    assert accepted == schema.validator().is_valid(plain)
    return accepted


@given(TREES)
def test_the_matcher_agrees_with_jsonschema_on_any_tree(text):
    node = tree(text)
    if node is not None:
        agree(node)


@given(
    st.dictionaries(st.sampled_from(KEYS), TREES, max_size=4),
    st.sampled_from(["Models", "Collections"]),
)
def test_the_matcher_agrees_with_jsonschema_on_the_parts_of_a_model(fields, kind):
    inner = ", ".join(f"{key}: {value}" for key, value in fields.items() if fold(key) != "name")
    node = tree(f"{{{kind}: [{{Name: a, {inner}}}]}}")
    if node is not None:
        agree(node)


@pytest.mark.parametrize("key", ["Metadata", "Metrics"])
@given(field=st.sampled_from(KEYS), value=st.sampled_from([*SCALARS, "[1, 2]", "[]", "{a: b}"]))
def test_the_matcher_agrees_with_jsonschema_on_every_field(key, field, value):
    part = f"{key}: {{{field}: {value}}}"
    if key == "Metrics":
        part = f"Results: [{{Task: t, Dataset: d, {part}}}]"
    node = tree(f"Models: [{{Name: a, {part}}}]")
    assert node is not None
    agree(node)


def test_an_index_of_every_field_is_accepted():
    text = (Path(__file__).parent / "valid/every-field.yaml").read_text(encoding="utf-8")
    assert agree(read(text, "x"))


def test_jsonschema_is_not_imported_for_an_index_that_is_right():
    file = Path(__file__).parent / "valid/every-field.yaml"
    code = f"""
import pathlib, sys
from zoo.index import read_index
read_index(pathlib.Path({str(file)!r}))
sys.exit("jsonschema" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
