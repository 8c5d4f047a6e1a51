"""A folder of pages holds those of the last report; nothing that zoo did not write is touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, Zoo
from zoo.evidence import from_json, to_json

FIXED = Path(__file__).parents[1] / "goldens" / "run.json"
Render = Callable[..., Outcome]


@pytest.fixture
def render(zoo: Zoo, tmp_path: Path) -> Render:
    """Render the fixed Run without some of its models into a folder."""

    def call(*without: str, form: str = "markdown", into: str = "site") -> Outcome:
        run = from_json(FIXED.read_text(encoding="utf-8"), "run.json")
        kept = tuple(f for f in run.findings if f.model not in without)
        subjects = tuple(s for s in run.subjects if s.model not in without)
        path = tmp_path / "run.json"
        path.write_text(to_json(replace(run, findings=kept, subjects=subjects)), encoding="utf-8")
        return zoo("report", path, "--format", form, "-o", tmp_path / into)

    return call


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("form", ["markdown", "badges", "in-toto"])
def test_the_page_of_a_model_that_has_gone_goes_too(
    render: Render, tmp_path: Path, form: str
) -> None:
    assert render(form=form).code == 0
    before = files(tmp_path / "site")
    outcome = render("tiny", "timm/deep", form=form)
    assert "took away what an earlier report left: " in outcome.err
    assert render("tiny", "timm/deep", form=form, into="fresh").code == 0
    assert files(tmp_path / "site") == files(tmp_path / "fresh") < before


def test_a_folder_that_is_empty_then_goes_too(render: Render, tmp_path: Path) -> None:
    render()
    assert (tmp_path / "site/collections").is_dir()
    render("tiny", "timm/small", "timm/wide", "timm/deep", *EVIL)
    assert not (tmp_path / "site/collections").exists()


EVIL = [f["model"] for f in json.loads(FIXED.read_text())["findings"] if "evil" in f["model"]]


def test_what_zoo_did_not_write_or_somebody_has_changed_stays(
    render: Render, tmp_path: Path
) -> None:
    render()
    own = tmp_path / "site/models/own.md"
    own.write_text("mine")
    changed = tmp_path / "site/models/tiny.md"
    changed.write_text("mended by hand")
    outcome = render("tiny", "timm/deep")
    assert (own.read_text(), changed.read_text()) == ("mine", "mended by hand")
    assert "left, though no page now, since it was changed: models/tiny.md" in outcome.err
    assert not (tmp_path / "site/models/timm-deep.md").exists()


def test_two_formats_in_one_folder_leave_each_other_alone(render: Render, tmp_path: Path) -> None:
    render()
    render(form="badges")
    both = files(tmp_path / "site")
    render()
    render(form="badges")
    assert files(tmp_path / "site") == both


def test_what_zoo_did_not_write_is_not_written_over(render: Render, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    own = tmp_path / "site/index.md"
    own.write_text("mine")
    outcome = render()
    assert outcome.code == 2
    assert "site holds index.md, not of an earlier report" in outcome.err
    assert files(tmp_path / "site") == {"index.md"}
    assert own.read_text() == "mine"


def test_what_would_be_written_over_is_known_before_the_work_begins(
    zoo: Zoo, tmp_path: Path
) -> None:
    (tmp_path / "index.md").write_text("mine")
    outcome = zoo("verify", "--all", "--format", "markdown", "-o", tmp_path)
    assert outcome.code == 2
    assert "not of an earlier report" in outcome.err
    assert "verifying" not in outcome.err


def test_a_link_in_the_place_of_a_page_is_not_followed(render: Render, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.md").symlink_to(tmp_path / "elsewhere.md")
    assert render().code == 2
    assert not (tmp_path / "elsewhere.md").exists()


def test_a_page_that_was_changed_by_hand_is_written_anew(render: Render, tmp_path: Path) -> None:
    render()
    page = tmp_path / "site/models/tiny.md"
    before = page.read_text()
    page.write_text("mended by hand")
    assert render().code == 0
    assert page.read_text() == before


def test_a_folder_without_a_list_keeps_all_that_it_holds(render: Render, tmp_path: Path) -> None:
    render()
    (tmp_path / "site/.zoo-markdown.json").unlink()
    assert render("tiny").code == 2
    assert (tmp_path / "site/models/tiny.md").is_file()
    (line,) = render().err.splitlines()
    assert line.startswith("wrote ")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"pages": []}',
        b'{"pages": {"models/tiny.md": 7}}',
        b"\xff",
        b"[" * 10**5,
    ],
)
def test_a_list_that_is_none_takes_nothing_away(
    render: Render, tmp_path: Path, content: bytes
) -> None:
    render()
    (tmp_path / "site/.zoo-markdown.json").write_bytes(content)
    assert render("tiny").code == 2
    assert (tmp_path / "site/models/tiny.md").is_file()


def test_a_list_of_a_stranger_leads_nowhere_else(render: Render, tmp_path: Path) -> None:
    render()
    outside = tmp_path / "outside.md"
    outside.write_text("precious")
    hidden = tmp_path / "site/.git-like"
    hidden.write_text("precious")
    (tmp_path / "site/link").symlink_to(tmp_path)
    (tmp_path / "site/direct.md").symlink_to(outside)
    digest = sha256(b"precious").hexdigest()
    page = (tmp_path / "site/models/timm-wide.md").read_bytes()
    names = ["../outside.md", str(outside), "link/outside.md", "direct.md", "..\\outside.md",
             "models/../../outside.md", ".git-like", "a\0b", "", "x" * 5000]  # fmt: skip
    aliases = dict.fromkeys(["models//timm-wide.md", "./index.md", "models/TIMM-wide.md"],
                            sha256(page).hexdigest())  # fmt: skip
    listed = {"pages": dict.fromkeys(names, digest) | aliases}
    (tmp_path / "site/.zoo-markdown.json").write_text(json.dumps(listed))
    outcome = render()
    assert outcome.code == 0
    assert "took away" not in outcome.err
    assert outside.read_text() == hidden.read_text() == "precious"
    assert (tmp_path / "site/direct.md").is_symlink()
    assert (tmp_path / "site/models/timm-wide.md").read_bytes() == page
