"""``zoo diff``: what has changed between two registries."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Outcome, Zoo
from zoo import revision
from zoo.schemas import load

OLD = """\
Models:
- Name: kept
  Metadata: {Parameters: 28090000, FLOPs: 5285062320, Image Size: 224, Crop Pct: '0.875', Lr: 0.1}
  Weights: https://old.example.org/kept-01234567.pth
  Results:
  - {Task: t, Dataset: ImageNet, Metrics: {Top 1 Accuracy: 80.26%, Top 5 Accuracy: 95.07%}}
- Name: gone
"""
NEW = (
    OLD.replace("28090000", "28.09M")
    .replace("224", "288")
    .replace("'0.875'", "0.950")
    .replace("old.example.org", "new.example.org")
    .replace("80.26%", "80.30")
    .replace("gone", "come")
)
Compared = Callable[[str], Outcome]
HEADER = "model,img_size,top1,top5,param_count,crop_pct,interpolation\n"


@pytest.fixture
def indexes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yml").write_text(OLD)
    (tmp_path / "new.yml").write_text(NEW)
    return tmp_path


@pytest.fixture
def repository(indexes: Path) -> Path:
    """Make a repository with two revisions of ``index/models.yml``."""
    (indexes / "index" / "below").mkdir(parents=True)
    (indexes / "index" / "below" / "notes.bin").write_bytes(b"\0" * 100)
    (indexes / "index" / "link.yml").symlink_to("/etc/hostname")
    (indexes / ".gitattributes").write_text("*.yml export-ignore\n")
    page = indexes / "index" / "below" / "models.yml"
    git("init", "-q")
    for text in (OLD, NEW):
        page.write_text(text)
        git("add", "index", ".gitattributes")
        git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x")
    return indexes


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def changes(outcome: Outcome) -> dict[str, tuple[str | None, str | None]]:
    document = outcome.json
    Draft202012Validator(load("diff")).validate(document)
    return {
        change["field"]: tuple(change[side] and change[side]["text"] for side in ("old", "new"))
        for change in document["changed"]
    }


def test_what_means_something_else_has_changed_and_what_is_only_written_so_has_not(
    zoo: Zoo, indexes: Path
) -> None:
    assert changes(zoo("diff", "old.yml", "new.yml", "--format", "json")) == {
        "image-size": ("224", "288"),
        "crop-pct": ("0.875", "0.950"),
        "top-1 (ImageNet)": ("80.26%", "80.30"),
        "Weights": (
            "https://old.example.org/kept-01234567.pth",
            "https://new.example.org/kept-01234567.pth",
        ),
    }


def test_models_that_came_and_went_are_listed_with_their_places(zoo: Zoo, indexes: Path) -> None:
    document = zoo("diff", "old.yml", "new.yml", "--format", "json").json
    ((added,), (removed,)) = (document["added"], document["removed"])
    assert (added["model"], added["location"]["path"], added["location"]["line"]) == (
        "come", "new.yml", 7
    )  # fmt: skip
    assert (removed["model"], removed["location"]["path"]) == ("gone", "old.yml")
    assert document["summary"] == {"added": 1, "removed": 1, "changed": 4}


@pytest.mark.parametrize(("tail", "same"), [("01234567", True), ("89abcdef", False), ("x", None)])
def test_a_file_that_moved_is_told_from_another_file(
    zoo: Zoo, indexes: Path, tail: str, same: bool | None
) -> None:
    (indexes / "new.yml").write_text(NEW.replace("01234567", tail))
    document = zoo("diff", "old.yml", "new.yml", "--format", "json").json
    (change,) = [change for change in document["changed"] if change["field"] == "Weights"]
    assert change["same_digest"] is same


def test_the_table_names_old_and_new_value_with_both_places(zoo: Zoo, indexes: Path) -> None:
    out = zoo("diff", "old.yml", "new.yml").out
    assert "top-1 (ImageNet)  80.26% → 80.30  (old.yml:6 → new.yml:6)" in out
    assert "[same digest]" in out
    assert "- gone  (old.yml:7)" in out
    assert "+ come  (new.yml:7)" in out
    assert out.splitlines()[-1] == "1 added, 1 removed, 4 values of 1 model changed"


def test_markdown_is_escaped(zoo: Zoo, indexes: Path) -> None:
    (indexes / "new.yml").write_text(NEW.replace("come", "'<b>|x'"))
    out = zoo("diff", "old.yml", "new.yml", "--format", "markdown").out
    assert "| &#60;b&#62;&#124;x | new&#46;yml:7 |" in out
    assert "| kept | image-size | 224 | 288 |  | old&#46;yml:3 → new&#46;yml:3 |" in out


def test_a_field_that_came_or_went_is_a_change(zoo: Zoo, indexes: Path) -> None:
    (indexes / "new.yml").write_text(OLD.replace("FLOPs: 5285062320, ", "").replace("Lr", "Rate"))
    assert changes(zoo("diff", "old.yml", "new.yml", "--format", "json")) == {
        "flops": ("5285062320", None),
        "Lr": ("0.1", None),
        "Rate": (None, "0.1"),
    }


def test_nothing_that_changed_is_said_and_passes(zoo: Zoo, indexes: Path) -> None:
    outcome = zoo("diff", "old.yml", "old.yml", "--fail-on-change")
    assert (outcome.code, outcome.out) == (0, "nothing changed\n")


def test_a_change_fails_only_where_that_is_asked_for(zoo: Zoo, indexes: Path) -> None:
    assert zoo("diff", "old.yml", "new.yml").code == 0
    assert zoo("diff", "old.yml", "new.yml", "--fail-on-change").code == 1


def test_the_difference_is_written_to_a_file(zoo: Zoo, indexes: Path) -> None:
    outcome = zoo("diff", "old.yml", "new.yml", "-o", "out.txt")
    assert (outcome.code, outcome.out) == (0, "")
    assert "kept" in (indexes / "out.txt").read_text()


def test_revisions_are_compared_under_their_own_names(zoo: Zoo, repository: Path) -> None:
    outcome = zoo("diff", "HEAD~1:index", "HEAD:index", "--format", "json")
    assert len(changes(outcome)) == 4
    place = outcome.json["changed"][0]["old"]["location"]
    assert (place["path"], place["line"]) == ("HEAD~1:index/below/models.yml", 3)


def test_a_file_of_a_revision_is_compared_with_the_working_folder(
    zoo: Zoo, repository: Path
) -> None:
    outcome = zoo("diff", "HEAD~1:index/below/models.yml", "index", "--format", "json")
    place = outcome.json["changed"][0]["old"]["location"]
    assert place["path"] == "HEAD~1:index/below/models.yml"
    assert outcome.json["changed"][0]["new"]["location"]["path"] == "index/below/models.yml"


def test_a_folder_is_named_from_the_root_of_the_repository(
    zoo: Zoo, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "index")
    assert zoo("diff", "HEAD:index", "HEAD:./below").out == "nothing changed\n"


def test_an_error_in_a_revision_names_the_revision(zoo: Zoo, repository: Path) -> None:
    (repository / "index" / "below" / "models.yml").write_text("Models:\n- Name: m\n- Name: m\n")
    git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qam", "x")
    outcome = zoo("diff", "HEAD:index", "old.yml")
    assert (outcome.code, outcome.out) == (2, "")
    assert "HEAD:index/below/models.yml:3:9: error" in outcome.err
    assert "/tmp" not in outcome.err.replace(str(repository), "")


@pytest.mark.parametrize(
    ("side", "said"),
    [
        ("--output=x:index", "is no revision of git"),
        ("-x:index", "is no revision of git"),
        (":index", "is no revision of git"),
        ("HEAD:nope", "git has no 'HEAD:nope' here"),
        ("nope:index", "git has no 'nope:index' here"),
        ("HEAD:index/link.yml/x", "git has no"),
        ("HEAD:index/below/notes.bin", "binary"),
        ("nope", "nope is not there"),
    ],
)
def test_what_cannot_be_compared_is_one_error(
    zoo: Zoo, repository: Path, side: str, said: str
) -> None:
    outcome = zoo("diff", "--", side, "old.yml")
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_a_revision_of_too_many_files_is_not_taken_out(
    zoo: Zoo, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revision, "MAX_BYTES", 1)
    outcome = zoo("diff", "HEAD~1:index", "HEAD:index")
    assert outcome.code == 2 and "is in a tree with more than 50,000 files or" in outcome.err


def test_a_git_that_does_not_answer_is_given_up(
    zoo: Zoo, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setattr(revision, "TIMEOUT", 0.2)
    outcome = zoo("diff", "HEAD~1:index", "HEAD:index")
    assert outcome.code == 2 and "git cannot read HEAD~1:index: " in outcome.err
    assert "timed out after 0.2 seconds" in outcome.err


def test_outside_of_a_repository_there_are_no_revisions(
    zoo: Zoo, indexes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(indexes.parent))
    outcome = zoo("diff", "HEAD:index", "old.yml")
    assert outcome.code == 2
    assert "not a git repository" in outcome.err


@pytest.fixture
def compared(zoo: Zoo, indexes: Path) -> Compared:
    """Compare the old index with a table of timm that has these rows."""

    def compare(rows: str) -> Outcome:
        (indexes / "results-imagenet.csv").write_text(HEADER + rows)
        return zoo("diff", "old.yml", "results-imagenet.csv", "--format", "json")

    return compare


def test_a_table_is_compared_only_in_what_it_states_and_to_its_digits(compared: Compared) -> None:
    found = changes(compared("kept,224,80.262,95.100,28.09,0.875,bicubic\n"))
    assert found == {
        "top-5 (ImageNet)": ("95.07%", "95.100%"),
        "interpolation": (None, "bicubic"),
    }


def test_a_row_with_a_tag_is_found_by_its_architecture_if_it_is_the_only_one(
    compared: Compared,
) -> None:
    outcome = compared("kept.a_in1k,224,80.26,95.07,28.09,0.875,\n")
    assert outcome.json["matched"] == [{"a": "kept", "b": "kept.a_in1k"}]
    assert outcome.json["summary"] == {"added": 0, "removed": 1, "changed": 0}
    assert "one candidate only: kept with kept.a_in1k" in outcome.err


def test_a_row_with_a_tag_is_not_chosen_among_several(zoo: Zoo, indexes: Path) -> None:
    rows = "".join(f"kept.{tag},224,80.26,95.07,28.09,0.875,\n" for tag in "ab")
    (indexes / "results-imagenet.csv").write_text(HEADER + rows)
    outcome = zoo("diff", "results-imagenet.csv", "old.yml", "--format", "json")
    Draft202012Validator(load("diff")).validate(outcome.json)
    assert outcome.json["ambiguous"] == [{"model": "kept", "candidates": ["kept.a", "kept.b"]}]
    assert outcome.json["changed"] == outcome.json["removed"] == []
    assert "several candidates: kept" in outcome.err


def test_of_several_rows_for_a_model_that_at_its_image_size_is_compared(
    compared: Compared,
) -> None:
    rows = "kept.a,288,81.9,96,28.09,0.95,\nkept.a,224,80.26,95.07,28.09,0.875,\n"
    outcome = compared(rows)
    assert outcome.json["matched"] == [{"a": "kept", "b": "kept.a@224"}]
    assert outcome.json["summary"] == {"added": 0, "removed": 1, "changed": 0}


def test_in_a_table_a_model_has_the_name_that_timm_gives_it(
    compared: Compared, indexes: Path
) -> None:
    named = OLD.replace("Name: kept\n", "Name: mine\n  Source: {Type: timm, Reference: kept}\n")
    (indexes / "old.yml").write_text(f"Library: timm\n{named}")
    outcome = compared("kept.a,224,80.26,95.07,28.09,0.875,\n")
    assert outcome.json["matched"] == [{"a": "timm/mine", "b": "kept.a"}]
    assert outcome.json["summary"] == {"added": 0, "removed": 1, "changed": 0}


PAGE = """\
Models:
- Name: m
  README: One.
  Image: a.png
  Config: a.py
  Converted From: {Weights: a.pth}
  Code: {URL: 'https://example.org', Version: v1}
  Metadata: {Training Data: [a, b], Parameters: '12'}
  Results:
  - {Task: t, Dataset: COCO, Metrics: {box AP: 38.2, mAP (50): 58.8}}
  - {Task: t, Dataset: COCO, Metrics: {mask AP: 34.7, box AP: 99.9}}
