"""What a dataset is: every picture decoded, what is wrong named, the same whatever the order."""

from __future__ import annotations

import io
import os
import shutil
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from zoo import inventory
from zoo.datasets import _imagenet, inspect_dataset, open_dataset
from zoo.inventory import Inventory, look_at, take_inventory
from zoo.pictures import File, Picture

WNIDS = list(_imagenet.wnids())
TENCH, GOLDFISH = WNIDS[0], WNIDS[1]


def inventoried(path: Path) -> Inventory:
    return take_inventory(inspect_dataset(path), lambda done, total: None)


@pytest.fixture
def folders(tmp_path: Path, draw) -> Path:
    """Two classes of three drawn pictures each."""
    root = tmp_path / "imagenet"
    for number in range(6):
        folder = root / WNIDS[number // 3]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.JPEG").write_bytes(draw(number))
    return root


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of the given size that is a few bytes long: its header, and no row."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def as_format(form: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (9, 9)).save(stream, format=form)
    return stream.getvalue()


def test_a_dataset_in_order_is_counted_and_has_a_fingerprint(folders: Path) -> None:
    found = inventoried(folders)
    assert found.in_order
    assert found.classes == {0: 3, 1: 3}
    assert found.fingerprint is not None
    assert (found.corrupt, found.same) == ((), ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither JPEG nor PNG"),
        (b"<html>not found</html>", "neither JPEG nor PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "neither JPEG nor PNG"),
        (as_format("GIF"), "neither JPEG nor PNG"),
        (as_format("TIFF"), "neither JPEG nor PNG"),
        (as_format("BMP"), "neither JPEG nor PNG"),
        (as_format("EPS"), "neither JPEG nor PNG"),
        (b"8BPS\x00\x01" + bytes(60), "neither JPEG nor PNG"),
        (b"SIMPLE  =                    T" + bytes(2850), "neither JPEG nor PNG"),
        (bomb(60_000, 60_000), "DecompressionBombError"),
        (bomb(12_000, 12_000), "DecompressionBombWarning"),
        (bomb(20, 20), "Error"),
    ],
)
def test_a_file_that_is_no_picture_is_named(folders: Path, content: bytes, reason: str) -> None:
    path = folders / TENCH / "1.JPEG"
    path.write_bytes(content)
    found = inventoried(folders)
    assert not found.in_order
    (message,) = found.corrupt
    assert message.startswith(f"{path} cannot be decoded (")
    assert reason in message
    assert found.fingerprint is not None  # of the bytes, which are there


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_picture_that_is_cut_off_is_named(folders: Path, draw, share: float) -> None:
    data = draw(1, side=64)
    (folders / TENCH / "1.JPEG").write_bytes(data[: int(share * len(data))])
    assert len(inventoried(folders).corrupt) == 1


@pytest.mark.parametrize(
    ("form", "mode"),
    [("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "1")],
)
def test_pictures_of_other_colours_are_in_order(folders: Path, draw, form: str, mode: str) -> None:
    (folders / TENCH / "1.JPEG").write_bytes(draw(1, form, mode))
    assert inventoried(folders).in_order


def test_a_picture_of_one_pixel_is_in_order(folders: Path) -> None:
    Image.new("RGB", (1, 1)).save(folders / TENCH / "1.JPEG", format="PNG")
    assert inventoried(folders).in_order


def test_scrambled_bytes_that_can_be_decoded_show_in_the_fingerprint(folders: Path) -> None:
    before = inventoried(folders).fingerprint
    path = folders / TENCH / "1.JPEG"
    content = bytearray(path.read_bytes())
    middle = len(content) - 60
    content[middle : middle + 8] = bytes(8)
    path.write_bytes(content)
    assert inventoried(folders).fingerprint != before


def test_two_classes_that_are_swapped_show_in_the_fingerprint(folders: Path) -> None:
    before = inventoried(folders)
    (folders / TENCH).rename(folders / "swap")
    (folders / GOLDFISH).rename(folders / TENCH)
    (folders / "swap").rename(folders / GOLDFISH)
    after = inventoried(folders)
    assert after.in_order
    assert after.classes == before.classes
    assert after.fingerprint != before.fingerprint


def test_the_same_picture_under_two_names_is_named(folders: Path) -> None:
    shutil.copy(folders / TENCH / "1.JPEG", folders / GOLDFISH / "copy.JPEG")
    found = inventoried(folders)
    assert found.same == ((f"{TENCH}/1.JPEG", f"{GOLDFISH}/copy.JPEG"),)
    assert not found.in_order


def test_the_fingerprint_does_not_depend_on_names_or_layout(layouts) -> None:
    assert len({inventoried(path).fingerprint for path in layouts.values()}) == 1


def test_where_bytes_are_not_there_no_fingerprint_is_made_up(folders: Path) -> None:
    dataset = open_dataset(folders)
    (folders / TENCH / "1.JPEG").unlink()
    found = take_inventory(dataset, lambda done, total: None)
    assert found.fingerprint is None
    (message,) = found.corrupt
    assert "1.JPEG cannot be read (FileNotFoundError" in message


def test_an_empty_dataset_has_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / TENCH).mkdir()
    found = inventoried(tmp_path)
    assert (found.fingerprint, found.in_order) == (None, False)
    assert found.named("missing") == [f"{tmp_path / TENCH} holds no picture"] + [
        f"{tmp_path} holds no picture"
    ] * (len(found.named("missing")) - 1)


def test_progress_is_told_after_every_picture(folders: Path) -> None:
    told: list[tuple[int, int]] = []
    take_inventory(open_dataset(folders), lambda *done: told.append(done))
    assert told == [(number, 6) for number in range(1, 7)]


def test_processes_see_what_one_process_sees(folders: Path, monkeypatch) -> None:
    (folders / TENCH / "1.JPEG").write_bytes(b"no picture")
    shutil.copy(folders / TENCH / "2.JPEG", folders / GOLDFISH / "copy.JPEG")
    alone = inventoried(folders)
    monkeypatch.setattr(inventory, "CHUNK", 2)
    assert inventoried(folders) == alone


def die(pictures: object) -> None:
    os._exit(9)


def test_a_picture_that_ends_its_process_is_named(folders: Path, monkeypatch) -> None:
    monkeypatch.setattr(inventory, "CHUNK", 4)
    monkeypatch.setattr(inventory, "_look_at_all", die)
    found = inventoried(folders)
    assert len(found.corrupt) == 6
    assert found.corrupt[0].endswith("0.JPEG ended the process that decoded it")


def test_a_picture_is_only_read_once_it_is_looked_at(tmp_path: Path) -> None:
    seen = look_at(Picture("a", File(tmp_path / "a.JPEG"), 0))
    assert seen.sha256 == ""
    assert seen.wrong.startswith("cannot be read (FileNotFoundError")
