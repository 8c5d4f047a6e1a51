"""ImageNet by the numbers of its pictures: the flat folder, the tar, and the lists of classes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from zoo.datasets import _imagenet, _truth, inspect_dataset, open_dataset
from zoo.errors import Unavailable

WNIDS = list(_imagenet.wnids())
DEVKIT, KAGGLE, SYNSETS = _truth.DEVKIT, _truth.KAGGLE, _truth.SYNSETS
# An order of classes that is neither that of the alphabet nor its reverse, as the devkit's is.
ORDER = [WNIDS[number * 37 % 1000] for number in range(1000)]


@pytest.fixture
def flat(layouts) -> Path:
    return layouts["imagenet-flat"]


@pytest.fixture
def devkit(flat: Path, synsets: str) -> Path:
    """Replace the list by that of the devkit, which counts classes in an order of its own."""
    (flat / SYNSETS).unlink()
    ids = {wnid: number for number, wnid in enumerate(ORDER, start=1)}
    (flat / DEVKIT).write_text("".join(f"{ids[wnid]}\n" for wnid in synsets.split()))
    return flat


def write_map(folder: Path, order: list[str] = ORDER) -> None:
    lines = [f"{wnid} {number} some_name\n" for number, wnid in enumerate(order, start=1)]
    (folder / _truth.MAP).write_text("".join(lines))


def write_meta(path: Path) -> None:
    savemat = pytest.importorskip("scipy.io").savemat
    import numpy as np

    rows = [(number, wnid) for number, wnid in enumerate([*ORDER, "n00001740"], start=1)]
    kind = [("ILSVRC2012_ID", "O"), ("WNID", "O")]
    savemat(path, {"synsets": np.array(rows, dtype=kind)})


def labels(path: Path) -> list[int]:
    return [picture.label for picture in open_dataset(path).pictures]


def test_the_class_is_that_of_the_pictures_number_and_not_of_its_place(flat, numbered) -> None:
    assert labels(flat) == [label for _, label in numbered]
    (flat / "ILSVRC2012_val_00000001.JPEG").unlink()
    assert labels(flat) == [label for _, label in numbered[1:]]


def test_the_source_of_the_classes_is_in_the_layout(flat) -> None:
    words = f"ImageNet, flat folder: 6 pictures, with the classes of {SYNSETS}"
    assert open_dataset(flat).layout == words


def test_the_devkits_numbers_are_read_by_its_text(devkit, numbered) -> None:
    write_map(devkit)
    assert labels(devkit) == [label for _, label in numbered]


def test_the_devkits_numbers_are_read_by_its_matlab_file(devkit, numbered) -> None:
    write_meta(devkit / _truth.META)
    assert labels(devkit) == [label for _, label in numbered]


def test_without_its_order_the_devkits_list_says_nothing(devkit) -> None:
    for useless in ("LOC_synset_mapping.txt", "synsets.txt"):
        (devkit.parent / useless).write_text("\n".join(WNIDS))
    with pytest.raises(Unavailable, match="the devkit's own order, which nothing here") as error:
        open_dataset(devkit)
    assert "meta.mat or map_clsloc.txt" in error.value.hint


@pytest.mark.parametrize(
    "order", [ORDER[:-1], [*ORDER[:-1], ORDER[0]], [*ORDER[:-1], "n00000000"], []]
)
def test_an_order_that_is_not_whole_is_refused(devkit, order: list[str]) -> None:
    write_map(devkit, order)
    with pytest.raises(Unavailable, match="does not give each of the ids 1 to 1000 a class"):
        open_dataset(devkit)


def test_a_matlab_file_that_is_none_is_refused(devkit) -> None:
    (devkit / _truth.META).write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200))
    with pytest.raises(Unavailable, match=r"meta.mat cannot be read: \w+Error|is not installed"):
        open_dataset(devkit)


def test_kaggles_list_is_read_by_the_pictures_names(flat, synsets, numbered) -> None:
    (flat / SYNSETS).unlink()
    lines = [f"ILSVRC2012_val_{n:08d},{wnid} 1 2 3 4 {wnid} 5 6 7 8 " for n, wnid in
             enumerate(synsets.split(), start=1)]  # fmt: skip
    (flat / KAGGLE).write_text("\n".join(["ImageId,PredictionString", *reversed(lines)]))
    assert labels(flat) == [label for _, label in numbered]


@pytest.mark.parametrize(
    "place",
    ["", "devkit/data", "ILSVRC2012_devkit_t12/data", "..", "../ILSVRC2012_devkit_t12/data"],
)
def test_the_list_is_found_beside_the_pictures_or_above(flat, numbered, place: str) -> None:
    target = flat / place
    target.mkdir(parents=True, exist_ok=True)
    shutil.move(flat / SYNSETS, target.resolve() / SYNSETS)
    assert labels(flat) == [label for _, label in numbered]


def test_without_a_list_it_is_said_which_are_read(flat) -> None:
    (flat / SYNSETS).unlink()
    with pytest.raises(Unavailable, match="there is no list of the classes beside") as error:
        open_dataset(flat)
    assert all(name in error.value.hint for name in (DEVKIT, KAGGLE, SYNSETS))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda lines: lines[:-1], "has 49,999 lines, and ImageNet has 50,000"),
        (lambda lines: [*lines, lines[0]], "has 50,001 lines"),
        (lambda lines: lines * 2, "has 100,000 lines"),  # as long as the test set's list
        (lambda lines: [*lines[:6], "n00000000", *lines[7:]], ":7: 'n00000000' is no class"),
        (lambda lines: [*lines[:6], "17", *lines[7:]], ":7: '17' is no class of ImageNet"),
        (lambda lines: [], "has 0 lines"),
    ],
)
def test_a_list_that_is_not_in_order_is_refused(flat, synsets: str, spoil, message: str) -> None:
    (flat / SYNSETS).write_text("\n".join(spoil(synsets.split())))
    with pytest.raises(Unavailable, match=message):
        open_dataset(flat)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has not the two columns"),
        ("ImageId,Label\nILSVRC2012_val_00000001,1\n", "has not the two columns"),
        ("ImageId,PredictionString\na,b,c\n", "has not the two columns"),
        ("ImageId,PredictionString\nILSVRC2012_test_00000001,n01440764 1\n", ":2: .* is no valid"),
        ("ImageId,PredictionString\nILSVRC2012_val_00050001,n01440764 1\n", ":2: .* is no valid"),
        ("ImageId,PredictionString\nILSVRC2012_val_00000001,n00000000 1\n", ":2: .* is no class"),
        ("ImageId,PredictionString\nILSVRC2012_val_00000001,n01440764 1\n", "has 1 lines"),
    ],
)
def test_a_list_of_kaggle_that_is_not_in_order_is_refused(flat, text: str, message: str) -> None:
    (flat / SYNSETS).unlink()
    (flat / KAGGLE).write_text(text)
    with pytest.raises(Unavailable, match=message):
        open_dataset(flat)


def test_a_list_that_is_no_text_is_refused(flat) -> None:
    (flat / SYNSETS).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Unavailable, match="cannot be read as text"):
        open_dataset(flat)


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "n01440764_10026.JPEG",
        "ILSVRC2012_val_00050001.JPEG",
        "ILSVRC2012_val_00000000.JPEG",
        "ILSVRC2012_test_00000004.JPEG",
        "ILSVRC2012_val_1.JPEG",
    ],
)
def test_what_is_no_validation_picture_is_named(flat, name: str) -> None:
    (flat / name).touch()
    with pytest.raises(Unavailable, match=f"{name} is no picture of the validation set"):
        open_dataset(flat)


def test_a_folder_among_the_pictures_is_named(flat) -> None:
    (flat / "more").mkdir()
    with pytest.raises(Unavailable, match="more is no picture"):
        open_dataset(flat)


def test_one_number_is_one_picture(flat) -> None:
    shutil.copy(flat / "ILSVRC2012_val_00000001.JPEG", flat / "ILSVRC2012_val_00000001.jpeg")
    with pytest.raises(Unavailable, match=r"0001.jpeg has the number of ILSVRC2012_val_00000001.J"):
        open_dataset(flat)


def test_hidden_files_beside_the_pictures_are_passed_over_with_a_note(flat) -> None:
    (flat / "._ILSVRC2012_val_00000001.JPEG").touch()
    assert open_dataset(flat).notes == (f"passed over: ._ILSVRC2012_val_00000001.JPEG, {SYNSETS}",)


def test_the_tar_is_found_by_itself_or_in_its_folder(layouts) -> None:
    archive = layouts["imagenet-tar"] / "ILSVRC2012_img_val.tar"
    assert open_dataset(archive) == open_dataset(layouts["imagenet-tar"])


def test_the_tar_may_have_another_name(layouts, numbered) -> None:
    archive = layouts["imagenet-tar"] / "ILSVRC2012_img_val.tar"
    other = archive.rename(archive.with_name("val.tar"))
    dataset = open_dataset(other)
    assert dataset.layout.startswith("ImageNet, original tar: 6 pictures")
    assert [picture.label for picture in dataset.pictures] == [label for _, label in numbered]


def test_a_strange_member_of_the_tar_is_named(layouts, tar, draw) -> None:
    archive = layouts["imagenet-tar"] / "ILSVRC2012_img_val.tar"
    tar(archive, [("ILSVRC2012_val_00000001.JPEG", draw(1)), ("n01440764/b.JPEG", draw(2)),
                  ("._ILSVRC2012_val_00000001.JPEG", b"x")])  # fmt: skip
    dataset = inspect_dataset(archive)
    assert [fault.message for fault in dataset.faults] == [
        f"{archive}: n01440764/b.JPEG is no picture of the validation set"
    ]
    assert dataset.notes == ("passed over: ._ILSVRC2012_val_00000001.JPEG",)
