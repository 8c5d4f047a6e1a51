"""What action.yml runs: checks an index or verifies its models, and says it in GitHub's ways.

What it is told comes as data: the action's inputs as one JSON document in ``ZOO_INPUTS``, the rest
in the variables of GitHub's runner. No shell sees any of it. What zoo prints of an index is shown
while the runner obeys no commands; the commands that it is to obey are those of the reports.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zoo import escape
from zoo.cli._selection import spoils_one
from zoo.config import read_config
from zoo.errors import UsageError, nearest
from zoo.index import Problem, read_index
from zoo.reports._words import in_repository, number

WRONG, USAGE = 1, 2
MOST_ANNOTATIONS = 10  # of a level that GitHub shows for a step
# The exit codes that are no failure; all others are ours, or say that nothing was verified.
TOLERATED = {"error": {0}, "fail": {0, 4}, "never": {0, 1, 4}}
REPORTS = {
    "sarif": "zoo.sarif",
    "html": "report.html",
    "junit": "junit.xml",
    "summary": "summary.md",
}
SWITCHES = ("check", "verify", "offline", "trust-python", "cache")
# Events that only people who may write to the repository cause.
OWN_EVENTS = frozenset("merge_group push release schedule workflow_dispatch".split())


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the action: its inputs, and the variables that the runner gives it."""

    inputs: Mapping[str, str]
    runner: Mapping[str, str]

    def asked(self, name: str) -> bool:
        """Return whether an input is ``true``.

        Raises:
            UsageError: it is neither that nor ``false``.
        """
        if self.inputs[name] not in ("true", "false"):
            raise UsageError(f"{name} is '{self.inputs[name]}'", "it is true or false")
        return self.inputs[name] == "true"

    def lines(self, name: str) -> list[str]:
        """Return the lines of an input that say something."""
        return [line.strip() for line in self.inputs[name].splitlines() if line.strip()]

    def append(self, file: str, text: str) -> None:
        """Add a text to one of the runner's files, if it gives such a file."""
        if place := self.runner.get(file):
            with Path(place).open("a", encoding="utf-8") as stream:
                stream.write(text)

    def put_out(self, values: Mapping[str, object]) -> None:
        """Set outputs of the step; the values are numbers, and paths of our own."""
        self.append("GITHUB_OUTPUT", "".join(f"{key}={text}\n" for key, text in values.items()))


def main(arguments: Sequence[str], runner: Mapping[str, str]) -> int:
    """Do one step, ``check`` or ``verify``, and return what it ends with."""
    step = Step(json.loads(runner["ZOO_INPUTS"]), runner)
    try:
        require_safe_path()
        tolerated = tolerated_by(step.inputs["fail-on"])
        for name in SWITCHES:
            step.asked(name)
        code = {"check": check, "verify": verify}[arguments[0]](step)
    except UsageError as error:
        hint = f" → {error.hint}" if error.hint else ""
        print(escape.github_command("error", {"title": "zoo"}, f"{error}{hint}"))
        return USAGE
    return 0 if code in tolerated else code


def tolerated_by(fail_on: str) -> set[int]:
    """Return the exit codes that do not fail a step.

    Raises:
        UsageError: ``fail-on`` has no such value.
    """
    if fail_on not in TOLERATED:
        hint = nearest(fail_on, TOLERATED) or f"it is one of {', '.join(TOLERATED)}"
        raise UsageError(f"fail-on is '{fail_on}'", hint)
    return TOLERATED[fail_on]


def require_safe_path() -> None:
    """Raise UsageError where Python would import from the working folder, which is a stranger's.

    Not only ``-m`` does: each process that multiprocessing starts does so, too.
    """
    if not getattr(sys.flags, "safe_path", False):
        raise UsageError(
            "this Python would import modules of the working folder",
            "python-version must be 3.11 or newer, with PYTHONSAFEPATH=1 in the environment",
        )


def check(step: Step) -> int:
    """Check the index, and annotate what is found."""
    words = ["--format=json", f"--index={step.inputs['index']}", *_given(step, "ignore")]
    with nothing_obeyed():
        done = subprocess.run(
            [zoo(), "check", *words], stdout=subprocess.PIPE, text=True, check=False
        )
    step.put_out({"exit-code": done.returncode})
    if done.returncode in (0, 1):
        found = json.loads(done.stdout)
        print("\n".join(check_lines(found["findings"])), flush=True)
        counts = {"models": len(found["models"]), **found["summary"]}
        told = (number(count, name.removesuffix("s")) for name, count in counts.items())
        said = f"zoo check: {', '.join(told)}"
        print(said)
        step.append("GITHUB_STEP_SUMMARY", f"## {said}\n\n")
    return done.returncode


