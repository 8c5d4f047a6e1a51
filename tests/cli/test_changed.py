"""``zoo verify --changed-since``: the models that a pull request touches, and no others."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, Zoo
from zoo.cli import _selection

INDEX = """\
Import: shared.yml
Models:
- Name: own
  Metadata: {File Size: 10}
  Weights: file:own.bin
- Name: inherits
  In Collection: Family
  Metadata: {Parameters: 5}
  Weights: https://example.org/a.bin
- Name: coded
  Source: {Type: python, Reference: 'mypackage.build:make'}
  Metadata: {File Size: 7, Parameters: 5}
  Weights: https://example.org/b.bin
"""
SHARED = """\
Collections:
- Name: Family
  Metadata: {File Size: 20}
"""
SPOILT = "- {Name: spoilt, Metadata: {File Size: many}}\n"
ALL = {"own", "inherits", "coded"}
Changed = Callable[..., set[str]]


def git(*arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    (folder / "model-index").mkdir(parents=True)
    (folder / "mypackage").mkdir()
    monkeypatch.chdir(folder)
    (folder / "model-index" / "model-index.yml").write_text(INDEX)
    (folder / "model-index" / "shared.yml").write_text(SHARED)
    (folder / "model-index" / "own.bin").write_bytes(b"0123456789")
    (folder / "mypackage" / "layers.py").write_text("")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "one")
    return folder


def verify(zoo: Zoo, *options: object) -> Outcome:
    only = ("--only", "file-size,weights-digest", "--offline", "--format", "json")
    return zoo("verify", *options, *only)


def models(outcome: Outcome) -> set[str]:
    return {finding["model"] for finding in outcome.json["findings"]}


@pytest.mark.parametrize(
    ("file", "old", "new", "touched"),
    [
        ("model-index/model-index.yml", "Size: 10", "Size: 11", {"own"}),
        ("model-index/shared.yml", "Size: 20", "Size: 21", {"inherits"}),
        ("model-index/own.bin", "0", "1", {"own"}),
        ("mypackage/layers.py", "", "x = 1\n", {"coded"}),
        ("model-index/model-index.yml", "- Name: own", "- Name: new", {"new"}),
        ("model-index/model-index.yml", "Metadata: {File Size: 10}", "Metadata:\n    File Size: 10",
         set()),
        ("README.md", "", "hello", set()),
    ],
)  # fmt: skip
def test_what_is_said_differently_is_verified(
    zoo: Zoo, repository: Path, file: str, old: str, new: str, touched: set[str]
) -> None:
    path = repository / file
    text = path.read_text() if path.exists() else ""
    path.write_text(text.replace(old, new, 1) if old else new)
    outcome = verify(zoo, "--changed-since", "HEAD")
    assert models(outcome) == touched
    git("add", ".")
    git("commit", "-qm", "two")
    assert models(verify(zoo, "--changed-since", "HEAD~1")) == touched


def test_nothing_changed_is_no_failure(zoo: Zoo, repository: Path) -> None:
    outcome = verify(zoo, "--changed-since", "main")
    assert (outcome.code, outcome.json["findings"]) == (0, [])
    assert "changed since main: 0 of 3 models, so that none is verified" in outcome.err
    assert zoo("verify", "--changed-since", "main", "--dataset", repository).out == "0 models\n"


def test_what_the_other_branch_changed_since_is_not_ours(zoo: Zoo, repository: Path) -> None:
    git("checkout", "-qb", "feature")
    page = repository / "model-index" / "model-index.yml"
    page.write_text(INDEX.replace("Size: 10", "Size: 11"))
    git("commit", "-qam", "ours")
    git("checkout", "-q", "main")
    (repository / "model-index" / "shared.yml").write_text(SHARED.replace("20", "21"))
    git("commit", "-qam", "theirs")
    git("checkout", "-q", "feature")
    assert models(verify(zoo, "--changed-since", "main")) == {"own"}


def test_a_pin_that_changes_touches_its_model(zoo: Zoo, repository: Path) -> None:
    lock = repository / "model-index" / "zoo.lock"
    pin = (
        '{{"schema_version": "1", "models": {{"own": {{"url": "file:own.bin", "sha256": "{}",'
        ' "size": 10, "first_seen": "2026-01-01"}}}}}}'
    )
    lock.write_text(pin.format("ab" * 32))
    assert models(verify(zoo, "--changed-since", "HEAD")) == {"own"}
    git("add", ".")
    git("commit", "-qm", "pinned")
    assert models(verify(zoo, "--changed-since", "HEAD")) == set()
    lock.write_text(pin.format("cd" * 32))
    assert models(verify(zoo, "--changed-since", "HEAD")) == {"own"}
    lock.write_text(pin.format("ab" * 32).replace("2026", "2025"))
    assert models(verify(zoo, "--changed-since", "HEAD")) == set()


def test_names_narrow_the_choice(zoo: Zoo, repository: Path) -> None:
    page = repository / "model-index" / "model-index.yml"
    page.write_text(INDEX.replace("Size: 10", "Size: 11").replace("Size: 7", "Size: 8"))
    assert models(verify(zoo, "--changed-since", "HEAD")) == {"own", "coded"}
    assert models(verify(zoo, "own", "inherits", "--changed-since", "HEAD")) == {"own"}


def test_an_index_that_is_new_or_was_broken_is_verified_as_a_whole(
    zoo: Zoo, repository: Path
) -> None:
    page = repository / "model-index" / "model-index.yml"
    page.write_text("Models: [")
    git("commit", "-qam", "broken")
    page.write_text(INDEX)
    assert models(verify(zoo, "--changed-since", "HEAD")) == ALL
    other = repository / "other.yml"
    other.write_text("Models:\n- {Name: a, Metadata: {File Size: 1}, Weights: 'file:own.bin'}\n")
    assert models(verify(zoo, "--changed-since", "HEAD", "--index", other)) == {"a"}


@pytest.mark.parametrize(
    ("file", "old", "new", "touched"),
    [
        ("zoo.toml", "budget = 5", "budget = 6", ALL),
        ("zoo.toml", "budget = many", "budget = 6", ALL),
        ("zoo.toml", "budget = 5", "budget = 5  # pictures", set()),
        ("pyproject.toml", "[tool.zoo]\nbudget = 5", "", ALL),
        ("pyproject.toml", "[tool.ruff]\nline-length = 9", "", set()),
    ],
)
def test_other_settings_touch_every_model(
    zoo: Zoo, repository: Path, file: str, old: str, new: str, touched: set[str]
) -> None:
    (repository / file).write_text(old)
    git("add", ".")
    git("commit", "-qm", "set")
    (repository / file).write_text(new)
    assert models(verify(zoo, "--changed-since", "HEAD")) == touched


def test_settings_of_which_git_knows_nothing_touch_no_model(zoo: Zoo, repository: Path) -> None:
    (repository / ".gitignore").write_text("zoo.toml\n")
    git("add", ".")
    git("commit", "-qm", "ignore")
    (repository / "zoo.toml").write_text("budget = 5")
    assert models(verify(zoo, "--changed-since", "HEAD")) == set()


def test_an_index_at_the_top_of_a_repository_is_there_beside_links_and_all(
    zoo: Zoo, repository: Path
) -> None:
    (repository / "AAA").symlink_to("mypackage")
    for page in ("model-index.yml", "shared.yml", "own.bin"):
        (repository / "model-index" / page).rename(repository / page)
    git("add", ".")
    git("commit", "-qm", "at the top")
    assert models(verify(zoo, "--changed-since", "HEAD", "--index", ".")) == set()


def test_settings_are_those_of_the_working_folder(
    zoo: Zoo, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository / "project"
    (repository / "model-index").rename(folder)
    (repository / "zoo.toml").write_text("budget = 5")
    (folder / "zoo.toml").write_text("budget = 6")
    git("add", ".")
    git("commit", "-qm", "moved")
    (repository / "zoo.toml").write_text("budget = 7")
    monkeypatch.chdir(folder)
    assert models(verify(zoo, "--changed-since", "HEAD", "--index", ".")) == set()
    (folder / "zoo.toml").write_text("budget = 8")
    _selection.config.cache_clear()
    assert models(verify(zoo, "--changed-since", "HEAD", "--index", ".")) == ALL


def test_an_index_behind_a_link_that_leads_elsewhere_is_verified_as_a_whole(
    zoo: Zoo, repository: Path
) -> None:
    index, link = repository / "first", repository / "model-index"
    link.rename(index)
    (index / "model-index.yml").write_text(f"{INDEX}{SPOILT}")
    shutil.copytree(index, repository / "second")
    link.symlink_to("first")
    git("add", ".")
    git("commit", "-qm", "linked")
    assert models(verify(zoo, "--changed-since", "HEAD")) == set()
    (index / "shared.yml").write_text(SHARED.replace("20", "21"))
    assert models(verify(zoo, "--changed-since", "HEAD")) == {"inherits"}
    git("checkout", "-q", "first")
    link.unlink()
    link.symlink_to("second")
    assert models(verify(zoo, "--changed-since", "HEAD")) == {*ALL, "spoilt"}
    link.unlink()
    index.rename(link)
    assert models(verify(zoo, "--changed-since", "HEAD")) == {*ALL, "spoilt"}


def test_a_model_that_cannot_be_read_is_not_passed_over(zoo: Zoo, repository: Path) -> None:
    page = repository / "model-index" / "model-index.yml"
    page.write_text(INDEX.replace("Size: 10", "Size: many"))
    outcome = verify(zoo, "--changed-since", "HEAD")
    assert outcome.code == 4 and models(outcome) == {"own"}
    assert "changed since HEAD: 1 of 3 models: own\n" in outcome.err


def test_a_model_that_could_not_be_read_before_fails_no_change_of_others(
    zoo: Zoo, repository: Path
) -> None:
    spoilt = repository / "model-index" / "spoilt.yml"
    spoilt.write_text(f"Models:\n{SPOILT}")
    page = repository / "model-index" / "model-index.yml"
    page.write_text(INDEX.replace("Import: shared.yml", "Import: [shared.yml, spoilt.yml]"))
    git("add", ".")
    git("commit", "-qm", "spoilt")
    outcome = verify(zoo, "--changed-since", "HEAD")
    assert (outcome.code, models(outcome)) == (0, set())
    assert "changed since HEAD: 0 of 4 models, so that none is verified" in outcome.err
    page.write_text(page.read_text().replace("Size: 10", "Size: 11"))
    assert models(verify(zoo, "--changed-since", "HEAD")) == {"own"}
    spoilt.write_text(spoilt.read_text().replace("many", "more"))
    assert models(verify(zoo, "--changed-since", "HEAD")) == {"own", "spoilt"}


@pytest.mark.parametrize(
    ("revision", "said"),
    [("nowhere", "is it fetched?"), ("--all", "no revision"), ("", "no revision")],
)
def test_a_revision_that_is_not_there_is_a_message(
    zoo: Zoo, repository: Path, revision: str, said: str
) -> None:
    outcome = zoo("verify", f"--changed-since={revision}")
    assert outcome.code == 2 and said in outcome.err


def test_a_shallow_clone_says_how_to_fetch_the_rest(
    zoo: Zoo, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("commit", "--allow-empty", "-qm", "two")
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth", "1", repository.as_uri(), str(clone))
    monkeypatch.chdir(clone)
    outcome = zoo("verify", "--changed-since", "HEAD~1")
    assert outcome.code == 2 and "fetch-depth: 0" in outcome.err


def test_a_branch_without_a_common_history_is_compared_as_it_is(zoo: Zoo, repository: Path) -> None:
    git("checkout", "-q", "--orphan", "other")
    git("commit", "-qm", "another beginning")
    page = repository / "model-index" / "model-index.yml"
    page.write_text(INDEX.replace("Size: 10", "Size: 11"))
    assert models(verify(zoo, "--changed-since", "main")) == {"own"}


def test_pins_that_could_not_be_read_then_are_all_new_ones(zoo: Zoo, repository: Path) -> None:
    pins = repository / "model-index" / "zoo.lock"
    pins.write_text("no lock")
    git("add", ".")
    git("commit", "-qm", "two")
    entry = {
        "url": "https://example.org/a.bin",
        "sha256": "ab" * 32,
        "size": 20,
        "first_seen": "2026-01-01",
    }
    pins.write_text(json.dumps({"schema_version": "1", "models": {"inherits": entry}}))
    assert models(verify(zoo, "--changed-since", "HEAD")) == {"inherits"}


def test_without_git_it_is_a_message(
    zoo: Zoo, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repository))
    outcome = zoo("verify", "--changed-since", "main")
    assert outcome.code == 2 and "git, which is not installed" in outcome.err


def test_outside_of_a_repository_it_is_a_message(
    zoo: Zoo, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = zoo("verify", "--changed-since", "main", "--index", repository / "model-index")
    assert outcome.code == 2
    assert "this folder is in no git repository: not a git repository" in outcome.err
    monkeypatch.chdir(repository)
    (tmp_path / "far.yml").write_text("Models: [{Name: a}]\n")
    outcome = zoo("verify", "--changed-since", "main", "--index", tmp_path / "far.yml")
    assert outcome.code == 2 and "is not in the git repository of this folder" in outcome.err
