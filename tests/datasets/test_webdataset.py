"""WebDataset: a picture and its class for each key, and no other member read."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from zoo.datasets import inspect_dataset, open_dataset
from zoo.errors import Unavailable


def test_a_sample_is_a_picture_and_its_class_by_key(tmp_path: Path, tar) -> None:
    members = [
        ("a.jpg", b"1"), ("a.cls", b"7"),
        ("sub/b.c.cls", b"999\n"), ("sub/b.c.jpg", b"no sample: the key is sub/b"),
        ("c.json", b'{"label": 3}'), ("c.png", b"3"),
        ("d.JPEG", b"4"), ("d.CLS", b" 0 "),
    ]  # fmt: skip
    dataset = inspect_dataset(tar(tmp_path / "val.tar", members))
    assert [(p.id, p.label, p.read()) for p in dataset.pictures] == [
        ("a", 7, b"1"), ("c", 3, b"3"), ("d", 0, b"4")
    ]  # fmt: skip
    assert [fault.message for fault in dataset.faults] == [
        f"{tmp_path}/val.tar: sub/b.c.cls has no picture of its key"
    ]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([("a.jpg", b"x")], "a.jpg has no .cls or .json with its class"),
        ([("a.cls", b"1")], "a.cls has no picture of its key"),
        ([("a.jpg", b"x"), ("a.cls", b"-1")], "a.cls holds no class index from 0"),
        ([("a.jpg", b"x"), ("a.cls", b"tench")], "a.cls holds no class index from 0"),
        ([("a.jpg", b"x"), ("a.cls", b"")], "a.cls holds no class index from 0"),
        ([("a.jpg", b"x"), ("a.cls", "²".encode())], "a.cls holds no class index from 0"),
        ([("a.jpg", b"x"), ("a.cls", b"1" * 7)], "a.cls holds no class index from 0"),
        ([("a.jpg", b"x"), ("a.cls", b" " * 65)], "a.cls holds no class index from 0"),
        ([("a.jpg", b"x"), ("a.json", b"{}")], "a.json holds no class index from 0"),
        ([("a.jpg", b"x"), ("a.json", b"[1]")], "a.json holds no class index from 0"),
        ([("a.jpg", b"x"), ("a.json", b"{")], "a.json holds no class index from 0"),
        ([("a.jpg", b"x"), ("a.json", b'{"label": true}')], "a.json holds no class index"),
        ([("a.jpg", b"x"), ("a.json", b'{"label": 1.5}')], "a.json holds no class index"),
        ([("a.jpg", b"x"), ("a.json", b"[" * 60_000)], "a.json holds no class index"),
        ([("a.jpg", b"x"), ("a.png", b"y"), ("a.cls", b"1")], "a.jpg has 2 pictures of one key"),
        ([("a.jpg", b"x"), ("a.jpg", b"y"), ("a.cls", b"1")], "a.jpg is there twice"),
        ([("a.jpg", b"x"), ("a.cls", b"1"), ("../b.jpg", b"y")], "leads out of the archive"),
    ],
)
def test_a_sample_that_is_not_in_order_is_named(tmp_path, tar, members, message: str) -> None:
    with pytest.raises(Unavailable, match=message):
        open_dataset(tar(tmp_path / "val.tar", members))


def test_a_key_is_of_one_sample_in_all_archives(tmp_path: Path, tar) -> None:
    for number in (0, 1):
        tar(tmp_path / f"val-{number}.tar", [("a.jpg", b"x"), ("a.cls", b"1")])
    with pytest.raises(Unavailable, match=r"val-1.tar: a.jpg has the key of .*val-0.tar: a.jpg"):
        open_dataset(tmp_path)


def test_a_missing_archive_is_named(layouts) -> None:
    (layouts["webdataset"] / "validation-00000-of-00002.tar").unlink()
    with pytest.raises(Unavailable, match="number 0 of the files is missing"):
        open_dataset(layouts["webdataset"])


def test_an_archive_that_is_cut_off_is_named(layouts) -> None:
    path = layouts["webdataset"] / "validation-00001-of-00002.tar"
    path.write_bytes(path.read_bytes()[:-10_240])
    with pytest.raises(Unavailable, match=r"validation-00001-of-00002.tar is cut off"):
        open_dataset(layouts["webdataset"])


class _Trap:
    def __reduce__(self) -> object:
        return pytest.fail, ("a pickle was opened",)


def test_other_members_are_never_read_and_are_told(tmp_path: Path, tar) -> None:
    trap = pickle.dumps(_Trap())
    members = [
        ("a.jpg", b"x"),
        ("a.cls", b"1"),
        ("a.pyd", trap),
        ("a.pickle", trap),
        ("a.txt", b""),
    ]
    dataset = open_dataset(tar(tmp_path / "val.tar", members))
    assert [picture.id for picture in dataset.pictures] == ["a"]
    assert dataset.notes == ("passed over: 1 × .pickle, 1 × .pyd, 1 × .txt",)


def test_a_folder_without_archives_holds_no_picture(tmp_path) -> None:
    with pytest.raises(Unavailable, match="holds no picture"):
        open_dataset(tmp_path, layout="webdataset")
