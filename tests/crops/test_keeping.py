"""Crops are kept for the next model: sound, bounded, and safe from whoever is killed whenever."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFile

from zoo import crops
from zoo import pictures as files
from zoo.crops import Geometry, Keeping, keeping, packs, preparing
from zoo.errors import Unavailable
from zoo.pictures import File, Picture
from zoo.subject import Preprocessing

ROOT = Path(__file__).parents[2]
HALF = (Decimal("0.5"),) * 3
PREPROCESSING = Preprocessing(Decimal(32), Decimal("0.875"), "bicubic", HALF, HALF)
CROP = 32 * 32 * 3  # bytes


@pytest.fixture
def pictures(tmp_path: Path) -> list[Picture]:
    """Draw twelve pictures."""
    (tmp_path / "pictures").mkdir()
    random, drawn = np.random.default_rng(5), []
    for number in range(12):
        path = tmp_path / "pictures" / f"{number}.png"
        Image.fromarray(random.integers(0, 256, (40, 50, 3), dtype=np.uint8)).save(path)
        drawn.append(Picture(path.name, File(path), number))
    return drawn


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Note which files are decoded."""
    seen: list[bytes] = []
    decode = preparing.decode

    def watched(data: bytes) -> object:
        seen.append(data)
        return decode(data)

    monkeypatch.setattr(preparing, "decode", watched)
    return seen


HEADERS = {
    "nothing": b"{}",
    "no geometry": b'{"__metadata__": 1}',
    "too deep": b"[" * 100_000,
    "a place that is none": b'{"__metadata__":{"digests":"{}"},"00":{"data_offsets":[0.5,3072.5]}}',
    "a place too far": b'{"__metadata__":{"digests":"{}"},"00":{"data_offsets":[1%b,2%b]}}'
    % (b"0" * 30, b"0" * 30),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_pack_whose_header_is_none_is_damaged(tmp_path: Path, name: str) -> None:
    path = tmp_path / "key" / "pack.safetensors"
    path.parent.mkdir()
    path.write_bytes(len(HEADERS[name]).to_bytes(8, "little") + HEADERS[name] + bytes(CROP))
    assert packs.described(packs.Pack(path, 0, 0.0)) == "damaged"
    assert name == "nothing" or not packs.is_sound(path)
    assert packs._spans(path, CROP) == {}


def shown(pictures, keep=None, said=None, preprocessing=PREPROCESSING, **how) -> list[torch.Tensor]:
    """Return the pixels of two batches."""
    say = [].append if said is None else said.append
    halves = [pictures[:5], pictures[5:]]
    how = {"workers": 0} | how
    made = crops.batches(halves, preprocessing, how.pop("workers"), keeping=keep, say=say, **how)
    return [batch.pixels for batch in made]


def same(some, others) -> bool:
    return all(torch.equal(one, other) for one, other in zip(some, others, strict=True))


@pytest.mark.parametrize("workers", [0, 3])
def test_a_picture_is_decoded_once_for_all_models(
    tmp_path: Path, pictures, decoded, workers: int
) -> None:
    keep = Keeping(tmp_path)
    first = shown(pictures, keep, workers=workers)
    assert len(decoded) == 12
    other = replace(PREPROCESSING, mean=(Decimal("0.1"),) * 3)
    assert same(shown(pictures, keep, preprocessing=other, workers=workers, ahead=1), first)
    assert len(decoded) == 12
    assert same(shown(pictures), first)


def test_another_geometry_is_another_crop(tmp_path: Path, pictures, decoded) -> None:
    keep = Keeping(tmp_path)
    shown(pictures, keep)
    shown(pictures, keep, preprocessing=replace(PREPROCESSING, crop_pct=Decimal("0.9")))
    assert len(decoded) == 24
    assert len({pack.path.parent for pack in packs.held(tmp_path)}) == 2


def test_a_picture_that_changed_under_its_name_is_decoded_anew(
    tmp_path: Path, pictures, decoded
) -> None:
    shown(pictures, Keeping(tmp_path))
    Image.new("RGB", (40, 40), "red").save(pictures[3].place.path)
    assert shown(pictures, Keeping(tmp_path))[0][3, 0, 0].tolist() == [255, 0, 0]
    assert len(decoded) == 13


def test_a_crop_of_another_picture_is_never_taken(tmp_path: Path, pictures) -> None:
    shown(pictures, Keeping(tmp_path))
    (pack,) = packs.held(tmp_path)
    data = pack.path.read_bytes()
    one, other = (hashlib.sha256(each.read()).hexdigest().encode() for each in pictures[:2])
    swapped = data.replace(one, b"?").replace(other, one).replace(b"?", other)
    pack.path.write_bytes(swapped)
    said: list[str] = []
    again = shown(pictures, Keeping(tmp_path), said)
    assert same(again, shown(pictures))


@pytest.mark.parametrize("place", [0, 3, 9, 200, 1500, -1, -CROP, -CROP * 5 - 7, -CROP * 12 - 1])
def test_a_damaged_crop_is_made_anew_and_never_used(tmp_path: Path, pictures, place: int) -> None:
    shown(pictures, Keeping(tmp_path))
    (pack,) = packs.held(tmp_path)
    data = bytearray(pack.path.read_bytes())
    data[place] ^= 0x10
    pack.path.write_bytes(data)
    right = shown(pictures)
    assert same(shown(pictures, Keeping(tmp_path)), right)
    assert same(shown(pictures, Keeping(tmp_path)), right)


def test_a_damaged_crop_is_told_and_its_pack_removed(tmp_path: Path, pictures, decoded) -> None:
    shown(pictures, Keeping(tmp_path))
    (pack,) = packs.held(tmp_path)
    assert packs.is_sound(pack.path)
    data = bytearray(pack.path.read_bytes())
    data[-3] ^= 1
    pack.path.write_bytes(data)
    assert not packs.is_sound(pack.path)
    said: list[str] = []
    shown(pictures, Keeping(tmp_path), said)
    assert said == ["a decoded picture was damaged in the cache and is decoded anew"]
    assert all(packs.is_sound(each.path) for each in packs.held(tmp_path))
    decoded.clear()
    shown(pictures, Keeping(tmp_path))
    shown(pictures, Keeping(tmp_path))
    assert len(decoded) <= 12


def test_a_damaged_crop_that_cannot_be_removed_is_made_anew(
    tmp_path: Path, pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, **how: object) -> None:
        raise PermissionError(30, "Read-only file system", str(path))

    shown(pictures, Keeping(tmp_path))
    (pack,) = packs.held(tmp_path)
    data = bytearray(pack.path.read_bytes())
    data[-3] ^= 1
    pack.path.write_bytes(data)
    monkeypatch.setattr(Path, "unlink", refused)
    said: list[str] = []
    assert same(shown(pictures, Keeping(tmp_path), said), shown(pictures))
    assert said[0] == "a decoded picture was damaged in the cache and is decoded anew"


def headed(header: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"abc", b"\xff" * 64, b"x" * 99),
        *map(headed, (b"[]", b"{}", b'{"__metadata__": 1}', b"[" * 99_999)),
    ],
)
def test_a_pack_that_is_none_is_passed_over(tmp_path: Path, pictures, content: bytes) -> None:
    shown(pictures, Keeping(tmp_path))
    (pack,) = packs.held(tmp_path)
    pack.path.write_bytes(content)
    assert not packs.is_sound(pack.path)
    assert packs.described(pack) == "damaged"
    assert same(shown(pictures, Keeping(tmp_path)), shown(pictures))


