"""How long it takes to report what ``zoo verify --all --offline`` finds, in each format.

The Run is made once, or given: ``python benchmarks/reports.py RUN.json``. Each format is rendered
by an interpreter of its own, which reads the Run first, and one more renders all of them in turn.
The time is the processor's, from the start of the interpreter on, so that it holds on a busy
machine; the memory is the peak of that process. The last lines are a zoo 40 times as large, of
which formats that have a limit leave out something.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERIFY = [sys.executable, "-m", "zoo", "verify", "--all", "--offline", "--format", "json"]
ALONE = """
import pathlib, resource, sys
from zoo.reports import REPORTS, Style
from zoo.evidence import from_json
path, *formats = sys.argv[1:]
run = from_json(pathlib.Path(path).read_text(encoding="utf-8"), path)
size = sum(len(p.encode()) for f in formats for p in REPORTS[f].render(run, Style()).values())
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, size)
"""
LIMITED = ("github", "sarif", "summary")
TIMES = 40


def measured(run: Path, formats: list[str]) -> tuple[float, float, int]:
    """Return seconds, MiB at most, and the bytes of the pages."""
    told = subprocess.run(
        [sys.executable, "-c", ALONE, str(run), *formats],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds, peak, size = told.stdout.split()
    return float(seconds), float(peak), int(size)


def made(folder: Path) -> Path:
    """Return the Run of the bundled index, made without network."""
    path = folder / "run.json"
    subprocess.run([*VERIFY, "-o", str(path)], cwd=ROOT, capture_output=True)
    return path


def larger(run: Path, folder: Path) -> Path:
    """Return a Run with every model so many times, under names of their own."""
    document = json.loads(run.read_text(encoding="utf-8"))
    for kind in ("subjects", "findings"):
        items = document[kind]
        document[kind] = [
            item | {"model": f"{item['model']}-{n}"} for n in range(TIMES) for item in items
        ]
    document["summary"] = {name: TIMES * count for name, count in document["summary"].items()}
    path = folder / "larger.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def row(name: str, run: Path, formats: list[str]) -> None:
    """Print what rendering some formats takes."""
    seconds, peak, size = measured(run, formats)
    print(f"{name:<16} {seconds:>7.2f} {peak:>6.0f} {size / 1e6:>8.2f}")


def main() -> None:
    """Print a table: seconds, MiB and megabytes of each format, of none and of all."""
    from zoo.reports import REPORTS

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = Path(sys.argv[1]).resolve() if sys.argv[1:] else made(folder)
        document = json.loads(run.read_text(encoding="utf-8"))
        print(f"{len(document['subjects'])} models, {len(document['findings'])} findings")
        print(f"{'format':<16} {'seconds':>7} {'MiB':>6} {'MB made':>8}")
        row("reading alone", run, [])
        for form in REPORTS:
            row(form, run, [form])
        row("all", run, list(REPORTS))
        large = larger(run, folder)
        print(f"{TIMES} times as many")
        row("reading alone", large, [])
        for form in LIMITED:
            row(form, large, [form])


if __name__ == "__main__":
    main()
