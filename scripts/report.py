"""Publishes under docs/report what zoo says of its own index: run it when that changes.

With ``--check`` nothing is written, and what is published is compared with what zoo says today. A
report that says the same of every model on another day or machine is the same report, and is left
as it is: a new date alone would be a change in each of its pages.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "report"
PUBLISHED = ROOT / "docs" / "report"
ZOO = [sys.executable, "-m", "zoo"]
# All that can be told without the weights and without pictures.
VERIFY = (
    "verify --all --index model-index --skip file-size,weights-digest,weights-load,accuracy "
    "--baseline model-index/baseline.yml --offline"
).split()
WHEN_AND_WHERE = re.compile(r"(?m)^(\| environment \||\| measured \||Measured on ).*$")


def main(arguments: list[str]) -> int:
    """Verify the index, make the pages, and publish or compare them."""
    shutil.rmtree(BUILD, ignore_errors=True)
    code = made(BUILD)
    print(f"zoo verify ended with {code}")
    differing = differences(pages(PUBLISHED), pages(BUILD / "site"))
    if differing and "--check" in arguments:
        print("\n".join(f"docs/report/{name} is not what zoo says today" for name in differing))
        return 1
    if differing:
        shutil.rmtree(PUBLISHED, ignore_errors=True)
        shutil.copytree(BUILD / "site", PUBLISHED, ignore=shutil.ignore_patterns(".*"))
    print(f"docs/report: {len(differing)} pages are others than before; begin with index.md")
    print(f"the same as one page: {(BUILD / 'report.html').relative_to(ROOT)}")
    return code


def made(folder: Path) -> int:
    """Write the Run, the pages and the one page; return what ``zoo verify`` ends with."""
    folder.mkdir(parents=True)
    run = str(folder / "run.json")
    words = [*ZOO, *VERIFY, "--format", "json", "-o", run]
    code = subprocess.run(words, cwd=ROOT, check=False).returncode
    for form, name in (("markdown", "site"), ("html", "report.html")):
        words = [*ZOO, "report", run, "--format", form, "-o", str(folder / name)]
        subprocess.run(words, cwd=ROOT, check=True)
    return code


def pages(folder: Path) -> dict[str, str]:
    """Return the files of a folder by name, without when and on what machine they were made."""
    files = (path for path in folder.rglob("[!.]*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): WHEN_AND_WHERE.sub(r"\1", path.read_text("utf-8"))
        for path in sorted(files)
    }


def differences(published: dict[str, str], today: dict[str, str]) -> list[str]:
    """Return the names of pages that are in one of two reports alone, or say something else."""
    names = sorted(published.keys() | today.keys())
    return [name for name in names if published.get(name) != today.get(name)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
