"""How long browsing takes to start: ``zoo list`` and ``zoo check`` against the bare imports.

The peer is an interpreter that only imports the libraries that browsing needs, run in turn with the
command, so that the ratio holds when the machine's speed drifts.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 15
PEER = [sys.executable, "-c", "import click, jsonschema, rich.table, yaml"]
COMMANDS = {
    "zoo list": [sys.executable, "-m", "zoo", "list"],
    "zoo check": [sys.executable, "-m", "zoo", "check", "--ignore", "flops-below-parameters"],
}


def seconds(command: list[str]) -> float:
    """Return the wall time of one run of a command."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print a table: median seconds, and the median of the ratios of pairs."""
    print(f"{'command':<12} {'median s':>9} {'imports s':>10} {'ratio':>6}")
    for name, command in COMMANDS.items():
        seconds(command), seconds(PEER)  # warm the file cache
        pairs = [(seconds(command), seconds(PEER)) for _ in range(ROUNDS)]
        own, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{name:<12} {own:>9.3f} {peer:>10.3f} {ratio:>6.2f}")


if __name__ == "__main__":
    main()
