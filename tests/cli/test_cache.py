"""``zoo cache``: what it lists, proves and removes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Zoo
from zoo.crops import Geometry, Keeping, keeping, packs
from zoo.weights.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Fill the store with an old file of 100 bytes and a new one of 50."""
    store = Store(tmp_path / "cache")
    old, _, _ = store.add("https://weights.example/old.pth", [b"o" * 100])
    store.add("https://weights.example/\x1b[2Jnew.pth", [b"n" * 50])
    when = time.time() - 40 * 86_400
    for path in (old, store.folder / "proofs" / old.name):
        os.utime(path, (when, when))
    return store


def test_the_folder_is_told(zoo: Zoo, tmp_path: Path) -> None:
    assert zoo("cache", "dir").out == f"{tmp_path / 'cache'}\n"


def test_files_are_listed_with_digest_size_last_use_and_origin(zoo: Zoo, store: Store) -> None:
    outcome = zoo("cache", "list")
    new, old = outcome.out.splitlines()
    assert "  50 bytes  used 20" in new
    assert new.endswith("https://weights.example/\\x1b[2Jnew.pth")
    assert old.startswith("sha256:")
    assert outcome.err == "2 files stored, 150 bytes\n"


def test_an_empty_store_is_no_error(zoo: Zoo) -> None:
    assert (zoo("cache", "list").code, zoo("cache", "verify").code) == (0, 0)


def test_a_damaged_file_is_told_and_the_next_time_all_is_well(zoo: Zoo, store: Store) -> None:
    path = store.find("https://weights.example/old.pth")
    assert path is not None
    path[0].chmod(0o644)
    path[0].write_bytes(b"rotten")
    outcome = zoo("cache", "verify")
    assert outcome.code == 1
    assert outcome.out.startswith(f"damaged, removed: {path[1]}")
    assert outcome.err == "1 file sound, 50 bytes\n"
    assert zoo("cache", "verify").code == 0


def test_a_damaged_file_that_cannot_be_removed_is_not_said_to_be(
    zoo: Zoo, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.find("https://weights.example/old.pth")
    assert path is not None
    path[0].chmod(0o644)
    path[0].write_bytes(b"rotten")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "unlink", refuse)
    outcome = zoo("cache", "verify")
    assert outcome.code == 1
    assert outcome.out.startswith(f"damaged, could not be removed: {path[1]}")


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (["--older-than", "30d"], 1),
        (["--older-than", "6w"], 2),
        (["--older-than", "0h"], 0),
        (["--max-size", "149B"], 1),
        (["--max-size", "0.15kB"], 2),
        (["--max-size", "1GiB"], 2),
        (["--max-size", "0"], 0),
    ],
)
def test_what_is_old_or_too_much_is_removed(
    zoo: Zoo, store: Store, options: list[str], left: int
) -> None:
    dry = zoo("cache", "prune", *options, "--dry-run")
    assert len(zoo("cache", "list").out.splitlines()) == 2
    outcome = zoo("cache", "prune", *options)
    assert (outcome.code, outcome.out) == (0, dry.out)
    assert len(zoo("cache", "list").out.splitlines()) == left


def test_quarantine_is_pruned_by_age(zoo: Zoo, store: Store) -> None:
    folder = store.folder / "quarantine"
    folder.mkdir()
    for name in ("old", "new"):
        (folder / name).write_bytes(b"x")
    os.utime(folder / "old", (1, 1))
    listed = zoo("cache", "list")
    assert "in quarantine" in listed.out
    assert "2 files in quarantine, 2 bytes" in listed.err
    outcome = zoo("cache", "prune", "--older-than", "1d")
    assert "sha256:old  1 bytes  used 1970-01-01  in quarantine" in outcome.out
    assert outcome.err == "2 files removed, 101 bytes\n"  # and the old one of the store
    assert [path.name for path in folder.iterdir()] == ["new"]
    zoo("cache", "prune", "--max-size", "0")
    assert [path.name for path in folder.iterdir()] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say --older-than 30d or --max-size 10GB"),
        (["--older-than", "thirty"], "is no age such as 12h, 30d or 4w"),
        (["--max-size", "10 apples"], "is no size such as 500MB, 10GB or 10GiB"),
        (["--max-size", "-1"], "is no size"),
    ],
)
def test_a_senseless_wish_is_not_guessed_at(
    zoo: Zoo, store: Store, arguments: list[str], message: str
) -> None:
    outcome = zoo("cache", "prune", *arguments)
    assert outcome.code == 2
    assert message in outcome.err


