"""``zoo check`` on a stranger's index reads files and prints: it does nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT

# Ends the process on the spot when anything is written, run, or asked of another host. What Python
# and the system's libraries do when they start is over by then.
ALONE = """
import os, sys
from zoo.cli import run
ACTS = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.remove",
        "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown",
        "os.truncate", "shutil.", "tempfile.", "pickle.find_class", "ctypes.dlopen", "sqlite3.")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
    if event.startswith(ACTS) or writes:
        os.write(2, f"{event} {arguments}\\n".encode()[:300])
        os._exit(99)
sys.addaudithook(watch)
"""
HOSTILE = """\
Models:
- Name: m
  Metadata: {Parameters: 1 M, FLOPs: 2 G}
  Weights: https://weights.invalid/m-0123abcd.pth
  Source: {Type: python, Reference: 'os:abort'}
  Code: https://code.invalid/x.py
  README: ../../etc/passwd.md
"""


def alone(tmp_path: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code under the hook, with nothing in the environment, in an empty folder."""
    return subprocess.run(
        [sys.executable, "-B", "-c", f"{ALONE}{code}"],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path / "home")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_index_is_checked_without_writing_running_or_asking_anything(
    tmp_path: Path, form: str
) -> None:
    (tmp_path / "model-index.yml").write_text(HOSTILE)
    done = alone(tmp_path, f"sys.exit(run(['check', 'model-index.yml', '--format', '{form}']))")
    assert (done.returncode, done.stderr) == (1, "")
    assert "leads out of the folder of the index" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["model-index.yml"]


@pytest.mark.parametrize(
    "act",
    [
        "open('x', 'w')",
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        "os.system('true')",
        "__import__('subprocess').run(['true'])",
    ],
)
def test_the_hook_would_see_what_it_looks_for(tmp_path: Path, act: str) -> None:
    assert alone(tmp_path, act).returncode == 99
