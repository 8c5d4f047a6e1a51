"""A GitHub runner as far as the action's scripts see it, and a repository to run it in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
INPUTS = {name: part["default"] for name, part in ACTION["inputs"].items()}
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"] if "id" in step}
OURS = {"repository": {"full_name": "zoo/models"}}

INDEX = """\
Models:
- Name: right
  Metadata: {File Size: 10}
  Weights: file:weights.bin
- Name: wrong
  Metadata: {File Size: 11}
  Weights: file:weights.bin
- Name: away
  Metadata: {File Size: 12}
  Weights: https://example.org/away.bin
"""


@dataclass(frozen=True)
class Done:
    """What a step of the action ended with, printed, put out and summed up."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def commands(self) -> list[str]:
        """The lines that the runner obeys."""
        obeyed, word = [], ""
        for line in self.log.splitlines():
            if word:
                word = "" if line == f"::{word}::" else word
            elif line.startswith("::stop-commands::"):
                word = line.removeprefix("::stop-commands::")
            elif line.startswith("::"):
                obeyed.append(line)
        return obeyed


Act = Callable[..., Done]


def run_step(
    step: Mapping[str, Any], folder: Path, runner: Mapping[str, str], **values: str
) -> Done:
    """Run the script of a step by the shell and with the environment of GitHub's runner."""
    files = {name: folder.parent / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**runner, **{name: str(file) for name, file in files.items()}, **values},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return Done(done.returncode, done.stdout, outputs, files["GITHUB_STEP_SUMMARY"].read_text())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checked-out repository with an index of three models."""
    folder = tmp_path / "repository"
    (folder / "model-index").mkdir(parents=True)
    (folder / "model-index" / "model-index.yml").write_text(INDEX)
    (folder / "model-index" / "weights.bin").write_bytes(b"0123456789")
    return folder


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The variables of a runner, for a push."""
    event = tmp_path / "event.json"
    event.write_text("{}")
    (tmp_path / "temp").mkdir()
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "ZOO_CACHE_DIR": str(tmp_path / "cache"),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_ACTIONS": "true",
        "CI": "true",
        "GITHUB_REPOSITORY": "zoo/models",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(event),
    }


@pytest.fixture
def act(repository: Path, runner: dict[str, str]) -> Act:
    """Run a step of action.yml by its id, with inputs by their names."""

    def run(step: str, **given: str) -> Done:
        inputs = INPUTS | {name.replace("_", "-"): value for name, value in given.items()}
        environment = STEPS[step]["env"]
        assert environment == {"PYTHONSAFEPATH": "1", "ZOO_INPUTS": "${{ toJSON(inputs) }}"}
        values = environment | {"ZOO_INPUTS": json.dumps(inputs)}
        return run_step(STEPS[step], repository, runner, **values)

    return run


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as a commit of its own, as others would have it fetched."""
    folder = tmp_path_factory.mktemp("checkout") / "zoo"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in names.splitlines():
        if name.startswith(("docs/report/", "tests/")) or not os.path.lexists(ROOT / name):
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    words = ["git", *who, *arguments]
    return subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> str:
    """Commit all of a folder, and return the commit's SHA."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return git(folder, "rev-parse", "HEAD").strip()