@pytest.fixture
def crops(tmp_path: Path) -> list[packs.Pack]:
    """Keep two packs of decoded pictures of one geometry, and one of another."""
    for size, numbers in ((4, (1, 2)), (4, (3,)), (8, (4,))):
        geometry = Geometry(size, 0.875, "bicubic")
        with keeping.shelf(Keeping(tmp_path / "cache"), geometry, [].append) as shelf:
            assert shelf is not None
            for number in numbers:
                shelf.keep(bytes([number]) * 32, memoryview(bytes([number]) * (size * size * 3)))
    return packs.held(tmp_path / "cache")


def test_decoded_pictures_are_listed_by_how_they_were_cropped(
    zoo: Zoo, store: Store, crops: list[packs.Pack]
) -> None:
    outcome = zoo("cache", "list")
    of_four = sum(pack.size for pack in crops if packs.described(pack).endswith("crop 4"))
    lines = outcome.out.splitlines()
    assert len(lines) == 4
    assert any(
        f"-  {of_four} bytes  used 20" in line
        and line.endswith("decoded pictures  bicubic to 4 / 0.875, centre crop 4")
        for line in lines[2:]
    )
    size = sum(pack.size for pack in crops)
    assert (
        outcome.err == f"2 files stored, 150 bytes\n3 files of decoded pictures, {size:,} bytes\n"
    )


def test_a_damaged_pack_of_decoded_pictures_is_told_and_removed(
    zoo: Zoo, crops: list[packs.Pack]
) -> None:
    data = bytearray(crops[0].path.read_bytes())
    data[-1] ^= 1
    crops[0].path.write_bytes(data)
    outcome = zoo("cache", "verify")
    assert outcome.code == 1
    assert outcome.out.startswith(f"damaged, removed: -  {crops[0].size} bytes")
    assert outcome.err.startswith("2 files sound")
    assert zoo("cache", "verify").code == 0


def test_decoded_pictures_are_pruned_with_all_else_the_longest_unused_first(
    zoo: Zoo, store: Store, crops: list[packs.Pack]
) -> None:
    when = time.time() - 50 * 86_400
    os.utime(crops[1].path, (when, when))
    assert zoo("cache", "prune", "--older-than", "45d").err.startswith("1 file removed")
    left = {pack.path for pack in packs.held(store.folder)}
    assert left == {crops[0].path, crops[2].path}
    zoo("cache", "prune", "--max-size", "0")
    assert list((store.folder / "crops").iterdir()) == []


def test_a_damaged_pack_that_cannot_be_removed_is_not_said_to_be(
    zoo: Zoo, crops: list[packs.Pack], monkeypatch: pytest.MonkeyPatch
) -> None:
    crops[0].path.chmod(0o644)
    crops[0].path.write_bytes(b"rotten")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "unlink", refuse)
    outcome = zoo("cache", "verify")
    assert outcome.code == 1
    assert outcome.out.startswith("damaged, could not be removed: ")
    assert crops[0].path.exists()


@pytest.mark.parametrize("record", ["no JSON", "[]", '{"url": "x"}', '{"url": 1, "sha256": "z"}'])
def test_a_damaged_record_hides_the_origin_of_its_file_alone(
    zoo: Zoo, store: Store, record: str
) -> None:
    (damaged,) = (
        path
        for path in (store.folder / "urls").iterdir()
        if "old.pth" in path.read_text(encoding="utf-8")
    )
    damaged.chmod(0o644)
    damaged.write_text(record)
    outcome = zoo("cache", "list")
    assert outcome.code == 0 and outcome.err == "2 files stored, 150 bytes\n"
    assert "old.pth" not in outcome.out and "new.pth" in outcome.out
