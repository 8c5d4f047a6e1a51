"""Predictions as Parquet: the same bytes for the same predictions, and nothing odd is believed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from zoo.errors import Unavailable
from zoo.predictions import Prediction, Predictions
from zoo.predictions.table import KEY, MOST_MARGIN, read, to_bytes

SHA = "0123456789abcdef" * 4
ITEM = Prediction("a/b.JPEG", SHA, 3, (3, 1, 4, 0, 5), None, 0.5)
SAID = {"weights": "11", "drawn": None, "versions": {"torch": "2"}}

classes = st.integers(0, 2**31 - 1)
predictions = st.builds(
    Prediction,
    id=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    label=classes,
    top=st.lists(classes, max_size=5, unique=True).map(tuple),
    accepted=st.none() | st.frozensets(classes, max_size=4),
    margin=st.floats(0, MOST_MARGIN, width=32),
)
several = st.lists(predictions, max_size=8, unique_by=lambda item: item.id).map(tuple)


@given(several)
def test_what_was_written_is_read_back(items: tuple[Prediction, ...]) -> None:
    content = to_bytes(items, SAID)
    table = read(content)
    assert table.items == items
    assert table.said == SAID
    assert to_bytes(table.items, table.said) == content


def test_a_table_is_read_by_others_too(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    path.write_bytes(to_bytes([ITEM], SAID))
    (row,) = parquet.read_table(path).to_pylist()
    assert row == {
        "id": "a/b.JPEG",
        "sha256": SHA,
        "label": 3,
        "accepted": None,
        "top": [3, 1, 4, 0, 5],
        "margin": 0.5,
    }


def test_a_margin_that_no_float32_holds_is_the_largest_of_them() -> None:
    logits = np.array([3e38, -3e38], np.float32)
    with np.errstate(over="ignore"):
        leads = float(logits[0] - logits[1]), 6e38
    for lead in leads:
        (item,) = read(to_bytes([replace(ITEM, margin=lead)], SAID)).items
        assert item.margin == MOST_MARGIN == np.finfo(np.float32).max


def test_a_name_that_is_no_text_is_an_error() -> None:
    with pytest.raises(Unavailable, match=r"'\\udcff.jpg' is no Unicode text"):
        to_bytes([replace(ITEM, id="\udcff.jpg")], {})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sha256": "11"}, "row 1 has no SHA-256"),
        ({"sha256": "Z" * 64}, "row 1 has no SHA-256"),
        ({"label": -1}, "row 1 has no class"),
        ({"top": (1, 1)}, "row 1 has no 5 best classes"),
        ({"top": (1, 2, 3, 4, 5, 6)}, "row 1 has no 5 best classes"),
        ({"top": (-2,)}, "row 1 has no class"),
        ({"accepted": frozenset([-2])}, "row 1 has no class"),
        ({"margin": float("nan")}, "row 1 has no margin"),
        ({"margin": -1.0}, "row 1 has no margin"),
    ],
)
def test_a_row_that_no_network_gives_is_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(to_bytes([replace(ITEM, **changed)], SAID))


def test_a_margin_without_end_is_refused() -> None:
    table = parquet.read_table(pyarrow.BufferReader(to_bytes([ITEM], SAID)))
    endless = pyarrow.array([float("inf")], pyarrow.float32())
    with pytest.raises(ValueError, match="row 1 has no margin"):
        read(_written(table.set_column(5, table.schema.field("margin"), endless)))


def test_a_picture_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"2 rows are about the picture a/b.JPEG"):
        read(to_bytes([ITEM, replace(ITEM, label=1)], SAID))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no table", to_bytes([ITEM], SAID)[:-9]])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(content)


@pytest.mark.parametrize(
    "said", [None, b"", b"[]", b"{", b"[" * 100_000, b'{"a": NaN}', b'{"a": 1e999}']
)
def test_a_table_that_does_not_say_what_it_rests_on_is_refused(said: bytes | None) -> None:
    table = parquet.read_table(pyarrow.BufferReader(to_bytes([ITEM], SAID)))
    other = table.replace_schema_metadata(None if said is None else {KEY: said})
    with pytest.raises(ValueError, match="does not say what it rests on"):
        read(_written(other))


def test_a_table_with_other_columns_is_refused() -> None:
    table = parquet.read_table(pyarrow.BufferReader(to_bytes([ITEM], SAID)))
    for other in (table.drop_columns("margin"), table.append_column("more", table["id"])):
        with pytest.raises(ValueError, match="it has other columns"):
            read(_written(other))


def test_every_changed_byte_is_noticed_or_changes_nothing() -> None:
    items = tuple(replace(ITEM, id=f"{n}", label=n) for n in range(20))
    content = to_bytes(items, SAID)
    random = np.random.default_rng(5)
    noticed = 0
    for place in random.choice(len(content), 300, replace=False):
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << int(random.integers(8))
        try:
            found = read(bytes(spoilt))
        except (ValueError, OSError, MemoryError):
            noticed += 1
            continue
        if found.said == SAID:
            assert found.items == items
    assert noticed > 150


def _written(table: pyarrow.Table) -> bytes:
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def test_the_outcome_depends_on_what_was_predicted_and_on_nothing_else() -> None:
    other = replace(ITEM, id="c", label=7)
    found = Predictions((ITEM, other), "", "", "")
    same = Predictions((other, replace(ITEM, margin=0.25)), "x", "y", "z")
    assert (found.ids, found.outcome) == (same.ids, same.outcome)
    for changed in ({"label": 4}, {"top": (3, 1, 4, 5, 0)}, {"id": "d"}):
        assert Predictions((replace(ITEM, **changed), other), "", "", "").outcome != found.outcome
