"""Runs benchmarks one after the other, and says on what machine, when, and how long each took.

``make bench`` runs all of them, in the order of their names. ``python benchmarks/every.py reading
startup`` runs those that are named. The load is that of the last minute, before and after: where it
is more than nothing before, the times were taken beside other work.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
# What moves a figure, of zoo's side and of the peers'.
PACKAGES = """torch torchvision timm safetensors pillow numpy pyarrow click jsonschema rich pyyaml
fvcore thop ptflops""".split()


def benchmarks() -> list[str]:
    """Return the names of all benchmarks, in the order of the alphabet."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path != Path(__file__))


def machine() -> str:
    """Return the day, the machine and the versions."""
    from zoo.machine import cores, device_name, package_version

    versions = [f"{name} {package_version(name) or 'is not there'}" for name in PACKAGES]
    return ", ".join(
        [
            datetime.now(timezone.utc).strftime("%Y-%m-%d"),
            f"{cores()} cores of {device_name('cpu')}",
            f"{platform.system()} {platform.machine()}",
            f"Python {platform.python_version()}",
            *versions,
        ]
    )


def load() -> str:
    """Return how many processes wanted a core in the last minute."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def run(name: str) -> int:
    """Run a benchmark, whose output is shown as it comes; return what it ended with."""
    print(f"\n## python benchmarks/{name}.py (load before: {load()})\n", flush=True)
    begun = time.monotonic()
    command = [sys.executable, str(FOLDER / f"{name}.py")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    print(f"\ntook {time.monotonic() - begun:.0f} s, load after: {load()}", flush=True)
    if code:
        print(f"ended with {code}: a goal was missed, or it broke off", flush=True)
    return code


def main() -> int:
    """Run those that are named, or all; return 1 if one of them did not end with 0."""
    names = sys.argv[1:] or benchmarks()
    if unknown := sorted(set(names) - set(benchmarks())):
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(benchmarks())}")
        return 2
    sys.path.insert(0, str(ROOT))
    print(machine(), flush=True)
    begun = time.monotonic()
    codes = [run(name) for name in names]
    print(f"\nall of {len(names)} took {(time.monotonic() - begun) / 60:.0f} minutes")
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
