"""How long counting a whole index takes: zoo against loops over fvcore, thop and ptflops.

Every model of the bundled timm index below 30 G published multiply–accumulates is counted at its
declared size: by zoo with an empty cache, then with a full one; by each peer in a loop, as its
documentation shows it. Each contender is a process of its own that begins with the imports, and one
that does not come to its end has no time. ``--name 'mobilenetv3*'`` counts some of them.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LIMIT = 30_000_000_000
PEERS = ("fvcore", "thop", "ptflops")
AUDIT = ["verify", "--only", "parameters,flops", "--offline", "--format", "json"]


@dataclass(frozen=True)
class Run:
    """What one process took."""

    seconds: float
    peak: int


def main() -> None:
    """Print a table of times, ratios and peak memory; or be one of the contenders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contender", nargs="?", choices=["zoo", *PEERS])
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--name", default="*", help="pattern of timm's names")
    given = parser.parse_args()
    entries = list(_models(given.name))
    if given.contender == "zoo":
        _survey(entries, given.cache)
    elif given.contender:
        _loop(entries, given.contender)
    else:
        _compare(entries, given.name)


def _compare(entries: list[Any], pattern: str) -> None:
    itself = [sys.executable, __file__, "--name", pattern]
    with tempfile.TemporaryDirectory() as folder:
        own = [*itself, "zoo", "--cache", folder]
        runs = {"zoo, cold": _timed(own), "zoo, from its cache": _timed(own)}
        runs |= {name: _timed([*itself, name]) for name in PEERS}
    print(f"{len(entries)} models")
    print(f"{'contender':<20} {'seconds':>8} {'times zoo':>10} {'peak MiB':>9}")
    cold = runs["zoo, cold"].seconds
    for name, run in runs.items():
        print(f"{name:<20} {run.seconds:>8.1f} {run.seconds / cold:>10.1f} {run.peak >> 20:>9}")
    with tempfile.TemporaryDirectory() as folder:
        which = ["--all"] if pattern == "*" else ["--name", f"timm/{pattern}"]
        words = ["zoo", *AUDIT, *which]
        audit = ["env", f"ZOO_CACHE_DIR={folder}", sys.executable, "-m", *words]
        for name in ("cold", "again"):
            run = _timed(audit, 1)  # since claims fail
            print(f"{' '.join(words)}, {name}: {run.seconds:.1f} s, {run.peak >> 20} MiB")


def _timed(command: list[str], ends_with: int = 0) -> Run:
    """Run a process, and watch the memory of all that it starts."""
    begun = time.perf_counter()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet) as process:
        peak = [0]
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peak, done))
        watcher.start()
        process.wait()
        seconds = time.perf_counter() - begun
        done.set()
        watcher.join()
    if process.returncode != ends_with:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(seconds, peak[0])


def _watch(pid: int, peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.1):
        peak[0] = max(peak[0], sum(_memory(one) for one in _family(pid)))


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _memory(pid: int) -> int:
    """Return the bytes of a process, those that it shares counted in parts."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0")
    return int(line.split()[1]) << 10


def _models(pattern: str) -> Iterator[Any]:
    from zoo.claims import Metric
    from zoo.index import read_index

    for entry in read_index(ROOT / "model-index").entries:
        value = entry.value(Metric.FLOPS)
        named = entry.source.kind == "timm" and fnmatchcase(entry.source.reference, pattern)
        if named and isinstance(value, Decimal) and value < LIMIT:
            yield entry


def _side(entry: Any) -> int:
    from zoo.claims import Metric

    return int(entry.value(Metric.IMAGE_SIZE))


def _survey(entries: list[Any], cache: Path) -> None:
    from zoo.survey import Request, Survey, Wanted

    shapes = [(1, 3, _side(entry), _side(entry)) for entry in entries]
    requests = [Request(e, Wanted((shape,))) for e, shape in zip(entries, shapes, strict=True)]
    Survey(cache).find(requests)


def _loop(entries: list[Any], peer: str) -> None:
    import timm
    import torch

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    count = _COUNTERS[peer]
    for entry in entries:
        with contextlib.suppress(RuntimeError), contextlib.redirect_stdout(io.StringIO()):
            network = timm.create_model(entry.source.reference).eval()
            count(network, torch.randn(1, 3, _side(entry), _side(entry)))


def _fvcore(network: Any, picture: Any) -> None:
    from fvcore.nn import FlopCountAnalysis

    FlopCountAnalysis(network, picture).unsupported_ops_warnings(False).total()


def _thop(network: Any, picture: Any) -> None:
    from thop import profile

    profile(network, (picture,), verbose=False)


def _ptflops(network: Any, picture: Any) -> None:
    from ptflops import get_model_complexity_info

    shape = tuple(picture.shape[1:])
    get_model_complexity_info(network, shape, as_strings=False, print_per_layer_stat=False)


_COUNTERS: dict[str, Callable[[Any, Any], None]] = {
    "fvcore": _fvcore,
    "thop": _thop,
    "ptflops": _ptflops,
}

if __name__ == "__main__":
    main()
