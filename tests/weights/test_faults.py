"""Faults: the store holds the right bytes or nothing, and the next run succeeds."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import filelock
import pytest

from tests.weights.server import Hostile, body, half_then, in_turn, ranged, stall
from zoo.errors import Unavailable
from zoo.run import WeightsFile
from zoo.weights import Access, Patience, Policy, obtain
from zoo.weights.origin import Origin, key, trusted, written_now
from zoo.weights.partial import begin, resume

ROOT = Path(__file__).parents[2]
OPEN = Policy(allow_http=True, allow_private=True)
HASTY = Patience(sleep=lambda seconds: None)
DATA = os.urandom(2**20 + 2**19)
HEX = hashlib.sha256(DATA).hexdigest()

# What a process of its own runs: it fetches argv[1] into argv[2], after running argv[3].
FETCH = """
import os, sys
from pathlib import Path
from tests.weights.killed import fetch
exec(sys.argv[3])
fetch(sys.argv[1], Path(sys.argv[2]))
"""

Fetch = Callable[..., WeightsFile]


@pytest.fixture
def fetch(entry, cache: Path) -> Fetch:
    def run(url: str, cache: Path = cache) -> WeightsFile:
        return obtain(entry(weights=url), Access(cache, policy=OPEN, patience=HASTY))

    return run


def start(url: str, cache: Path, before: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", FETCH, url, str(cache), before]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)


def stored(cache: Path) -> list[Path]:
    return [path for path in (cache / "sha256").rglob("*") if path.is_file()]


def sound(cache: Path) -> bool:
    """Return whether every file that the store vouches for is what its name says."""
    return all(hashlib.sha256(p.read_bytes()).hexdigest() == p.name for p in stored(cache))


def kill_while_it_waits(server: Hostile, cache: Path, number: int = signal.SIGKILL) -> str:
    """Fetch a file of which half comes, and end the process there; return the URL."""
    sent = threading.Event()

    def then(handler: BaseHTTPRequestHandler) -> None:
        sent.set()
        stall(handler)

    url = server.serve("/a.pth", half_then(DATA, then, ETag='"one"'))
    process = start(url, cache)
    assert sent.wait(30)
    while sum(path.stat().st_size for path in cache.glob("partial/*/data")) < len(DATA) // 2:
        threading.Event().wait(0.01)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode in (-signal.SIGKILL, -signal.SIGINT)
    return url


@pytest.mark.parametrize("resuming", [False, True])
def test_a_process_killed_at_any_write_fsync_or_rename_leaves_right_bytes_or_nothing(
    server: Hostile, tmp_path: Path, fetch: Fetch, resuming: bool
) -> None:
    cut = len(DATA) // 3 if resuming else None
    url = server.serve("/a.pth", ranged(DATA, cut=cut))
    command = [sys.executable, "-m", "tests.weights.killed", url, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    server.serve("/a.pth", ranged(DATA))
    assert int(done.stdout) > 15
    for calls in range(1, int(done.stdout) + 1):
        cache = tmp_path / str(calls)
        assert sound(cache)
        assert fetch(url, cache).digest.hex == HEX
        assert sound(cache)
        assert stored(cache)


def test_what_a_killed_process_left_is_gone_on_with(
    server: Hostile, fetch: Fetch, cache: Path
) -> None:
    url = kill_while_it_waits(server, cache)
    assert stored(cache) == []
    server.serve("/a.pth", ranged(DATA))
    assert fetch(url).path.read_bytes() == DATA
    assert server.headers[-1]["Range"] == f"bytes={len(DATA) // 2}-"
    assert list((cache / "partial").iterdir()) == []


def test_what_an_interrupted_process_left_is_gone_on_with(
    server: Hostile, fetch: Fetch, cache: Path
) -> None:
    url = kill_while_it_waits(server, cache, signal.SIGINT)
    assert [path.name for path in (cache / "partial").iterdir()] == [key(url)]
    server.serve("/a.pth", ranged(DATA))
    assert fetch(url).path.read_bytes() == DATA
    assert server.headers[-1]["Range"] == f"bytes={len(DATA) // 2}-"


@pytest.mark.parametrize("locks", ["work", "lie", "fail"])
def test_eight_processes_that_fetch_one_file_all_succeed(
    server: Hostile, cache: Path, locks: str
) -> None:
    before = {
        "work": "",
        "lie": "import fcntl; fcntl.flock = lambda *arguments: None",
        "fail": "import filelock\n"
        "def fail(*a, **b): raise OSError(38, 'no locks here')\n"
        "filelock.FileLock.acquire = fail",
    }[locks]
    url = server.serve("/a.pth", in_turn(*[ranged(DATA, cut=400_000)] * 3, ranged(DATA)))
    processes = [start(url, cache, before) for _ in range(8)]
    ends = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert [end[2] for end in ends] == [0] * 8, ends
    assert sound(cache)
    assert [path.name for path in stored(cache)] == [HEX]
    assert list(cache.glob("partial/*")) == []
    if locks == "work":
        assert len(server.asked) == 4  # three parts and the rest, by one of them


def test_a_full_disk_is_said_and_what_is_there_is_kept_for_the_next_run(
    server: Hostile, fetch: Fetch, cache: Path
) -> None:
    url = server.serve("/a.pth", ranged(DATA))
    process = start(url, cache, "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (10**6, 10**6))")
    err = process.communicate(timeout=30)[1]
    assert f"cannot write to the cache {cache}: File too large" in err
    assert stored(cache) == []
    assert fetch(url).path.read_bytes() == DATA
    assert "Range" in server.headers[-1]


def test_a_disk_that_is_really_full_is_said(server: Hostile, fetch: Fetch, tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user cannot mount a file system")
    try:
        url = server.serve("/a.pth", body(DATA, length=None, ETag='"one"'))
        with pytest.raises(Unavailable, match=r"cannot write to the cache .*No space left"):
            fetch(url, mount / "cache")
        assert stored(mount / "cache") == []
        with pytest.raises(Unavailable, match=r"no room for "):
            fetch(server.serve("/b.pth", body(DATA)), mount / "cache")
        subprocess.run(["mount", "-o", "remount,size=9m", str(mount)], check=True)
        server.serve("/a.pth", ranged(DATA))
        assert fetch(url, mount / "cache").digest.hex == HEX
        assert "Range" in server.headers[-1]
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_cache_that_is_only_read_serves_what_it_has_and_says_what_it_cannot(
    server: Hostile, fetch: Fetch, cache: Path
) -> None:
    have, lack = server.serve("/a.pth", body(DATA)), server.serve("/b.pth", body(DATA[1:]))
    fetch(have)
    for folder in (cache, *cache.rglob("*")):
        folder.chmod(0o555 if folder.is_dir() else 0o444)
    for folder in (cache.parent, *cache.parent.parents[:-2]):
        folder.chmod(0o755)
    nobody = "os.geteuid() or os.setuid(65534)"
    try:
        process = start(have, cache, nobody)
        assert process.communicate(timeout=30)[1] == ""
        assert process.returncode == 0
        err = start(lack, cache, nobody).communicate(timeout=30)[1]
        assert f"cannot write to the cache {cache}: Permission denied" in err
    finally:
        for folder in (cache, *cache.rglob("*")):
            folder.chmod(0o755)
    assert server.asked == ["/a.pth", "/b.pth"]


def test_a_tag_that_changes_in_between_makes_it_begin_anew(
    server: Hostile, fetch: Fetch, cache: Path
) -> None:
    url = kill_while_it_waits(server, cache)
    other = DATA[::-1]
    server.serve("/a.pth", ranged(other, '"two"'))
    assert fetch(url).path.read_bytes() == other


def elsewhere(part: Path) -> None:
    """Let a partial file have been written before the machine was started."""
    record = json.loads((part / "record").read_text())
    (part / "record").write_text(json.dumps({**record, "boot": "another"}))


def test_bytes_that_a_power_cut_may_have_lost_are_not_trusted(cache: Path) -> None:
    part = begin(cache, Origin("https://a/b", '"one"', 10))
    part.write(b"12345")
    part.let_go()
    elsewhere(cache / "partial" / key("https://a/b"))
    again = resume(cache, "https://a/b", alone=True)
    assert again is not None
    assert again.size == 5  # flushed when it was let go
    again.write(b"6789")
    assert resume(cache, "https://a/b", alone=True) is None  # since it is being written
    elsewhere(again.folder)
    copied = resume(cache, "https://a/b", alone=True)
    assert copied is not None
    assert copied.size == 5
    copied.discard()
    again.discard()


@pytest.mark.parametrize("record", ["[" * 100_000, '{"flushed": 1e999, "length": null}'])
def test_a_record_that_no_zoo_has_written_is_trusted_for_nothing(
    tmp_path: Path, record: str
) -> None:
    (tmp_path / "data").write_bytes(b"x")
    (tmp_path / "record").write_text(
        record.replace("{", '{"url": "https://a/b", "etag": "x", "length": 1, "boot": "x", ')
    )
    assert trusted(tmp_path, "https://a/b") == (None, 0)
    assert written_now(tmp_path) in {True, False}


def test_a_part_that_has_rotted_is_no_part(server: Hostile, fetch: Fetch, cache: Path) -> None:
    url = kill_while_it_waits(server, cache, signal.SIGINT)
    part = cache / "partial" / key(url) / "data"
    data = bytearray(part.read_bytes())
    data[1000] ^= 1
    part.write_bytes(data)
    server.serve("/a.pth", ranged(DATA))
    assert fetch(url).digest.hex == HEX
    assert "Range" not in server.headers[-1]


def test_of_two_that_go_on_with_one_part_one_begins_anew(cache: Path) -> None:
    part = begin(cache, Origin("https://a/b", '"one"', 10))
    part.write(b"12345")
    part.let_go()
    first = resume(cache, "https://a/b", alone=False)
    assert first is not None
    assert resume(cache, "https://a/b", alone=False) is None
    first.discard()


@pytest.mark.parametrize(
    "record", ["", "[]", "{}", '{"url": 1}', '{"url": "https://a/b", "etag": 7, "length": null}']
)
def test_a_damaged_record_of_a_part_is_no_part(cache: Path, record: str) -> None:
    part = begin(cache, Origin("https://a/b", '"one"', None))
    part.write(b"12345")
    part.let_go()
    (cache / "partial" / key("https://a/b") / "record").write_text(record)
    assert resume(cache, "https://a/b", alone=True) is None
    assert list((cache / "partial").iterdir()) == []


def test_a_process_waits_for_one_that_fetches_the_same_file(
    server: Hostile, fetch: Fetch, cache: Path
) -> None:
    url = server.serve("/a.pth", body(DATA))
    (cache / "locks").mkdir(parents=True)
    held = filelock.FileLock(cache / "locks" / key(url))
    held.acquire()
    done: list[WeightsFile] = []
    waiting = threading.Thread(target=lambda: done.append(fetch(url)))
    waiting.start()
    waiting.join(0.3)
    assert server.asked == []
    held.release()
    waiting.join(10)
    assert done[0].digest.hex == HEX
