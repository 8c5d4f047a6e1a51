"""The registry: an immutable mapping of entries, its rows, and its table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from zoo.errors import nearest
from zoo.index import read_index
from zoo.registry import COLUMNS, Registry, row
from zoo.schemas import load

HERE = Path(__file__).parent
EVERY_FIELD = HERE / "index/valid/every-field.yaml"
INDEXES = sorted((HERE / "index/valid").iterdir())


@pytest.fixture
def registry():
    return Registry(read_index(EVERY_FIELD).entries)


def test_a_registry_maps_names_to_entries_in_the_order_of_the_index(registry):
    assert list(registry) == ["full", "empty", "nulls"]
    assert len(registry) == 3
    assert registry["full"].name == "full"
    assert "absent" not in registry
    with pytest.raises(KeyError):
        registry["absent"]


def test_a_registry_cannot_be_changed(registry):
    with pytest.raises(TypeError):
        registry["new"] = registry["full"]
    with pytest.raises(TypeError):
        del registry["full"]
    with pytest.raises(AttributeError):
        registry.extra = 1


def test_a_registry_of_nothing_is_empty():
    empty = Registry([])
    assert (len(empty), empty.rows()) == (0, [])
    assert list(empty.to_frame().columns) == list(COLUMNS[1:])
    assert len(empty.to_frame()) == 0


def test_a_row_has_numbers_in_base_units_and_accuracies_in_percent(registry):
    assert registry.rows()[0] == {
        "name": "full",
        "collection": "Family",
        "source": {"path": registry["full"].location.path, "line": 19},
        "parameters": 1234567,
        "flops": 4_100_000_000,
        "file_size": 98 * 2**20,
        "image_size": 224,
        "crop_pct": 0.875,
        "interpolation": "bicubic",
        "top1": 83.74,
        "top5": 96.77,
        "weights": "https://example.org/full-01234567.pth",
        "code": "https://example.org/full",
        "paper": "https://example.org/full.pdf",
        "tasks": ["Image Classification"],
        "training_data": ["ImageNet"],
    }


def test_what_is_not_claimed_is_none(registry):
    empty = row(registry["empty"])
    given = {key: value for key, value in empty.items() if value not in (None, [])}
    assert given == {"name": "empty", "source": {"path": empty["source"]["path"], "line": 44}}


@pytest.mark.parametrize("file", INDEXES, ids=lambda file: file.name)
def test_rows_satisfy_the_schema_of_the_list(file):
    schema = load("list")
    Draft202012Validator.check_schema(schema)
    rows = Registry(read_index(file).entries).rows()
    assert rows
    Draft202012Validator(schema).validate(json.loads(json.dumps(rows, allow_nan=False)))


def test_the_bundled_index_satisfies_the_schema_of_the_list():
    rows = Registry(read_index(HERE.parent / "model-index").entries).rows()
    assert rows
    Draft202012Validator(load("list")).validate(rows)


def test_a_table_has_one_row_a_model_and_one_column_a_field(registry):
    frame = registry.to_frame()
    assert list(frame.index) == list(registry)
    assert frame.index.name == "name"
    assert list(frame.columns) == list(COLUMNS[1:])
    assert frame.loc["full", "parameters"] == 1234567
    assert frame.loc["full", "source_line"] == 19
    assert frame["top1"].dropna().to_dict() == {"full": 83.74}
    assert frame.query("top1 > 80 and parameters < 30e6").index.tolist() == ["full"]


def test_a_table_has_every_column_of_a_row(registry):
    flat = {key for key in registry.rows()[0] if key != "source"} | {"source_path", "source_line"}
    assert set(COLUMNS) == flat


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("resnet5O", "did you mean resnet50?"),
        ("RESNET50", "did you mean resnet50?"),
        ("vgg", ""),
        ("", ""),
    ],
)
def test_a_mistyped_name_gets_the_nearest(word, hint):
    assert nearest(word, ["resnet50", "mixer"]) == hint
