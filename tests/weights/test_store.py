"""The store: a file is there complete and right, or not at all, whatever happens in between."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.weights.server import Hostile, body, half_then, reset
from zoo.claims import Digest, Metric
from zoo.errors import Unavailable
from zoo.run import WeightsFile
from zoo.weights import Access, Patience, Policy, obtain, proof, store
from zoo.weights.store import Loss, Store, sha256

OPEN = Policy(allow_http=True, allow_private=True)
HASTY = Patience(sleep=lambda seconds: None)
DATA = os.urandom(3 * 2**20)
DIGEST = Digest("sha256", hashlib.sha256(DATA).hexdigest())
URL = "https://weights.example/a.pth"

Fetch = Callable[..., WeightsFile]


@pytest.fixture
def fetch(entry, cache: Path) -> Fetch:
    def run(url: str, *, offline: bool = False) -> WeightsFile:
        return obtain(entry(weights=url), Access(cache, offline, OPEN, patience=HASTY))

    return run


def stored(cache: Path) -> list[Path]:
    """Return the files that the store vouches for."""
    return [path for path in (cache / "sha256").rglob("*") if path.is_file()]


def partial(cache: Path) -> list[Path]:
    """Return what is left of files that are not complete."""
    return list(cache.glob("partial/*"))


def test_a_file_lies_under_its_own_digest(cache: Path) -> None:
    path, digest, size = Store(cache).add(URL, [DATA[:100], DATA[100:]])
    assert (digest, size) == (DIGEST, len(DATA))
    assert path == cache / "sha256" / DIGEST.hex[:2] / DIGEST.hex
    assert path.read_bytes() == DATA
    assert partial(cache) == []


def test_what_was_added_is_found_by_its_url(cache: Path) -> None:
    added = Store(cache).add(URL, [DATA])
    assert Store(cache).find(URL) == added
    assert Store(cache).find(URL + "?") is None


def test_no_part_of_a_url_becomes_a_path(cache: Path) -> None:
    path, _, _ = Store(cache).add("https://weights.example/../../../../tmp/evil", [b"data"])
    names = [file.name for file in cache.rglob("*") if file.is_file()]
    assert path.is_relative_to(cache)
    assert all(re.fullmatch("[0-9a-f]{64}", name) for name in names)


def test_the_same_bytes_from_two_urls_are_stored_once(cache: Path) -> None:
    Store(cache).add(URL, [DATA])
    Store(cache).add(URL + "2", [DATA])
    assert len(stored(cache)) == 1


def test_an_empty_file_is_stored_like_any_other(cache: Path) -> None:
    _, digest, size = Store(cache).add(URL, [])
    assert (digest.hex, size) == (hashlib.sha256().hexdigest(), 0)


def test_hashing_reports_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(DATA)
    seen: list[int] = []
    with (tmp_path / "a").open("rb") as stream:
        assert sha256(stream, seen.append) == (DIGEST, len(DATA))
    assert seen == [2**20, 2 * 2**20, 3 * 2**20]


@pytest.mark.parametrize("broken", [RuntimeError, Unavailable, KeyboardInterrupt, SystemExit])
def test_an_interruption_while_writing_leaves_nothing(
    cache: Path, broken: type[BaseException]
) -> None:
    def chunks() -> Iterator[bytes]:
        yield DATA
        raise broken("half way")

    with pytest.raises(broken):
        Store(cache).add(URL, chunks())
    assert stored(cache) == []
    assert partial(cache) == []
    assert Store(cache).find(URL) is None


def test_a_connection_that_breaks_leaves_nothing_that_nobody_can_go_on_with(
    server: Hostile, fetch: Fetch, cache: Path
) -> None:
    with pytest.raises(Unavailable):
        fetch(server.serve("/a.pth", half_then(DATA, reset)))
    assert stored(cache) == []
    assert partial(cache) == []


def test_a_second_fetch_asks_nobody(server: Hostile, fetch: Fetch) -> None:
    url = server.serve("/a.pth", body(DATA))
    assert fetch(url) == fetch(url)
    assert server.asked == ["/a.pth"]


def test_offline_uses_what_is_in_the_cache_and_nothing_else(server: Hostile, fetch: Fetch) -> None:
    url = server.serve("/a.pth", body(DATA))
    with pytest.raises(Unavailable, match="is not in the cache") as error:
        fetch(url, offline=True)
    assert "zoo fetch" in error.value.hint
    assert server.asked == []
    fetch(url)
    assert fetch(url, offline=True).digest == DIGEST


def test_a_flipped_byte_is_noticed_and_the_file_fetched_again(
    server: Hostile, fetch: Fetch
) -> None:
    url = server.serve("/a.pth", body(DATA))
    path = fetch(url).path
    damage(path)
    told = r"a\.pth was damaged in the cache and has been removed, and --offline was asked for"
    with pytest.raises(Unavailable, match=told):
        fetch(url, offline=True)
    with pytest.raises(Unavailable, match=r"a\.pth is not in the cache, and --offline"):
        fetch(url, offline=True)
    assert fetch(url).path.read_bytes() == DATA
    assert server.asked == ["/a.pth", "/a.pth"]


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"{",
        b"[]",
        b'"a"',
        b"{}",
        b'{"sha256": "../../../etc/passwd"}',
        b'{"sha256": 7}',
        b"\xff",
    ],
)
def test_a_damaged_record_counts_as_absent(cache: Path, record: bytes) -> None:
    store = Store(cache)
    store.add(URL, [DATA])
    (file,) = (cache / "urls").iterdir()
    file.write_bytes(record)
    assert store.find(URL) is None


def test_a_record_of_a_file_that_is_gone_counts_as_absent(cache: Path) -> None:
    store = Store(cache)
    path, _, _ = store.add(URL, [DATA])
    path.unlink()
    assert store.find(URL) is None


def test_a_cache_that_cannot_be_made_is_named_with_what_to_do(entry, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "cache"
    with pytest.raises(Unavailable, match=r"cannot write to the cache .*file/cache: ") as error:
        Store(folder).add(URL, [DATA])
    assert "ZOO_CACHE_DIR" in error.value.hint


def test_a_file_in_the_place_of_a_folder_of_the_cache_is_said(cache: Path) -> None:
    cache.mkdir()
    (cache / "sha256").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot write to the cache"):
        Store(cache).add(URL, [DATA])
    assert partial(cache) == []


def test_a_record_that_cannot_be_written_leaves_no_partial_file(cache: Path) -> None:
    cache.mkdir()
    (cache / "urls").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot write to the cache"):
        Store(cache).add(URL, [DATA])
    assert partial(cache) == []


def test_a_full_disk_is_said_and_leaves_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left on device"):
        Store(cache).add(URL, [DATA])
    assert stored(cache) == []
    assert partial(cache) == []


def damage(path: Path, *, unseen: bool = False) -> None:
    """Flip a bit of a file; unseen: so that its size and times stay as they were."""
    times = path.stat()
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[1234] ^= 1
    path.write_bytes(data)
    path.chmod(0o444)
    if unseen:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_stored_file_is_only_read(cache: Path) -> None:
    path, _, _ = Store(cache).add(URL, [DATA])
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_a_file_that_looks_as_it_did_is_not_hashed_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = Store(cache).add(URL, [DATA])

    def refuse(*_: object) -> None:
        raise AssertionError("hashed again")

    monkeypatch.setattr(store, "sha256", refuse)
    assert Store(cache).find(URL) == added
    with pytest.raises(AssertionError):
        Store(cache, paranoid=True).find(URL)


def test_a_file_whose_content_has_changed_is_found_out_although_its_time_was_set_back(
    cache: Path,
) -> None:
    path, _, _ = Store(cache).add(URL, [DATA])
    damage(path, unseen=True)
    assert Store(cache).find(URL) is None
    assert not path.exists()


def test_rot_that_no_time_shows_is_found_where_every_use_hashes(cache: Path) -> None:
    path, digest, _ = Store(cache).add(URL, [DATA])
    damage(path)
    proof.remember(cache, path, proof.look(path))  # as if the disk itself had changed the bit
    assert Store(cache).find(URL) is not None
    assert Store(cache, paranoid=True).find(URL) is None
    assert not path.exists()
    assert Store(cache).add(URL, [DATA])[1] == digest


@pytest.mark.parametrize("noted", ["", "[]", "{}", '{"size": 1}', '{"size": 1, "x": 2}'])
def test_a_damaged_proof_proves_nothing(cache: Path, noted: str) -> None:
    path, _, _ = added = Store(cache).add(URL, [DATA])
    (cache / "proofs" / path.name).write_text(noted)
    assert not proof.unchanged(cache, path)
    assert Store(cache).find(URL) == added
    assert proof.unchanged(cache, path)


def test_a_good_file_that_replaces_a_damaged_one_is_not_removed_with_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, digest, size = Store(cache).add(URL, [DATA])
    damage(path)
    hashing = store.sha256

    def replaced_meanwhile(stream: BinaryIO) -> tuple[Digest, int]:
        found = hashing(stream)
        monkeypatch.setattr(store, "sha256", hashing)
        Store(cache).add(URL, [DATA])
        return found

    monkeypatch.setattr(store, "sha256", replaced_meanwhile)
    assert Store(cache).find(URL) is None
    assert Store(cache).find(URL) == (path, digest, size)


def test_what_is_not_the_claimed_file_goes_into_quarantine(
    entry, claim, server: Hostile, cache: Path
) -> None:
    access = Access(cache, policy=OPEN, patience=HASTY)
    url = server.serve("/a.pth", body(DATA[1:]))
    weights = obtain(entry(claim(Metric.WEIGHTS_DIGEST, DIGEST), weights=url), access)
    other = hashlib.sha256(DATA[1:]).hexdigest()
    assert weights.mismatch == f"the file is sha256:{other}, not {DIGEST}"
    assert weights.path == cache / "quarantine" / other
    assert stored(cache) == []
    assert Store(cache).find(url) is None


def test_a_claim_that_is_corrected_lets_the_file_out_of_quarantine(
    entry, claim, server: Hostile, cache: Path
) -> None:
    access = Access(cache, policy=OPEN, patience=HASTY)
    url = server.serve("/a.pth", body(DATA))
    wrong, right = (Digest("sha256", digits) for digits in ("0" * 64, DIGEST.hex))
    assert obtain(entry(claim(Metric.WEIGHTS_DIGEST, wrong), weights=url), access).mismatch
    weights = obtain(entry(claim(Metric.WEIGHTS_DIGEST, right), weights=url), access)
    assert (weights.mismatch, weights.path) == ("", Store(cache).path(DIGEST))
    assert len(server.asked) == 1
    assert list((cache / "quarantine").iterdir()) == []


def test_a_damaged_file_in_a_cache_that_is_only_read_counts_as_absent(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _, _ = Store(cache).add(URL, [DATA])
    damage(path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "unlink", refuse)
    assert Store(cache).find(URL) is None
    assert Store(cache).seek(URL) is Loss.LEFT


def test_that_a_damaged_copy_is_replaced_is_told(entry, server: Hostile, cache: Path) -> None:
    told: list[str] = []
    url = server.serve("/a.pth", body(DATA))
    access = Access(
        cache, policy=OPEN, patience=HASTY, progress=lambda what, done, total: told.append(what)
    )
    damage(obtain(entry(weights=url), access).path)
    assert set(told) == {"a.pth"}
    assert obtain(entry(weights=url), access).digest == DIGEST
    assert set(told) == {"a.pth", "a.pth (damaged in the cache)"}


def test_a_file_that_is_removed_while_it_is_looked_up_is_absent_and_no_error(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _, size = added = Store(cache).add(URL, [DATA])
    used = proof.used

    def pruned(store: Path, path: Path) -> None:
        used(store, path)
        path.unlink()

    monkeypatch.setattr(proof, "used", pruned)
    assert Store(cache).find(URL) == added
    assert size == len(DATA)
    assert not path.exists()
    assert Store(cache).seek(URL) is Loss.ABSENT
