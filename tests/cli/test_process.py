"""What only a process of its own can show: imports, streams, interruption."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ZOO = [sys.executable, "-m", "zoo"]
HEAVY = ("torch", "timm", "pandas", "requests")


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["list", "--format", "json"],
        ["show", "seresnet50"],
        ["check", "model-index/demo"],
        ["report", "tests/goldens/run.json"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_browsing_never_imports_torch_timm_or_pandas(arguments: list[str]) -> None:
    code = (
        "import sys; from zoo.cli import run\n"
        f"code = run({arguments!r})\n"
        f"print([name for name in {HEAVY[:3]!r} if name in sys.modules], file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr.strip().endswith("[]")


@pytest.mark.parametrize("arguments", [["list"], ["verify", "--help"], ["--version"]], ids=" ".join)
def test_a_reader_that_goes_away_is_no_error(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(
        [*ZOO, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_locale_without_unicode_still_gets_its_report() -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*ZOO, "report", "tests/goldens/run.json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"FAIL" in done.stdout


def test_colours_follow_the_environment() -> None:
    def out(**variables: str) -> bytes:
        environment = {**os.environ, **variables}
        command = [*ZOO, "report", "tests/goldens/run.json"]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, check=True
        ).stdout

    assert b"\x1b[" not in out()
    assert b"\x1b[" in out(FORCE_COLOR="1")


class _Stalling(BaseHTTPRequestHandler):
    """Sends half of a file, and then nothing; the rest when it is asked for."""

    begun = threading.Semaphore(0)
    done = threading.Event()

    def do_GET(self) -> None:
        rest = "Range" in self.headers
        self.send_response(206 if rest else 200)
        self.send_header("ETag", '"one"')
        if rest:
            self.send_header("Content-Range", "bytes 1500000-1999999/2000000")
        self.send_header("Content-Length", "500000" if rest else "2000000")
        self.end_headers()
        self.wfile.write(b"x" * (500_000 if rest else 1_500_000))
        self.begun.release()
        if not rest:
            self.done.wait(30)

    def log_message(self, *arguments: object) -> None:
        pass


def test_interrupted_downloads_end_at_once_and_are_gone_on_with(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Stalling)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    index = tmp_path / "index.yml"
    lines = [
        f"- Name: m{n}\n  Weights: http://127.0.0.1:{server.server_port}/{n}.pth\n"
        for n in range(3)
    ]
    index.write_text("Models:\n" + "".join(lines))
    # Loopback is refused by the policy of the command line, so the process lets it through itself.
    code = (
        "import sys; from zoo.cli import _access, run; from zoo.weights import Policy\n"
        "_access.Policy = lambda **given: Policy(allow_http=True, allow_private=True)\n"
        f"sys.exit(run(['fetch', '--all', '--jobs', '2', '--index', {str(index)!r}]))"
    )
    cache = tmp_path / "cache"

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, "ZOO_CACHE_DIR": str(cache)},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    process = start()
    try:
        for _ in range(2):
            assert _Stalling.begun.acquire(timeout=30)
        while sum(path.stat().st_size for path in cache.glob("partial/*/data")) < 3_000_000:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, err = process.communicate(timeout=30)
        assert time.monotonic() - begun < 5
        assert process.returncode == 130
        assert "interrupted" in err
        assert "Traceback" not in err
        files = [path for path in cache.rglob("*") if path.is_file()]
        assert {path.relative_to(cache).parts[0] for path in files} == {"partial", "locks"}
        _Stalling.done.set()
        out, err = start().communicate(timeout=30)
        digest = hashlib.sha256(b"x" * 2_000_000).hexdigest()
        lines = out.splitlines()
        assert [line.split()[:2] for line in lines[:2]] == [
            ["m0", f"sha256:{digest}"],
            ["m1", f"sha256:{digest}"],
        ]
    finally:
        process.kill()
        _Stalling.done.set()
        server.shutdown()
        server.server_close()


def test_a_full_disk_is_said_so_without_a_traceback() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*ZOO, "list", "--columns", "name"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "zoo: cannot write to standard output: No space left on device\n"


def test_a_closed_standard_output_is_no_error() -> None:
    command = f"{sys.executable} -m zoo list >&- 2>&-"
    assert subprocess.run(command, shell=True, cwd=ROOT, check=False).returncode == 0


def test_a_model_that_ends_the_process_is_not_taken_for_success(tmp_path: Path) -> None:
    (tmp_path / "ends.py").write_text(
        "import torch\n"
        "class Ends(torch.nn.Linear):\n"
        "    def eval(self): raise SystemExit(0)\n"
        "def make(): return Ends(2, 2)\n"
    )
    (tmp_path / "index.yml").write_text(
        "Models:\n- Name: m\n  Metadata: {Parameters: 6, Image Size: 8}\n"
        "  Source: {Type: python, Reference: 'ends:make'}\n"
    )
    done = subprocess.run(
        [*ZOO, "flops", "m", "--index", tmp_path / "index.yml", "--trust-python"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "zoo: m: the network ends the process that builds it\n"
