"""Parquet as Hugging Face publishes it: bytes and labels of each row, and of every shard."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.datasets import _imagenet, inspect_dataset, open_dataset
from zoo.datasets.parquet import LAYOUT
from zoo.errors import Unavailable

WNIDS = list(_imagenet.wnids())
ROWS: list[tuple[str | None, int]] = [("a.JPEG", 3), ("b.JPEG", 999), ("c.JPEG", 0)]


def labels(path: Path) -> list[tuple[str, int]]:
    return [(picture.id, picture.label) for picture in open_dataset(path).pictures]


def huggingface(names: list[str]) -> dict[bytes, bytes]:
    feature = {"names": names, "_type": "ClassLabel"}
    return {b"huggingface": json.dumps({"info": {"features": {"label": feature}}}).encode()}


def test_rows_are_read_over_groups_and_named_by_their_path(tmp_path, parquet, draw) -> None:
    dataset = open_dataset(parquet(tmp_path / "val.parquet", ROWS))
    assert [(p.id, p.label) for p in dataset.pictures] == ROWS
    assert [p.read() for p in dataset.pictures] == [draw(0), draw(1), draw(2)]
    assert dataset.layout == "Parquet: 3 pictures in 1 files"


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_the_bytes_may_be_the_column_itself(tmp_path: Path, draw, kind: pa.DataType) -> None:
    table = pa.table({"image": pa.array([draw(0)], kind), "label": pa.array([7], pa.int16())})
    pq.write_table(table, tmp_path / "val.parquet")
    (picture,) = open_dataset(tmp_path / "val.parquet").pictures
    assert (picture.id, picture.label, picture.read()) == ("val.parquet#0.0", 7, draw(0))


def test_without_paths_rows_are_named_by_their_place(tmp_path: Path, parquet) -> None:
    path = parquet(tmp_path / "val.parquet", [(None, 1), (None, 2), ("", 3)])
    assert [id for id, _ in labels(path)] == [
        "val.parquet#0.0",
        "val.parquet#0.1",
        "val.parquet#1.0",
    ]


@pytest.mark.parametrize("below", ["", "data", "validation"])
def test_the_files_may_lie_one_folder_below(tmp_path: Path, parquet, below: str) -> None:
    (tmp_path / below).mkdir(exist_ok=True)
    parquet(tmp_path / below / "validation-00000-of-00001.parquet", ROWS)
    assert len(open_dataset(tmp_path).pictures) == 3


def test_a_file_that_has_changed_is_read_again(tmp_path: Path, parquet, draw) -> None:
    path = parquet(tmp_path / "val.parquet", ROWS)
    (first, *_) = open_dataset(path).pictures
    assert first.read() == draw(0)
    parquet(path, [*ROWS, ("d.JPEG", 1)], [draw(9)] * 4)
    assert first.read() == draw(9)


def test_classes_that_are_named_by_wordnet_id_are_what_they_are_named(tmp_path, parquet) -> None:
    names = [WNIDS[5], WNIDS[2], WNIDS[0], WNIDS[999]]
    path = parquet(tmp_path / "val.parquet", [("a", 0), ("b", 3)], metadata=huggingface(names))
    assert labels(path) == [("a", 5), ("b", 999)]


@pytest.mark.parametrize("names", [["tench", "goldfish, Carassius auratus"], []])
def test_classes_that_are_named_in_words_are_numbers(tmp_path, parquet, names: list[str]) -> None:
    path = parquet(tmp_path / "val.parquet", [("a", 1)], metadata=huggingface(names))
    assert labels(path) == [("a", 1)]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b"[" * 100_000, b'{"info": null}'])
def test_metadata_that_is_none_says_nothing(tmp_path: Path, parquet, text: bytes) -> None:
    path = parquet(tmp_path / "val.parquet", [("a", 1)], metadata={b"huggingface": text})
    assert labels(path) == [("a", 1)]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ({"image": [b"x"]}, "image (binary)"),
        ({"label": [1]}, "label (int64)"),
        ({"img": [b"x"], "label": [1]}, "img (binary), label (int64)"),
        ({"image": [b"x"], "label": ["tench"]}, "image (binary), label (string)"),
        ({"image": [b"x"], "label": [1.0]}, "image (binary), label (double)"),
        ({"image": ["a.jpg"], "label": [1]}, "image (string), label (int64)"),
        ({"image": [{"path": "a.jpg"}], "label": [1]}, "image (struct<path: string>)"),
    ],
)
def test_other_columns_are_refused_with_those_that_are_there(tmp_path, table, found: str) -> None:
    pq.write_table(pa.table(table), tmp_path / "val.parquet")
    with pytest.raises(Unavailable, match="has not the columns image") as error:
        open_dataset(tmp_path / "val.parquet")
    assert found in error.value.message


@pytest.mark.parametrize("label", [-1, None])
def test_a_label_that_is_no_class_is_a_fault(tmp_path: Path, parquet, label: int) -> None:
    path = parquet(tmp_path / "val.parquet", [("a", 1), ("b", label)])
    (fault,) = inspect_dataset(path).faults
    assert fault.message == f"{path}: row 1 of group 0 (b) has the label {label}, which is no class"


def test_a_label_that_the_files_classes_have_not_is_a_fault(tmp_path: Path, parquet) -> None:
    path = parquet(tmp_path / "val.parquet", [("a", 1)], metadata=huggingface([WNIDS[0]]))
    with pytest.raises(Unavailable, match="has the label 1, which is no class"):
        open_dataset(path)


def test_a_name_and_a_label_that_say_different_classes_are_a_fault(tmp_path, parquet) -> None:
    rows = [(f"ILSVRC2012_val_0000000{n}_{WNIDS[n]}.JPEG", n) for n in (1, 2)]
    assert len(open_dataset(parquet(tmp_path / "right.parquet", rows)).pictures) == 2
    wrong = parquet(tmp_path / "wrong.parquet", [(rows[0][0], 1), (rows[1][0], 3)])
    with pytest.raises(Unavailable, match=f"is named {WNIDS[2]} and has the class 3"):
        open_dataset(wrong)


def test_a_name_that_is_there_twice_is_a_fault(tmp_path: Path, parquet) -> None:
    path = parquet(tmp_path / "val.parquet", [("a", 1), ("b", 1), ("a", 1)])
    with pytest.raises(Unavailable, match=r"row 0 of group 1 \(a\) has the name of .*row 0 of"):
        open_dataset(path)


def test_a_row_without_bytes_is_an_error_of_the_picture(tmp_path: Path, parquet) -> None:
    path = parquet(tmp_path / "val.parquet", [("a", 1)], [None])
    (picture,) = open_dataset(path).pictures
    with pytest.raises(ValueError, match="the row holds no bytes"):
        picture.read()


@pytest.mark.parametrize("keep", [0, 4, 100, -1, -8, -100])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, parquet, keep: int) -> None:
    path = parquet(tmp_path / "val.parquet", ROWS)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(Unavailable, match=r"val.parquet cannot be read as Parquet"):
        open_dataset(path)


@given(st.data())
def test_damage_ends_in_a_dataset_or_in_a_message(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("parquet") / "val.parquet"
    images = [{"bytes": b"x" * 50, "path": f"{number}.jpg"} for number in range(6)]
    pq.write_table(pa.table({"image": images, "label": range(6)}), path, row_group_size=2)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(Unavailable):
        for picture in inspect_dataset(path).pictures:
            with contextlib.suppress(OSError, ValueError):
                picture.read()


def test_pages_that_have_a_checksum_are_held_to_it(tmp_path: Path) -> None:
    path = tmp_path / "val.parquet"
    table = pa.table({"image": [b"picture" * 20], "label": [1]})
    plain = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    pq.write_table(table, path, write_page_checksum=True, **plain)
    (picture,) = open_dataset(path).pictures
    path.write_bytes(path.read_bytes().replace(b"picturepicture", b"picture_icture", 1))
    with pytest.raises(ValueError, match=r"CRC|checksum"):
        picture.read()


def test_a_page_of_html_is_no_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "val.parquet").write_text("<html>not found</html>")
    with pytest.raises(Unavailable, match="cannot be read as Parquet"):
        open_dataset(tmp_path / "val.parquet")


def test_other_folders_are_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    assert not LAYOUT.recognises(tmp_path)
    assert not LAYOUT.recognises(tmp_path / "notes.txt")
