"""How fast weights are hashed and fetched, against ``sha256sum`` and ``curl`` in the same run.

Goals: hashing at 0.95 of sha256sum's rate or more; fetching and hashing from loopback at 0.9 of
curl's rate, or of hashing's where that is lower; memory that does not grow with the file. curl and
zoo write to the same folder, and both files are on disk before the clock is stopped.
"""

from __future__ import annotations

import http.server
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from zoo.claims import Location, ModelEntry, SourceSpec, Text
from zoo.weights import Access, Policy, obtain
from zoo.weights.store import sha256

GIGABYTE = 10**9
ROUNDS = 5
PLACE = Location("index.md", 1, 1)


class Sender(http.server.BaseHTTPRequestHandler):
    """Sends the file of the server's folder that is asked for, from kernel to kernel."""

    def do_GET(self) -> None:
        """Answer with the file."""
        path = Path.cwd() / self.path.strip("/")
        with path.open("rb") as stream:
            self.send_response(200)
            self.send_header("Content-Length", str(path.stat().st_size))
            self.send_header("ETag", '"one"')
            self.end_headers()
            self.connection.sendfile(stream)

    def log_message(self, *arguments: object) -> None:
        """Keep the log out of the table."""


def serve() -> None:
    """Serve the working folder on a port that is printed, until standard input ends."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sender)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


def fetch(url: str, cache: Path) -> None:
    """Fetch a URL as zoo does, into an empty store."""
    entry = ModelEntry(
        "m", PLACE, ".", SourceSpec("timm", "m", {}, PLACE), weights=Text(url, PLACE)
    )
    obtain(entry, Access(cache, policy=Policy(allow_http=True, allow_private=True)))


def curl(url: str, path: Path) -> None:
    """Fetch a URL with curl, and see to it that the file is on disk."""
    subprocess.run(["curl", "-s", "-o", path, url], check=True)
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def hashed(path: Path) -> None:
    """Hash a file as zoo does."""
    with path.open("rb", buffering=0) as stream:
        sha256(stream)


def rate(act: Callable[[], object]) -> float:
    """Return how many GB a second an act on a file of 1 GB takes."""
    begun = time.perf_counter()
    act()
    return GIGABYTE / 10**9 / (time.perf_counter() - begun)


def row(name: str, own: list[float], peer: str, other: list[float]) -> None:
    """Print the median rates of pairs, and the median of their ratios."""
    ratio = statistics.median(a / b for a, b in zip(own, other, strict=True))
    print(
        f"{name:<16} {statistics.median(own):>8.2f}"
        f"  {peer:<10} {statistics.median(other):>8.2f} {ratio:>6.2f}"
    )


def peak(url: str, folder: Path) -> float:
    """Return the peak memory, in MiB, of a process that fetches a URL."""
    code = (
        "import resource, sys; from pathlib import Path; from benchmarks.fetching import fetch\n"
        "fetch(sys.argv[1], Path(sys.argv[2]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    command = [sys.executable, "-c", code, url, str(folder)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root)
    return float(done.stdout)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large, small = folder / "large", folder / "small"
        small.write_bytes(os.urandom(10**6))
        with large.open("wb") as stream:
            block = os.urandom(10**6)
            for _ in range(GIGABYTE // 10**6):
                stream.write(block)
        command = [sys.executable, __file__, "serve"]
        with subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None and server.stdin is not None
            base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            measure(folder, base)
            server.stdin.close()


def measure(folder: Path, base: str) -> None:
    """Measure all, with files of a folder that is served."""
    large, cache, copy = folder / "large", folder / "cache", folder / "copy"
    own: dict[str, list[float]] = {"hash": [], "fetch": []}
    peer: dict[str, list[float]] = {"hash": [], "fetch": []}
    hashed(large)
    for _ in range(ROUNDS):
        peer["hash"].append(
            rate(lambda: subprocess.run(["sha256sum", large], check=True, capture_output=True))
        )
        own["hash"].append(rate(lambda: hashed(large)))
        peer["fetch"].append(rate(lambda: curl(f"{base}/large", copy)))
        copy.unlink()
        own["fetch"].append(rate(lambda: fetch(f"{base}/large", cache)))
        shutil.rmtree(cache)
    print(f"{'':<16} {'GB/s':>8}  {'peer':<10} {'GB/s':>8} {'ratio':>6}")
    row("hashing", own["hash"], "sha256sum", peer["hash"])
    row("fetching", own["fetch"], "curl", peer["fetch"])
    row("", own["fetch"], "hashing", own["hash"])
    for name in ("small", "large"):
        print(f"peak memory, {name} file: {peak(f'{base}/{name}', folder / name[0]):.0f} MiB")


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else main()
