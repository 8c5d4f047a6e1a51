"""A CSV of pictures: each that is named is there, once, with its class."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.datasets import open_dataset
from zoo.errors import Unavailable
from zoo.pictures import Dataset

SHIPPED = "package://foolbox/data/imagenet_00_243.jpg"


@pytest.fixture
def manifest(tmp_path: Path):
    """Write a CSV beside two files that stand for pictures, and open it."""
    (tmp_path / "a.jpg").write_bytes(b"a")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b c.png").write_bytes(b"b")

    def run(text: str | bytes, name: str = "pictures.csv") -> Dataset:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return open_dataset(path)

    return run


def labels(dataset: Dataset) -> list[tuple[str, int]]:
    return [(picture.id, picture.label) for picture in dataset.pictures]


def test_a_manifest_gives_its_pictures_in_the_order_of_its_lines(manifest, tmp_path: Path) -> None:
    dataset = manifest("path,class\nsub/b c.png,999\na.jpg,0\n")
    assert labels(dataset) == [("sub/b c.png", 999), ("a.jpg", 0)]
    assert dataset.pictures[0].place.path == tmp_path / "sub" / "b c.png"
    assert dataset.layout == "manifest of 2 pictures"
    assert dataset.whole == ""


@pytest.mark.parametrize(
    "text",
    [
        "class,note,path\n7,any,a.jpg\n",
        "\ufeffpath,class\na.jpg,7\n",
        "path,class\r\na.jpg, 7 \r\n",
        'path,class\n"a.jpg","7"\n',
        "path,class\na.jpg,007",
        "path,class\n\na.jpg,7\n\n",
    ],
)
def test_the_ways_in_which_tables_are_written_are_read(manifest, text: str) -> None:
    assert labels(manifest(text, "TABLE.CSV")) == [("a.jpg", 7)]


def test_a_path_may_be_absolute(manifest, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    assert manifest(f"path,class\n{path},7\n").pictures[0].place.path == path


def test_a_picture_may_be_one_that_a_package_ships(manifest) -> None:
    picture = manifest(f"path,class\n{SHIPPED},243\n").pictures[0]
    assert picture.id == SHIPPED
    assert picture.read().startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "pictures.csv:1: the first line must name the columns path and class"),
        ("a.jpg,7\n", "pictures.csv:1: the first line must name"),
        ("path;class\na.jpg;7\n", "pictures.csv:1: the first line must name"),
        ("path,class\n", "pictures.csv lists no picture"),
        ("path,class\na.jpg,-1\n", "pictures.csv:2: the class must be an index from 0, not '-1'"),
        ("path,class\na.jpg,tench\n", "pictures.csv:2: the class must be .* not 'tench'"),
        ("path,class\na.jpg,1.0\n", "pictures.csv:2: the class must be .* not '1.0'"),
        ("path,class\na.jpg,²\n", "pictures.csv:2: the class must be .* not '²'"),
        ("path,class\na.jpg,\n", "pictures.csv:2: the class must be .* not ''"),
        ("path,class\na.jpg\n", "pictures.csv:2: the class must be .* not ''"),
        ("path,class\na.jpg,1,2\n", "pictures.csv:2: the line has more cells than the first line"),
        ("path,class\na.jpg,1234567\n", "pictures.csv:2: the class must be"),
        ("path,class\na.jpg,1\nz.jpg,2\n", "pictures.csv:3: there is no picture z.jpg"),
        ("path,class\nsub,1\n", "pictures.csv:2: there is no picture sub"),
        ("path,class\n,1\n", "pictures.csv:2: there is no picture "),
        ("path,class\na.jpg,1\na.jpg,1\n", "pictures.csv:3: a.jpg is listed twice"),
        ("path,class\na.jpg,1\n./a.jpg,2\n", r"pictures.csv:3: \./a.jpg is listed twice"),
        ("path,class\npackage://foolbox/x.jpg,1\n", "pictures.csv:2: there is no file .*x.jpg"),
        ("path,class\npackage://foolbox/../x,1\n", "pictures.csv:2: .* leads out of"),
        ("path,class\npackage://not_there/x,1\n", "pictures.csv:2: .* not_there is not installed"),
        ("path,class\npackage:x,1\n", "pictures.csv:2: .* is not of the form package://"),
        ('path,class\n"a.jpg,7\n', "pictures.csv cannot be read as CSV"),
        (b"path,class\na\xff.jpg,7\n", "pictures.csv cannot be read as CSV"),
        (f"path,class\n{'a' * 200_000},7\n", "pictures.csv cannot be read as CSV"),
    ],
)
def test_a_manifest_that_is_not_in_order_is_refused_with_the_line(
    manifest, text: str | bytes, message: str
) -> None:
    with pytest.raises(Unavailable, match=message):
        manifest(text)


@pytest.mark.parametrize("path", ["a\0b.jpg", "a" * 300])
def test_a_path_that_no_file_system_takes_is_no_picture(manifest, path: str) -> None:
    with pytest.raises(
        Unavailable, match=r"pictures\.csv(:2: there is no picture| cannot be read)"
    ):
        manifest(f"path,class\n{path},7\n")
