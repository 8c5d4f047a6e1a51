"""Upkeep: what is listed, proven and removed, and what never is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zoo.claims import Digest
from zoo.weights.origin import Origin, key
from zoo.weights.partial import begin
from zoo.weights.store import Loss, Store
from zoo.weights.turn import busy
from zoo.weights.upkeep import DAY, Held, aside, damaged, held, remove, surplus, sweep

URL = "https://weights.example/a.pth"
NOW = 2_000_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def file(name: str, size: int, used: float) -> Held:
    return Held(Path(name), Digest("sha256", name), size, used)


def age(path: Path, days: float) -> None:
    when = NOW - days * DAY
    for each in (path, *path.rglob("*")):
        os.utime(each, (when, when))


def test_files_are_listed_with_what_gave_them_the_last_used_first(store: Store) -> None:
    old, _, _ = store.add(URL, [b"old"])
    store.add(URL + "2", [b"old"])
    store.add(URL + "3", [b"new"])
    for path in (old, store.folder / "proofs" / old.name):
        os.utime(path, (1, 1))
    new, second = held(store)
    assert (new.urls, second.urls) == ((URL + "3",), (URL, URL + "2"))
    assert (second.size, second.used) == (3, 1)


def test_a_use_is_noted(store: Store) -> None:
    path, _, _ = store.add(URL, [b"data"])
    for each in (path, store.folder / "proofs" / path.name):
        os.utime(each, (1, 1))
    assert held(store)[0].used == 1
    store.find(URL)  # hashed anew, since its time is another
    assert held(store)[0].used > 1
    os.utime(store.folder / "proofs" / path.name, (1, 1))
    store.find(URL)
    assert held(store)[0].used > 1


@pytest.mark.parametrize(
    ("before", "most", "removed"),
    [
        (None, None, []),
        (25.0, None, ["b", "c"]),
        (None, 100, []),
        (None, 99, ["c"]),
        (None, 59, ["b", "c"]),
        (None, 10, ["a", "b", "c"]),
        (15.0, 60, ["c"]),
    ],
)
def test_the_longest_unused_go_first(
    before: float | None, most: int | None, removed: list[str]
) -> None:
    files = [file("a", 20, 30), file("b", 40, 20), file("c", 40, 10)]
    assert [str(each.path) for each in surplus(files, before=before, most=most)] == removed


def test_a_damaged_file_is_told_and_removed(store: Store) -> None:
    path, _, _ = store.add(URL, [b"data"])
    store.add(URL + "2", [b"other"])
    path.chmod(0o644)
    path.write_bytes(b"rotten")
    found = {each.path == path: loss for each, loss in damaged(store)}
    assert found == {False: None, True: Loss.REMOVED}
    assert not path.exists()


def test_what_is_removed_is_forgotten_and_the_rest_is_not(store: Store) -> None:
    path, _, _ = store.add(URL, [b"data"])
    store.add(URL + "2", [b"other"])
    remove(store, [each for each in held(store) if each.path == path])
    assert store.told(URL) is None
    assert store.find(URL + "2") is not None
    assert [each.name for each in (store.folder / "proofs").iterdir()] == [held(store)[0].path.name]


def left_behind(store: Store) -> Path:
    part = begin(store.folder, Origin(URL, '"one"', 10))
    part.write(b"12345")
    part._stream.close()
    return part.folder


def test_what_a_dead_process_left_is_swept_after_a_day(store: Store) -> None:
    folder = left_behind(store)
    record = folder / "record"
    record.write_text(record.read_text().replace(str(os.getpid()), "999999999"))
    age(folder, 0.9)
    assert sweep(store.folder, NOW) == []
    age(folder, 1.1)
    assert sweep(store.folder, NOW) == [folder]
    assert not folder.exists()


def test_what_a_living_process_writes_is_never_swept(store: Store) -> None:
    from filelock import FileLock

    folder = left_behind(store)
    age(folder, 400)
    (store.folder / "locks").mkdir()
    with FileLock(store.folder / "locks" / key(URL)):
        assert busy(store.folder, key(URL))
        assert sweep(store.folder, NOW) == []
    assert not busy(store.folder, key(URL))
    assert sweep(store.folder, NOW) == [folder]


def test_the_beginning_of_a_file_is_kept_for_two_weeks(store: Store) -> None:
    part = begin(store.folder, Origin(URL, '"one"', 10))
    part.write(b"12345")
    part.let_go()
    kept = store.folder / "partial" / key(URL)
    age(kept, 13)
    assert sweep(store.folder, NOW) == []
    age(kept, 15)
    assert sweep(store.folder, NOW) == [kept]


def test_a_temporary_file_is_swept_after_a_day(store: Store) -> None:
    (store.folder / "partial").mkdir()
    loose = store.folder / "partial" / "loose.abc"
    loose.write_bytes(b"x")
    age(loose, 0.5)
    assert sweep(store.folder, NOW) == []
    age(loose, 2)
    assert sweep(store.folder, NOW) == [loose]


def test_what_lies_aside_is_listed_and_removed_with_what_is_noted_of_it(store: Store) -> None:
    from filelock import FileLock

    kept, _, _ = store.add(URL, [b"data"])
    wrong = begin(store.folder, Origin(URL + "2", "", None))
    wrong.write(b"other")
    wrong.flush()
    place, digest, _ = store.quarantine(wrong)
    part = begin(store.folder, Origin(URL + "3", '"one"', 10))
    part.write(b"123")
    part.let_go()
    os.utime(place, (2, 2))
    os.utime(store.folder / "partial" / key(URL + "3") / "data", (1, 1))
    first, second = aside(store)
    assert (first.digest, first.size, first.urls) == (digest, 5, (URL + "2",))
    assert (second.digest, second.size, second.urls) == (None, 3, (URL + "3",))
    assert (first.aside, second.aside) == ("in quarantine", "not complete")
    with FileLock(store.folder / "locks" / key(URL + "3")):
        assert aside(store) == [first]  # somebody goes on with the other
    everything = (*held(store), *aside(store))
    out = surplus(everything, before=None, most=4)
    assert out == [first, second]
    assert surplus(everything, before=1.5, most=None) == [second]
    remove(store, out)
    assert [each.path for each in held(store)] == [kept]
    assert aside(store) == []
    assert store.quarantined(URL + "2") is None


def test_an_empty_store_holds_nothing(store: Store) -> None:
    assert held(store) == []
    assert aside(store) == []
    assert list(damaged(store)) == []
    assert sweep(store.folder, NOW) == []
