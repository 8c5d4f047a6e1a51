"""Puts what zoo prints into the README: run it when the output changes.

The examples are real: ``make test`` fails where they are no longer what the commands print.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = re.compile(r"(```console\n\$ zoo (.*)\n)(?:.*\n)*?(```\n)")


def output(arguments: str) -> str:
    """Return what ``zoo`` prints on standard output, with an empty cache."""
    command = [sys.executable, "-m", "zoo", *arguments.split()]
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "ZOO_CACHE_DIR": cache, "NO_COLOR": "1"}
        environment.pop("COLUMNS", None)
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    return done.stdout


def refreshed(text: str) -> str:
    """Return a text with the output of every example in it."""
    return EXAMPLE.sub(lambda match: f"{match[1]}{output(match[2])}{match[3]}", text)


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(refreshed(readme.read_text()))
