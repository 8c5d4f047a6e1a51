"""The same Run gives the same report, whatever the machine, the day and the order of hashing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import ROOT

RENDER = """
import hashlib, os, sys
from pathlib import Path
os.umask(int(sys.argv[2], 8))
from zoo.index import read_index
from zoo.reports import REPORTS, Style
from zoo.evidence import from_json
run = from_json(Path(sys.argv[1], "tests/goldens/run.json").read_text(encoding="utf-8"), "run")
for name in REPORTS:
    for page, text in REPORTS[name].render(run, Style()).items():
        print(name, page, hashlib.sha256(text.encode()).hexdigest())
index = read_index(Path(sys.argv[1], "model-index"))
print(hashlib.sha256(repr([entry.name for entry in index.entries]).encode()).hexdigest())
"""
ELSEWHERE = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "HOME": "/"},
)


def test_the_same_run_makes_the_same_bytes_elsewhere(tmp_path: Path) -> None:
    made = set()
    for number, environment in enumerate(ELSEWHERE):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", RENDER, str(ROOT), ("022", "077", "000")[number]],
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)} | environment,
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        made.add(hashlib.sha256(done.stdout.encode()).hexdigest())
        assert len(done.stdout.splitlines()) > 10
    assert len(made) == 1
