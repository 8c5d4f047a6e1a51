"""What opening hostile files costs: how long the slowest takes, and the most memory of any.

The files are those of ``tests/weights/hostile``. Each is opened by a process of its own, which is
started fresh; the memory is the largest that any of them ever held. The goal of time is one of
processor time, which other work on the machine does not lengthen; the clock's is printed beside it.
"""

from __future__ import annotations

import hashlib
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS, MEBIBYTES = 5, 1024  # goals for each


def processor_seconds() -> float:
    """Return the processor time of all processes that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> int:
    """Open every file, print the table, and say whether the goals are met."""
    sys.path.insert(0, str(ROOT))
    from tests.weights.hostile.corpus import CASES
    from zoo.claims import Digest
    from zoo.errors import Unavailable
    from zoo.run import WeightsFile
    from zoo.weights.convert import in_store
    from zoo.weights.store import Store

    outcomes: Counter[str] = Counter()
    slowest = longest = (0.0, "")
    with tempfile.TemporaryDirectory() as folder:
        canary, path = Path(folder) / "canary", Path(folder) / "file"
        for case in CASES:
            data = case.make(canary)
            path.write_bytes(data)
            digest = Digest("sha256", hashlib.sha256(data).hexdigest())
            weights = WeightsFile(path, f"file:{case.name}", digest, len(data), "unpinned")
            begun, used = time.perf_counter(), processor_seconds()
            try:
                in_store(Store(Path(folder) / "store"))(weights)
                outcomes["opened"] += 1
            except Unavailable:
                outcomes["refused with a reason"] += 1
            slowest = max(slowest, (time.perf_counter() - begun, case.id))
            longest = max(longest, (processor_seconds() - used, case.id))
            outcomes["ran their code"] += canary.exists()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(
        "| files | opened | refused with a reason | ran their code"
        " | slowest | most work | peak memory |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|")
    counts = (outcomes[key] for key in ("opened", "refused with a reason", "ran their code"))
    cells = [
        len(CASES),
        *counts,
        *(f"{each[0]:.2f} s ({each[1]})" for each in (slowest, longest)),
        f"{peak} MiB",
    ]
    print(f"| {' | '.join(map(str, cells))} |")
    met = not outcomes["ran their code"] and longest[0] < SECONDS and peak < MEBIBYTES
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