def check_lines(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what the check found: as commands as far as GitHub shows them, then as plain lines."""
    seen = {"error": 0, "warning": 0}
    for finding in findings:
        place, level = finding["location"], finding["level"]
        seen[level] += 1
        if seen[level] > MOST_ANNOTATIONS:
            told = f"{place['path']}:{place['line']}: {level} {finding['rule']}: "
            yield escape.line(told + finding["message"])
            continue
        properties = {
            "file": in_repository(place["path"]),
            "line": str(place["line"]),
            "col": str(place["column"]),
            "title": f"zoo check: {finding['rule']}",
        }
        hint = f" → {finding['hint']}" if finding["hint"] else ""
        yield escape.github_command(level, properties, finding["message"] + hint)


def verify(step: Step) -> int:
    """Verify models, write the Run and its reports, and annotate what is found."""
    folder = Path(tempfile.mkdtemp(prefix="zoo-", dir=step.runner.get("RUNNER_TEMP")))
    run = folder / "run.json"
    words = [*options(step), "--format=json", f"--output={run}", "--", *step.lines("models")]
    with nothing_obeyed():
        code = subprocess.run([zoo(), "verify", *words], check=False).returncode
    step.put_out({"exit-code": code})
    if run.is_file():
        _report(step, run)
    if code == USAGE and (faults := unusable(Path(step.inputs["index"]))):
        _tell(step, faults)
        return WRONG
    return code


def unusable(index: Path) -> list[Problem]:
    """Return the errors of an index for which no model of it is verified.

    Raises:
        IndexFault: it is not there.
    """
    return [error for error in read_index(index).errors if not spoils_one(error)]


def _tell(step: Step, faults: Sequence[Problem]) -> None:
    """Say for what nothing was verified; what the check before has annotated is not again."""
    left_out = {rule.strip() for rule in step.inputs["ignore"].split(",")}
    untold = [each for each in faults if not step.asked("check") or each.rule in left_out]
    print("\n".join(check_lines([asdict(each) for each in untold])))
    said = f"zoo verify: the index has {number(len(faults), 'error')}: nothing was verified"
    print(said)
    step.append("GITHUB_STEP_SUMMARY", f"## {said}\n\n")


def options(step: Step) -> list[str]:
    """Return the options of ``zoo verify`` that the inputs ask for.

    Raises:
        UsageError: code of a stranger was to be run.
    """
    inputs = step.inputs
    given = [f"--index={inputs['index']}"]
    given += _given(step, "name", "changed-since", "skip", "baseline", "budget", "device")
    given += [f"--dataset={line}" for line in step.lines("dataset")]
    given += ["--offline"] * step.asked("offline") + ["--trust-python"] * trusted(step)
    if inputs["only"] != "all":
        given += _given(step, "only")
    if not (inputs["name"] or inputs["changed-since"] or step.lines("models")):
        given.append("--all")
    return given


def trusted(step: Step) -> bool:
    """Return whether the code that the index names may be run.

    Raises:
        UsageError: settings in the files of a stranger allow it, which no option takes back.
    """
    asked = step.asked("trust-python")
    if not by_stranger(step.runner):
        return asked
    if read_config(Path.cwd()).get("trust-python"):
        raise UsageError(
            "the settings of this pull request ask for its own code to be run (trust-python)",
            "say it in the workflow and not in the settings, which forks can change",
        )
    if asked:
        print("::notice title=zoo::trust-python is left out: this is not from this repository")
    return False


def by_stranger(runner: Mapping[str, str]) -> bool:
    """Return whether what was checked out may be from someone who may not write to the repository.

    Only what is known to be from the repository itself is not.
    """
    event = runner.get("GITHUB_EVENT_NAME")
    if event in OWN_EVENTS:
        return False
    if event != "pull_request":
        return True
    payload = json.loads(Path(runner["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    head = payload["pull_request"]["head"]["repo"]  # none, where the fork was deleted
    return not head or head["full_name"] != runner["GITHUB_REPOSITORY"]


def _report(step: Step, run: Path) -> None:
    with nothing_obeyed():
        for form, name in REPORTS.items():
            words = [str(run), f"--format={form}", f"--output={run.parent / name}"]
            subprocess.run([zoo(), "report", *words], check=True)
    subprocess.run([zoo(), "report", str(run), "--format=github"], check=True)
    summary = (run.parent / REPORTS["summary"]).read_text(encoding="utf-8")
    step.append("GITHUB_STEP_SUMMARY", summary)
    document = json.loads(run.read_text(encoding="utf-8"))
    known = sum(bool(finding.get("known")) for finding in document["findings"])
    places = {"run": run, "sarif": run.parent / REPORTS["sarif"], "folder": run.parent}
    step.put_out({**places, **document["summary"], "known": known})


def _given(step: Step, *names: str) -> list[str]:
    """Return the options that have a value, each as one word, whatever the value begins with."""
    return [f"--{name}={value}" for name in names if (value := step.inputs[name].strip())]


def zoo() -> str:
    """Return the installed command; ``python -m zoo`` would import from the working folder."""
    found = shutil.which("zoo", path=sysconfig.get_path("scripts")) or shutil.which("zoo")
    if found is None:
        raise UsageError("zoo is not installed", "pip install 'zoo-verify[timm]'")
    return found


@contextmanager
def nothing_obeyed() -> Iterator[None]:
    """Have the runner take what is printed for text; it cannot know the word that ends this."""
    word = secrets.token_hex(16)
    print(f"::stop-commands::{word}", flush=True)
    try:
        yield
    finally:
        print(f"::{word}::", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
