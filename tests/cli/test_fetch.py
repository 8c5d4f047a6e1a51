"""``zoo fetch``: several files at a time, in the order of the index, with what went wrong."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pty
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Zoo
from tests.weights.server import Hostile, body, running, status


def index(folder: Path, urls: dict[str, str]) -> Path:
    page = folder / "index.yml"
    lines = [f"- Name: {name}\n  Weights: {url}\n" for name, url in urls.items()]
    page.write_text("Models:\n" + "".join(lines))
    return page


def test_files_are_told_in_the_order_of_the_index_whichever_comes_first(
    zoo: Zoo, server: Hostile, tmp_path: Path
) -> None:
    last_is_there = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        assert last_is_there.wait(10)
        body(b"slow")(handler)

    def tell(handler: BaseHTTPRequestHandler) -> None:
        body(b"fast")(handler)
        last_is_there.set()

    urls = {"slow": server.serve("/s.pth", wait), "fast": server.serve("/f.pth", tell)}
    outcome = zoo("fetch", "--all", "--index", index(tmp_path, urls))
    assert outcome.code == 0
    digests = [f"sha256:{hashlib.sha256(data).hexdigest()}" for data in (b"slow", b"fast")]
    assert [line.split()[:2] for line in outcome.out.splitlines()] == [
        ["slow", digests[0]],
        ["fast", digests[1]],
    ]
    assert "reading f.pth of fast (4 bytes)" in outcome.err


def test_one_job_fetches_one_file_after_the_other(
    zoo: Zoo, server: Hostile, tmp_path: Path
) -> None:
    urls = {name: server.serve(f"/{name}.pth", body(name.encode())) for name in "cab"}
    assert zoo("fetch", "--all", "-j", "1", "--index", index(tmp_path, urls)).code == 0
    assert server.asked == ["/c.pth", "/a.pth", "/b.pth"]


def test_models_that_share_a_file_fetch_it_once(zoo: Zoo, server: Hostile, tmp_path: Path) -> None:
    url = server.serve("/a.pth", body(b"shared" * 10**5))
    page = index(tmp_path, dict.fromkeys("abcdef", url))
    assert zoo("fetch", "--all", "--jobs", "6", "--index", page).code == 0
    assert server.asked == ["/a.pth"]


def test_what_cannot_be_had_does_not_keep_the_others(
    zoo: Zoo, server: Hostile, tmp_path: Path
) -> None:
    urls = {"gone": server.serve("/g.pth", status(404)), "here": server.serve("/h.pth", body(b"x"))}
    outcome = zoo("fetch", "--all", "--index", index(tmp_path, urls))
    assert outcome.code == 4
    assert outcome.out.startswith("here  sha256:")
    assert "gone: there is no file at" in outcome.err
    assert "→ correct the Weights URL" in outcome.err


def test_a_page_of_an_attacker_writes_no_control_codes_to_the_terminal(
    zoo: Zoo, server: Hostile, tmp_path: Path
) -> None:
    answer = status(302, Location="https://evil.invalid/\x1b[2J")
    outcome = zoo("fetch", "m", "--index", index(tmp_path, {"m": server.serve("/m.pth", answer)}))
    assert outcome.code == 4
    assert "\x1b" not in outcome.err


@pytest.mark.parametrize("command", ["fetch", "lock"])
def test_a_models_name_gives_no_command_to_a_runner(zoo: Zoo, tmp_path: Path, command: str) -> None:
    page = tmp_path / "index.yml"
    page.write_text('Models:\n- Name: "::error::pwned"\n')
    outcome = zoo(command, "--all", "--index", page)
    assert outcome.code == 0
    assert "error::pwned: the page names no weights file" in outcome.err
    assert not [line for line in outcome.err.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize("command", ["fetch", "lock"])
def test_where_no_model_matches_the_exit_code_says_so(zoo: Zoo, command: str) -> None:
    outcome = zoo(command, "--name", "nothing*")
    assert (outcome.code, outcome.out) == (5, "")
    assert "no model of the index matches" in outcome.err


def test_a_terminal_is_shown_what_is_being_verified(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    environment.pop("CI", None)
    where = ("--index", "model-index/demo", "--only", "file-size,parameters", "--trust-python")
    process = subprocess.Popen(
        [sys.executable, "-m", "zoo", "verify", "digits", *where],
        env={**environment, "ZOO_CACHE_DIR": str(tmp_path)},
        cwd=ROOT,
        stderr=theirs,
        stdout=subprocess.PIPE,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal ends
        while chunk := os.read(ours, 65536):
            shown += chunk
    out = process.communicate(timeout=60)[0]
    os.close(ours)
    assert process.returncode == 0
    assert b"digits parameters" in shown and b"verifying digits" not in shown
    assert b"\x1b[?25h" in shown  # the cursor is there again
    assert b"\x1b" not in out


def test_a_terminal_is_shown_a_bar_for_each_file(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    with running(Hostile()) as server:
        page = index(tmp_path, {"one": server.serve("/weights.pth", body(data))})
        code = (
            "import sys; from zoo.cli import _access, run; from zoo.weights import Policy\n"
            "_access.Policy = lambda **given: Policy(allow_http=True, allow_private=True)\n"
            f"sys.exit(run(['fetch', 'one', '--index', {str(page)!r}]))"
        )
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
        environment.pop("CI", None)
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env=environment,
            cwd=ROOT,
            stderr=theirs,
            stdout=subprocess.PIPE,
        )
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:  # how a terminal ends
            pass
        out = process.communicate(timeout=30)[0]
        os.close(ours)
    assert process.returncode == 0
    assert b"one weights.pth" in shown
    assert out.decode().split()[1] == f"sha256:{hashlib.sha256(data).hexdigest()}"
