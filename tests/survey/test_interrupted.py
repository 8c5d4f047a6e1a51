"""Ctrl-C while processes begin or work: all of them end, and none says where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from zoo.survey.pool import submit

SLOW = """
import os, pathlib, time
pathlib.Path(os.environ["BEGUN"]).touch()
time.sleep(0.5)
"""
PARENT = """
import sys
from time import sleep
from zoo.survey.pool import spread
if __name__ == "__main__":  # each process reads this file
    try:
        list(spread(sleep, [30, 30, 30], abs, heavy=["slow"]))
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no process that others are forked from")
@pytest.mark.skipif(sys.version_info < (3, 11), reason="older Pythons say where they were then")
@pytest.mark.parametrize("later", [0, 0.3, 0.5, 0.55, 0.7])
def test_ctrl_c_ends_all_processes_without_a_traceback(tmp_path: Path, later: float) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "parent.py").write_text(PARENT)
    begun = tmp_path / "begun"
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py")],
        env={
            **os.environ,
            "BEGUN": str(begun),
            "PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path)),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches every process of the terminal's foreground
    )
    try:
        while not begun.exists():
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(later)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=20)  # to the end of all that have standard error
    finally:
        process.kill()
    assert err == ""
    assert process.returncode == 130


def test_ctrl_c_waits_until_a_process_that_begins_is_known() -> None:
    known = []

    class Executor(ProcessPoolExecutor):
        def submit(self, *arguments: Any) -> Any:
            signal.raise_signal(signal.SIGINT)
            known.append(arguments)

    with pytest.raises(KeyboardInterrupt):
        submit(Executor(1), abs, -1)
    assert known == [(abs, -1)]
