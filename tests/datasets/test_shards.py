"""Of a numbered set no file may be missing, be there twice, or be of another set."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.datasets import _shards


@pytest.fixture
def shards(tmp_path: Path):
    """Make files of these names, and return what is read of the folder."""

    def read(*names: str) -> _shards.Shards:
        for name in names:
            (tmp_path / name).touch()
        return _shards.shards(tmp_path, ".tar")

    return read


def said(found: _shards.Shards, folder: Path) -> list[str]:
    return [fault.message.removeprefix(f"{folder}: ") for fault in found.faults]


@pytest.mark.parametrize(
    "names",
    [
        ["val-00000-of-00002.tar", "val-00001-of-00002.tar"],
        ["val-00000-of-00002-1ce8a97d12e20fb9.tar", "val-00001-of-00002-14ed5a2bf1ec23ab.tar"],
        ["imagenet1k-validation-00.tar", "imagenet1k-validation-01.tar"],
        ["imagenet-val-000001.tar", "imagenet-val-000002.tar"],
        ["0000.tar", "0001.tar"],
        ["val_0.tar", "val_1.tar", "val_2.tar"],
        ["pictures.tar"],
        ["imagenet-2012.tar"],  # one file says nothing of others
    ],
)
def test_a_whole_set_is_read_in_the_order_of_its_numbers(shards, tmp_path, names) -> None:
    found = shards(*reversed(names))
    assert [file.name for file in found.files] == names
    assert (found.faults, found.notes) == ((), ())


def test_numbers_are_not_in_the_order_of_the_alphabet(shards) -> None:
    found = shards(*(f"val-{number}.tar" for number in range(12)))
    assert [file.name for file in found.files] == [f"val-{number}.tar" for number in range(12)]


@pytest.mark.parametrize(
    ("names", "faults"),
    [
        (["val-00000-of-00003.tar", "val-00002-of-00003.tar"],
         ["number 1 of the files is missing"]),
        (["val-00000-of-00003.tar", "val-00001-of-00003.tar"],
         ["number 2 of the files is missing"]),
        (["val-00001-of-00002.tar"], ["number 0 of the files is missing"]),
        (["val-0.tar", "val-3.tar"], [f"number {n} of the files is missing" for n in (1, 2)]),
        (["val-2.tar", "val-3.tar"], ["number 1 of the files is missing"]),
        (["val-00002-of-00002.tar", "val-00001-of-00002.tar", "val-00000-of-00002.tar"],
         ["there is no number 2 in a set of 2"]),
        (["val-00000-of-00001-1ce8a97d12e20fb9.tar", "val-00000-of-00001-14ed5a2bf1ec23ab.tar"],
         ["number 0 of the files is there twice"]),
        (["val-00000-of-00001.tar", "val-00000-of-00002.tar"],
         ["files of sets of different sizes: val-00000-of-00001.tar, val-00000-of-00002.tar"]),
    ],
)  # fmt: skip
def test_a_set_that_is_not_whole_is_named(shards, tmp_path, names, faults: list[str]) -> None:
    assert said(shards(*names), tmp_path) == faults


def test_beside_other_sets_it_is_that_of_the_validation(shards) -> None:
    found = shards("train-0.tar", "validation-0.tar", "test-0.tar", "README.md")
    assert [file.name for file in found.files] == ["validation-0.tar"]
    assert found.notes == ("passed over: README.md, test-0.tar, train-0.tar",)


def test_of_several_sets_none_is_guessed(shards, tmp_path: Path) -> None:
    found = shards("a-0.tar", "b-0.tar", "evaluation-0.tar")
    assert found.files == ()
    assert said(found, tmp_path) == [
        "several sets, none named val: a-0.tar, b-0.tar, evaluation-0.tar"
    ]


def test_a_folder_without_any_file_of_the_kind_says_what_is_there(shards, tmp_path) -> None:
    assert said(shards(), tmp_path) == []
    found = shards("val-0.zip")
    assert found.files == ()
    assert said(found, tmp_path) == [f"{tmp_path / 'val-0.zip'} is no .tar file"]


def test_other_files_and_folders_are_faults(shards, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    found = shards("val-0.tar", "val-1.tar.part", ".DS_Store")
    assert said(found, tmp_path) == [
        f"{tmp_path}/more is no .tar file",
        f"{tmp_path}/val-1.tar.part is no .tar file",
    ]
    assert found.notes == ("passed over: .DS_Store",)
