"""Folders of classes: the name is the class, and what does not belong there is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.datasets import LAYOUTS, _imagenet, inspect_dataset, open_dataset
from zoo.errors import Unavailable, UsageError
from zoo.pictures import Dataset

TENCH, GOLDFISH, TISSUE = "n01440764", "n01443537", "n15075141"


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


def test_the_classes_of_imagenet_are_those_of_timms_list() -> None:
    classes = _imagenet.wnids()
    assert sorted(classes.values()) == list(range(1000))
    assert list(classes) == sorted(classes)
    assert (classes[TENCH], classes[GOLDFISH], classes[TISSUE]) == (0, 1, 999)


@given(st.permutations(range(12)), st.integers(1, 11))
def test_a_label_depends_on_the_name_of_the_folder_alone(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], kept: int
) -> None:
    wnids = list(_imagenet.wnids())
    root = tmp_path_factory.mktemp("imagenet")
    chosen = [wnids[83 * number] for number in order[:kept]]
    for wnid in chosen:  # made in this order, of which a file system may keep another
        (root / wnid).mkdir()
        (root / wnid / "a.JPEG").touch()
    found = {picture.id: picture.label for picture in open_dataset(root).pictures}
    assert found == {f"{wnid}/a.JPEG": wnids.index(wnid) for wnid in chosen}


def test_clutter_that_systems_leave_is_passed_over_with_a_note(folders) -> None:
    root = folders(
        **{TENCH: ["a.JPEG", ".DS_Store", "Thumbs.db", "._a.JPEG", "desktop.ini"]},
        __MACOSX=["._n01440764"],
    )
    (root / "README.txt").touch()
    dataset = open_dataset(root)
    assert labels(dataset) == [(f"{TENCH}/a.JPEG", 0)]
    assert dataset.notes == (
        f"passed over: __MACOSX, README.txt, {TENCH}/.DS_Store, {TENCH}/._a.JPEG, "
        f"{TENCH}/Thumbs.db and 1 more",
    )


@pytest.mark.parametrize("name", ["a.jpeg", "a.JPEG", "a.JPG", "a.Jpg", "a.png", "a.PNG"])
def test_the_ending_may_be_in_capitals_or_not(folders, name: str) -> None:
    assert labels(open_dataset(folders(**{TENCH: [name]}))) == [(f"{TENCH}/{name}", 0)]


def test_all_faults_are_told_and_the_first_five_are_in_the_message(folders) -> None:
    root = folders(**{TENCH: ["a.JPEG", *(f"{n}.txt" for n in range(7))]})
    assert [fault.kind for fault in inspect_dataset(root).faults] == ["extra"] * 7
    with pytest.raises(Unavailable, match=r"4.txt is no picture; and 2 more$") as error:
        open_dataset(root)
    assert "zoo dataset check" in error.value.hint


def test_a_link_within_the_dataset_is_what_it_leads_to(folders) -> None:
    root = folders(**{TENCH: ["a.JPEG"]})
    (root / GOLDFISH).symlink_to(TENCH)
    (root / TENCH / "b.JPEG").symlink_to("a.JPEG")
    assert len(open_dataset(root).pictures) == 4


def test_a_dataset_may_itself_be_reached_through_a_link(folders, tmp_path: Path) -> None:
    folders(**{TENCH: ["a.JPEG"]})
    (tmp_path / "link").symlink_to("imagenet")
    assert labels(open_dataset(tmp_path / "link")) == [(f"{TENCH}/a.JPEG", 0)]


def test_links_that_lead_elsewhere_are_faults(folders, tmp_path: Path) -> None:
    root = folders(**{TENCH: ["a.JPEG"]})
    (tmp_path / "out.JPEG").touch()
    (root / TENCH / "b.JPEG").symlink_to(tmp_path / "out.JPEG")
    (root / TENCH / "c.JPEG").symlink_to("nowhere")
    (root / TENCH / "d.JPEG").symlink_to("d.JPEG")
    (root / GOLDFISH).symlink_to(tmp_path)
    said = [fault.message for fault in inspect_dataset(root).faults]
    assert [message.removeprefix(f"{root}/") for message in said] == [
        f"{GOLDFISH} is a link that leads out of {root}",
        f"{TENCH}/b.JPEG is a link that leads out of {root}",
        f"{TENCH}/c.JPEG is a link that leads nowhere",
        f"{TENCH}/d.JPEG is a link that leads nowhere",
    ]


def test_a_pipe_is_no_picture_and_is_not_waited_for(folders) -> None:
    root = folders(**{TENCH: ["a.JPEG"]})
    os.mkfifo(root / TENCH / "b.JPEG")
    with pytest.raises(Unavailable, match=r"b.JPEG is neither file nor folder"):
        open_dataset(root)


def test_a_name_that_is_not_utf_8_is_a_fault(folders) -> None:
    root = folders(**{TENCH: ["a.JPEG"]})
    Path(os.fsdecode(os.fsencode(root / TENCH) + b"/\xff.JPEG")).touch()
    (fault,) = inspect_dataset(root).faults
    assert fault.message == f"{root}/{TENCH}/\\udcff.JPEG has a name that is not UTF-8"


def test_the_class_of_a_numbered_folder_is_its_number_and_not_its_place(tmp_path: Path) -> None:
    for name in ("0", "1", "10", "2", "999"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpeg").touch()
    dataset = open_dataset(tmp_path)
    assert labels(dataset) == [(f"{n}/a.jpeg", n) for n in (0, 1, 2, 10, 999)]
    assert dataset.layout == "folders by class index: 5 pictures of 5 classes"


@pytest.mark.parametrize("name", ["007", "-1", "x", "1.0", "²", "n01440764"])
def test_a_folder_that_is_no_number_is_named(tmp_path: Path, name: str) -> None:
    for folder in ("0", name):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jpeg").touch()
    with pytest.raises(Unavailable, match=f"{name} is no folder of a class index from 0"):
        open_dataset(tmp_path, layout="index-folder")


def test_a_layout_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no layout 'imagenet-folders'") as error:
        open_dataset(tmp_path, layout="imagenet-folders")
    assert "imagenet-folder" in error.value.hint


def test_where_there_is_nothing_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"there is no dataset at .*nothing") as error:
        open_dataset(tmp_path / "nothing")
    assert error.value.hint == "give the path of what is there"


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