def test_a_pack_that_was_cut_off_is_made_anew(tmp_path: Path, pictures) -> None:
    shown(pictures, Keeping(tmp_path))
    (pack,) = packs.held(tmp_path)
    os.truncate(pack.path, pack.size - CROP * 3 // 2)
    assert same(shown(pictures, Keeping(tmp_path)), shown(pictures))


def test_what_was_used_longest_ago_makes_room(
    tmp_path: Path, pictures, decoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PACK", CROP)  # each crop a pack of its own
    shown(pictures, Keeping(tmp_path))
    held = packs.held(tmp_path)
    assert len(held) == 12
    for age, pack in enumerate(held):
        os.utime(pack.path, (time.time() - 100 * age,) * 2)
    unused = [pack.path for pack in held[-3:]]
    most = sum(pack.size for pack in held)
    other = replace(PREPROCESSING, crop_pct=Decimal("0.9"))
    list(crops.batches([pictures[:3]], other, 0, keeping=Keeping(tmp_path, most)))
    left = packs.held(tmp_path)
    assert not {pack.path for pack in left} & set(unused)
    assert sum(pack.size for pack in left) <= most
    assert len(left) == 12


def test_a_smaller_bound_than_before_holds_though_nothing_new_is_kept(
    tmp_path: Path, pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PACK", CROP)
    shown(pictures, Keeping(tmp_path))
    monkeypatch.setattr(keeping, "_used", lambda folder: set())  # as in another process
    newest, *_ = packs.held(tmp_path)
    list(crops.batches([[]], PREPROCESSING, 0, keeping=Keeping(tmp_path, newest.size)))
    assert packs.held(tmp_path) == [newest]


def test_what_a_run_uses_is_not_removed_for_its_own_sake(
    tmp_path: Path, pictures, decoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PACK", CROP)
    said: list[str] = []
    keep = Keeping(tmp_path, 5 * (CROP + 600))
    right = shown(pictures)
    for _ in range(3):
        decoded.clear()
        assert same(shown(pictures, keep, said), right)
        assert sum(pack.size for pack in packs.held(tmp_path)) <= keep.most
    assert 0 < len(decoded) < 12  # some are of use each time
    assert said[0].startswith("not all decoded pictures are kept for the next model: together")
    assert len(said) == 3


def test_a_cache_that_cannot_be_written_to_is_told_once_and_does_no_harm(
    tmp_path: Path, pictures
) -> None:
    (tmp_path / "crops").write_text("in the way")
    said: list[str] = []
    assert same(shown(pictures, Keeping(tmp_path), said), shown(pictures))
    (message,) = said
    assert "the cache cannot be written to" in message


def test_what_was_prepared_before_the_end_is_kept(tmp_path: Path, pictures, decoded) -> None:
    made = crops.batches([pictures[:5], pictures[5:]], PREPROCESSING, 0, keeping=Keeping(tmp_path))
    next(made)
    made.close()
    decoded.clear()
    shown(pictures, Keeping(tmp_path))
    assert len(decoded) == 7


def test_a_damaged_picture_is_named_with_and_without_a_cache(tmp_path: Path, pictures) -> None:
    pictures[7].place.path.write_bytes(b"no picture")
    for workers in (0, 2):
        with pytest.raises(Unavailable, match=r"7\.png cannot be decoded \(ValueError: neither"):
            shown(pictures, Keeping(tmp_path), workers=workers)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_picture_that_is_cut_off_is_named_and_not_kept_whatever_other_code_has_set(
    tmp_path: Path, pictures, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    cut = pictures[7].read()[:1500]
    pictures[7].place.path.write_bytes(cut)
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(Unavailable, match=r"7\.png cannot be decoded \(OSError: .* truncated"):
        shown(pictures, Keeping(tmp_path), workers=workers)
    kept = [name for pack in packs.held(tmp_path) for name in packs._spans(pack.path, CROP)]
    assert kept
    assert hashlib.sha256(cut).hexdigest() not in kept


def test_a_picture_is_decoded_again_where_other_code_had_damage_passed_over_meanwhile(
    pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded, begun = files._decoded, []

    def meanwhile(data: bytes) -> object:
        """Set it in the midst of the first picture, and set it back by another's decoding."""
        if begun:
            return decoded(data)
        begun.append(data)
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
        found = decoded(data)
        files.decode(pictures[0].read())
        return found

    monkeypatch.setattr(files, "_decoded", meanwhile)
    with pytest.raises(OSError, match="truncated"):
        files.decode(pictures[7].read()[:1500])


def test_several_threads_and_readers_share_a_cache(tmp_path: Path, pictures) -> None:
    right = shown(pictures)
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda _: shown(pictures, Keeping(tmp_path), workers=2, ahead=1), range(8))
        )
    assert all(same(each, right) for each in found)
    assert all(packs.is_sound(pack.path) for pack in packs.held(tmp_path))


_WRITER = """
import sys
from decimal import Decimal
from pathlib import Path
from zoo import crops
from zoo.crops import Keeping, keeping, packs
from zoo.pictures import File, Picture
from zoo.subject import Preprocessing
half = (Decimal("0.5"),) * 3
how = Preprocessing(Decimal(32), Decimal("0.875"), "bicubic", half, half)
keeping.PACK = 1
folder = Path(sys.argv[1])
pictures = [Picture(p.name, File(p), 0) for p in sorted((folder / "pictures").glob("*.png"))]
print("ready", flush=True)
while True:
    for _ in crops.batches([pictures], how, 2, keeping=Keeping(folder)): pass
    for pack in packs.held(folder): pack.path.unlink(missing_ok=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no such signal")
def test_a_writer_that_is_killed_at_any_moment_leaves_whole_packs(tmp_path: Path, pictures) -> None:
    right = shown(pictures)
    for delay in (0.0, 0.013, 0.031):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(delay + 0.1)
            writer.kill()
        assert all(packs.is_sound(pack.path) for pack in packs.held(tmp_path))
        assert same(shown(pictures, Keeping(tmp_path)), right)


def test_what_a_killed_writer_left_goes_after_a_day(tmp_path: Path, pictures) -> None:
    shown(pictures, Keeping(tmp_path))
    (pack,) = packs.held(tmp_path)
    left, now = pack.path.with_name(f"abc{packs.ASIDE}"), time.time()
    left.write_bytes(b"half a pack")
    packs.sweep(tmp_path, now)
    assert left.exists()
    packs.sweep(tmp_path, now + packs.LEFT + 60)
    assert not left.exists()
    assert pack.path.exists()


def test_a_pack_says_how_its_pictures_were_cropped(tmp_path: Path, pictures) -> None:
    shown(pictures, Keeping(tmp_path))
    (pack,) = packs.held(tmp_path)
    assert packs.described(pack) == Geometry.of(PREPROCESSING).in_words()
    assert packs.described(pack) == "bicubic to 32 / 0.875, centre crop 32"


def test_nothing_is_kept_unless_asked_for(tmp_path: Path, pictures) -> None:
    shown(pictures)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pictures"]
