"""Whatever is killed whenever, the end is the same to the byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_process_killed_at_any_call_that_writes_ends_with_the_same_bytes(tmp_path: Path) -> None:
    script = [sys.executable, str(Path(__file__).parent / "killed.py"), str(tmp_path)]
    done = subprocess.run(script, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True,
                          text=True, check=False, timeout=250)  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    left = [int(ranges) for ranges, _ in lines]
    assert len({digest for _, digest in lines}) == 1
    assert left[0] == 3  # the first died before anything was kept
    assert left[-1] == 0  # the last was not killed
    assert left == sorted(left, reverse=True)
    assert len(lines) > 10