"""


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("One.", "Two.", "README"),
        ("a.png", "b.png", "Image"),
        ("a.py", "b.py", "Config"),
        ("a.pth", "b.pth", "Converted From"),
        ("v1", "v2", "Code"),
        ("[a, b]", "['a, b']", "Training Data"),
        ("99.9", "99.8", "box AP (COCO, 2)"),
        ("58.8", "58.9", "mAP (50) (COCO)"),
        ("Task: t, Dataset: COCO, Metrics: {mask", "Task: u, Dataset: COCO, Metrics: {mask",
         "Task (COCO, 2)"),
    ],
)  # fmt: skip
def test_every_field_that_says_something_else_is_a_change(
    zoo: Zoo, indexes: Path, old: str, new: str, field: str
) -> None:
    (indexes / "old.yml").write_text(PAGE)
    (indexes / "new.yml").write_text(PAGE.replace(old, new))
    outcome = zoo("diff", "old.yml", "new.yml", "--format", "json", "--fail-on-change")
    assert list(changes(outcome)) == [field]
    assert outcome.code == 1


@pytest.mark.parametrize(
    "path", ["model-index.yml", "configs/x/metafile.yml", "configs", ".", "", "./configs"]
)
def test_what_works_in_the_working_tree_works_in_a_revision(
    zoo: Zoo, repository: Path, path: str
) -> None:
    (repository / "old.yml").unlink()
    (repository / "new.yml").unlink()
    (repository / "configs" / "x").mkdir(parents=True)
    (repository / "docs").mkdir()
    (repository / "docs" / "m.md").write_text("# m\n")
    (repository / "model-index.yml").write_text("Import: [configs/x/metafile.yml]\n")
    (repository / "configs" / "x" / "metafile.yml").write_text(
        "Models:\n- Name: m\n  README: docs/m.md\n"
    )
    git("add", "configs", "docs", "model-index.yml")
    git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x")
    outcome = zoo("diff", f"HEAD:{path}", path or ".", "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.json["a"]["models"] == 1
    assert outcome.json["summary"] == {"added": 0, "removed": 0, "changed": 0}


def test_a_model_of_timm_wins_the_row_over_another_of_that_name(zoo: Zoo, indexes: Path) -> None:
    (indexes / "index").mkdir()
    (indexes / "index" / "a.yml").write_text(
        "Models:\n- Name: net\n  Source: {Type: python, Reference: 'a:b'}\n"
    )
    (indexes / "index" / "b.yml").write_text("Library: timm\nModels:\n- Name: net\n")
    (indexes / "results-imagenet.csv").write_text(HEADER + "net.a,224,80,95,28,0.875,\n")
    outcome = zoo("diff", "index", "results-imagenet.csv", "--format", "json")
    assert outcome.json["matched"] == [{"a": "timm/net", "b": "net.a"}]
    assert [model["model"] for model in outcome.json["removed"]] == ["net"]


def test_models_that_were_not_compared_are_named_in_markdown(zoo: Zoo, indexes: Path) -> None:
    rows = "".join(f"kept.{tag},224,80.26,95.07,28.09,0.875,\n" for tag in "ab")
    (indexes / "results-imagenet.csv").write_text(HEADER + rows)
    out = zoo("diff", "old.yml", "results-imagenet.csv", "--format", "markdown").out
    assert "## Not compared" in out
    assert "| kept | kept.a, kept.b |" in out


def test_an_exported_table_is_compared_by_its_values(zoo: Zoo, indexes: Path) -> None:
    arguments = ("export", "--all", "--format", "csv", "-o", "models.csv", "--index")
    assert zoo(*arguments, "old.yml").code == 0
    assert zoo("diff", "old.yml", "models.csv").out == "nothing changed\n"
    assert set(changes(zoo("diff", "models.csv", "new.yml", "--format", "json"))) == {
        "image-size", "crop-pct", "top-1 (ImageNet)"
    }  # fmt: skip
