"""Datasets: every picture that is named is there, with the right class, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.datasets import LAYOUTS, imagenet_folder, open_dataset
from zoo.errors import Unavailable
from zoo.pictures import Dataset

SHIPPED = "package://foolbox/data/imagenet_00_243.jpg"
TENCH, GOLDFISH, TISSUE = "n01440764", "n01443537", "n15075141"


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


@pytest.fixture
def folders(tmp_path: Path):
    """Make class folders with files that stand for pictures; return their parent."""

    def make(parent: str = "imagenet", **files: list[str]) -> Path:
        root = tmp_path / parent
        for folder, names in files.items():
            (root / folder).mkdir(parents=True)
            for name in names:
                (root / folder / name).touch()
        return root

    return make


def labels(dataset: Dataset) -> list[tuple[str, int]]:
    return [(picture.id, picture.label) for picture in dataset.pictures]


def test_a_manifest_gives_its_pictures_in_the_order_of_its_lines(manifest, tmp_path: Path) -> None:
    dataset = manifest("path,class\nsub/b c.png,999\na.jpg,0\n")
    assert labels(dataset) == [("sub/b c.png", 999), ("a.jpg", 0)]
    assert dataset.pictures[0].path == tmp_path / "sub" / "b c.png"
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
    assert manifest(f"path,class\n{path},7\n").pictures[0].path == path


def test_a_picture_may_be_one_that_a_package_ships(manifest) -> None:
    picture = manifest(f"path,class\n{SHIPPED},243\n").pictures[0]
    assert picture.id == SHIPPED
    assert picture.path.read_bytes().startswith(b"\xff\xd8")


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


def test_classes_come_from_their_ids_although_folders_are_missing(folders) -> None:
    root = folders(**{TISSUE: ["z.JPEG"], GOLDFISH: ["b.JPEG", "a.jpg"]})
    dataset = open_dataset(root)
    assert labels(dataset) == [
        (f"{GOLDFISH}/a.jpg", 1),
        (f"{GOLDFISH}/b.JPEG", 1),
        (f"{TISSUE}/z.JPEG", 999),
    ]
    assert dataset.layout == "ImageNet folders: 3 pictures of 2 classes"
    assert dataset.whole == ""


def test_the_folder_val_is_found_below_the_one_that_is_given(folders) -> None:
    root = folders("imagenet/val", **{TENCH: ["a.JPEG"]})
    assert open_dataset(root.parent) == open_dataset(root)
    assert open_dataset(root).path == root


def test_hidden_files_are_no_pictures_and_no_fault(folders) -> None:
    root = folders(**{TENCH: ["a.JPEG", ".DS_Store"], ".cache": ["x"]})
    assert labels(open_dataset(root)) == [(f"{TENCH}/a.JPEG", 0)]


def test_a_folder_that_is_no_class_is_named(folders) -> None:
    root = folders(**{TENCH: ["a.JPEG"], "n00000000": ["a.JPEG"]})
    with pytest.raises(Unavailable, match="n00000000 is no folder of an ImageNet class") as error:
        open_dataset(root)
    assert "not silently passed over" in error.value.hint


def test_a_file_among_the_class_folders_is_named(folders) -> None:
    root = folders(**{TENCH: ["a.JPEG"]})
    (root / GOLDFISH).touch()
    with pytest.raises(Unavailable, match=f"{GOLDFISH} is no folder of an ImageNet class"):
        open_dataset(root)


@pytest.mark.parametrize("name", ["notes.txt", "a", "a.JPEG.part"])
def test_a_stray_file_in_a_class_folder_is_named(folders, name: str) -> None:
    root = folders(**{TENCH: ["a.JPEG", name]})
    with pytest.raises(Unavailable, match=f"{TENCH}/{name} is no picture"):
        open_dataset(root)


def test_a_folder_among_the_pictures_is_named(folders) -> None:
    root = folders(**{TENCH: ["a.JPEG"]})
    (root / TENCH / "b.JPEG").mkdir()
    with pytest.raises(Unavailable, match=r"b.JPEG is no picture"):
        open_dataset(root)


def test_a_class_folder_without_pictures_is_named(folders) -> None:
    root = folders(**{TENCH: ["a.JPEG"], GOLDFISH: []})
    with pytest.raises(Unavailable, match=f"{GOLDFISH} holds no picture"):
        open_dataset(root)


@pytest.mark.parametrize(
    ("files", "whole"),
    [
        ({TENCH: ["a.jpg", "b.jpg"], TISSUE: ["a.jpg", "b.jpg"]}, "ImageNet"),
        ({TENCH: ["a.jpg", "b.jpg"], TISSUE: ["a.jpg"]}, ""),
        ({TENCH: ["a.jpg", "b.jpg", "c.jpg"], TISSUE: ["a.jpg"]}, ""),
        ({TENCH: ["a.jpg", "b.jpg"]}, ""),
    ],
)
def test_the_set_is_whole_if_every_class_has_all_its_pictures(
    folders, monkeypatch: pytest.MonkeyPatch, files: dict[str, list[str]], whole: str
) -> None:
    monkeypatch.setattr(imagenet_folder, "_CLASSES", 2)
    monkeypatch.setattr(imagenet_folder, "_PER_CLASS", 2)
    assert open_dataset(folders(**files)).whole == whole


def test_imagenet_has_1000_classes_of_50_pictures() -> None:
    assert (imagenet_folder._CLASSES, imagenet_folder._PER_CLASS) == (1000, 50)
    classes = imagenet_folder.wnids()
    assert sorted(classes.values()) == list(range(1000))
    assert list(classes) == sorted(classes)
    assert (classes[TENCH], classes[GOLDFISH], classes[TISSUE]) == (0, 1, 999)


def test_where_there_is_nothing_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"there is no dataset at .*nothing") as error:
        open_dataset(tmp_path / "nothing")
    assert "--dataset" in error.value.hint


def test_a_dataset_of_no_known_layout_is_said_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "notes.txt").touch()
    for path in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(Unavailable, match="is a dataset of no known layout") as error:
            open_dataset(path)
        assert "path,class" in error.value.hint


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_layout_recognises_an_empty_folder(name: str, tmp_path: Path) -> None:
    assert not LAYOUTS[name].recognises(tmp_path)
