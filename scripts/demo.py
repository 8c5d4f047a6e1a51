"""Shows zoo at work on real weights and pictures: one model that holds, one number that does not.

It ends 0 if every verdict is the one that is expected here, and says which is not otherwise.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "demo"
ZOO = [sys.executable, "-m", "zoo"]

# Model, its pictures, the exit code, and the verdicts that are expected of it.
SHOWN = (
    ("digits", "digits.csv", 0, {"PASS": 12}),
    (
        "efficientnet_lite0",
        "photographs.csv",
        1,
        {"PASS": 4, "FAIL": 1, "UNDECIDED": 1, "SKIP": 5},
    ),
)


def main() -> int:
    """Verify the models, print what was found, and write the reports."""
    BUILD.mkdir(parents=True, exist_ok=True)
    surprises = [line for shown in SHOWN for line in verify(*shown)]
    runs = [str(BUILD / f"{model}.json") for model, *_ in SHOWN]
    for form, name in (("markdown", "report"), ("html", "report.html")):
        report = [*ZOO, "report", *runs, "--format", form, "-o", str(BUILD / name)]
        subprocess.run(report, check=True, cwd=ROOT)
    build = BUILD.relative_to(ROOT)
    print(f"The same as one page: open {build}/report.html in a browser")
    print(f"The same as pages for a documentation site: begin with {build}/report/index.md\n")
    print(
        "The FAIL above is a finding about the publisher's number, not about this demo: the"
        " publisher of\nefficientnet_lite0 says 407M multiply-adds, and at 224 × 224 they are"
        " 385,187,552.\n20 photographs are not ImageNet, so its Top-1 stays UNDECIDED."
    )
    for line in surprises:
        print(f"NOT AS EXPECTED: {line}")
    return 1 if surprises else 0


def verify(model: str, pictures: str, code: int, verdicts: dict[str, int]) -> list[str]:
    """Verify one model, print the table, and return what is not as expected."""
    run = BUILD / f"{model}.json"
    run.unlink(missing_ok=True)
    dataset = ROOT / "model-index" / "demo" / pictures
    index = ["--index", "model-index", "--dataset", str(dataset)]
    command = [*ZOO, "verify", model, *index, "--trust-python", "--format", "json", "-o", str(run)]
    done = subprocess.run(command, check=False, cwd=ROOT)
    if not run.is_file():
        return [f"{model}: no run was written (exit {done.returncode})"]
    subprocess.run([*ZOO, "report", str(run)], check=True, cwd=ROOT)
    found = Counter(finding["verdict"] for finding in json.loads(run.read_text())["findings"])
    surprises = [] if done.returncode == code else [f"{model}: exit {done.returncode}, not {code}"]
    if found != Counter(verdicts):
        surprises.append(f"{model}: {dict(found)}, not {verdicts}")
    return surprises


if __name__ == "__main__":
    sys.exit(main())
