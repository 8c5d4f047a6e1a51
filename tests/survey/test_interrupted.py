"""Ctrl-C while processes begin: the parent ends, and none says where its imports were."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SLOW = """
import os, pathlib, time
pathlib.Path(os.environ["BEGUN"]).touch()
time.sleep(0.5)
"""
PARENT = """
import sys
from zoo.survey.pool import spread
try:
    list(spread(abs, [-1, -2, -3], abs, heavy=["slow"]))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no process that others are forked from")
@pytest.mark.skipif(sys.version_info < (3, 11), reason="older Pythons say where they were then")
@pytest.mark.parametrize("later", [0, 0.3, 0.5])
def test_ctrl_c_while_processes_begin_leaves_no_traceback(tmp_path: Path, later: float) -> None:
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
        _, err = process.communicate(timeout=30)  # to the end of all that have standard error
    finally:
        process.kill()
    assert err == ""
    assert process.returncode in (0, 130)
