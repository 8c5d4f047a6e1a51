"""The store: a file is there complete and right, or not at all, whatever happens in between."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.weights.server import Hostile, body, half_then, reset, stall
from zoo.claims import Digest
from zoo.errors import Unavailable
from zoo.run import WeightsFile
from zoo.weights import Access, Patience, Policy, obtain
from zoo.weights.store import Store, sha256

OPEN = Policy(allow_http=True, allow_private=True)
HASTY = Patience(sleep=lambda seconds: None)
DATA = os.urandom(3 * 2**20)
DIGEST = Digest("sha256", hashlib.sha256(DATA).hexdigest())
URL = "https://weights.example/a.pth"

# What a process of its own runs: it fetches argv[1] into the folder argv[2].
FETCH = """
import resource, sys
from pathlib import Path
from zoo.claims import Location, ModelEntry, SourceSpec, Text
from zoo.errors import ZooError
from zoo.weights import Access, Patience, Policy, obtain
url, cache, limit = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
place = Location("index.md", 1, 1)
entry = ModelEntry("tiny", place, ".", SourceSpec("timm", "tiny", {}, place),
                   weights=Text(url, place))
try:
    access = Access(cache, policy=Policy(True, True), patience=Patience(sleep=lambda s: None))
    print(obtain(entry, access).digest)
except ZooError as error:
    print(type(error).__name__, error.message, error.hint, sep="|")
"""

Fetch = Callable[..., WeightsFile]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def fetch(entry, cache: Path) -> Fetch:
    def run(url: str, *, offline: bool = False) -> WeightsFile:
        return obtain(entry(weights=url), Access(cache, offline, OPEN, patience=HASTY))

    return run


def start(url: str, cache: Path, limit: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", FETCH, url, str(cache), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=60)[0].strip()


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
    assert all(set(name) <= set("0123456789abcdef") and len(name) == 64 for name in names)


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


def test_a_connection_that_breaks_leaves_nothing(
    server: Hostile, fetch: Fetch, cache: Path
) -> None:
    with pytest.raises(Unavailable):
        fetch(server.serve("/a.pth", half_then(DATA, reset)))
    assert stored(cache) == []
    assert partial(cache) == []


def test_a_process_killed_half_way_leaves_nothing_under_a_digest(
    server: Hostile, fetch: Fetch, cache: Path
) -> None:
    sent = threading.Event()

    def half_then_wait(handler: BaseHTTPRequestHandler) -> None:
        sent.set()
        stall(handler)

    url = server.serve("/a.pth", half_then(DATA, half_then_wait))
    process = start(url, cache)
    assert sent.wait(30)
    for _ in range(300):
        if any(path.stat().st_size for path in partial(cache)):
            break
        threading.Event().wait(0.02)
    process.send_signal(signal.SIGKILL)
    finish(process)
    assert process.returncode == -signal.SIGKILL
    assert [path.stat().st_size for path in partial(cache)] == [2**20]
    assert stored(cache) == []
    server.serve("/a.pth", body(DATA))
    assert fetch(url).digest == DIGEST


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
    damaged = bytearray(DATA)
    damaged[1234] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(Unavailable):
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


def test_two_processes_that_fetch_the_same_file_at_once_both_succeed(
    server: Hostile, cache: Path
) -> None:
    both_are_here = threading.Barrier(2, timeout=30)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        both_are_here.wait()
        body(DATA)(handler)

    url = server.serve("/a.pth", answer)
    processes = [start(url, cache), start(url, cache)]
    assert [finish(process) for process in processes] == [str(DIGEST)] * 2
    assert [path.read_bytes() == DATA for path in stored(cache)] == [True]
    assert partial(cache) == []


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


def test_a_limit_on_the_size_of_files_is_said_and_leaves_nothing(
    server: Hostile, cache: Path
) -> None:
    url = server.serve("/a.pth", body(DATA))
    kind, message, hint = finish(start(url, cache, limit=100_000)).split("|")
    assert kind == "Unavailable"
    assert message == f"cannot write to the cache {cache}: File too large"
    assert "free some space" in hint
    assert stored(cache) == []
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


def test_a_damaged_file_in_a_cache_that_is_only_read_counts_as_absent(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _, _ = Store(cache).add(URL, [DATA])
    path.write_bytes(DATA[1:])

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "unlink", refuse)
    assert Store(cache).find(URL) is None
