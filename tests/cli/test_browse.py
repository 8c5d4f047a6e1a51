"""``zoo list``, ``show``, ``check``, ``report``, ``fetch`` and ``doctor``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Digits, Zoo
from zoo.cli import doctor
from zoo.cli.list import SHOWN
from zoo.registry import KINDS
from zoo.schemas import load


def test_the_list_is_json_by_its_schema(zoo: Zoo) -> None:
    rows = zoo("list", "--format", "json").json
    Draft202012Validator(load("list")).validate(rows)
    lite = next(row for row in rows if row["name"] == "efficientnet_lite0")
    assert (lite["flops"], lite["parameters"], lite["top1"]) == (407_000_000, 4_700_000, 75.1)
    assert (lite["top5"], lite["crop_pct"]) == (None, 0.875)


def test_the_list_is_sorted_by_a_column_with_what_is_not_claimed_last(zoo: Zoo) -> None:
    rows = zoo("list", "--sort", "-top5", "--format", "json").json
    assert [row["top5"] for row in rows[:2] + rows[-4:]] == [100, 98.66, 16.85, None, None, None]


@pytest.mark.parametrize("column", KINDS)
def test_the_list_is_sorted_by_any_column(zoo: Zoo, column: str) -> None:
    up, down = (
        [row[column] for row in zoo("list", "--sort", key, "--format", "json").json]
        for key in (column, f"-{column}")
    )
    filled = [value for value in up if value is not None]
    assert filled and up[: len(filled)] == filled
    assert [value for value in down if value is not None] == filled[::-1]


def test_a_model_of_several_collections_is_listed_with_each(zoo: Zoo, tmp_path: Path) -> None:
    page = tmp_path / "index.yml"
    page.write_text(
        "Collections:\n- Name: Wide\n- Name: Deep\n"
        "Models:\n- Name: both\n  In Collection: [Wide, Deep]\n"
        "- Name: one\n  In Collection: Deep\n- Name: none\n"
    )

    def names(collection: str) -> list[str]:
        rows = zoo("list", "--index", page, "--collection", collection, "--format", "json").json
        return [row["name"] for row in rows]

    assert (names("Wide"), names("Deep")) == (["both"], ["both", "one"])
    outcome = zoo("list", "--index", page, "--collection", "Dep")
    assert outcome.code == 2
    assert "no model is in the collection 'Dep'\n  → did you mean Deep?" in outcome.err


@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_every_form_of_the_list_has_the_columns_asked_for(zoo: Zoo, form: str) -> None:
    out = zoo("list", "--columns", "name,top1", "--format", form).out
    assert out.splitlines()[0].replace("|", " ").replace(",", " ").split() == ["name", "top1"]
    assert "seresnet152d" in out


def test_numbers_in_the_csv_stay_numbers(zoo: Zoo) -> None:
    rows = list(csv.DictReader(io.StringIO(zoo("list", "--format", "csv").out)))
    assert {row["name"]: row["parameters"] for row in rows}["seresnet50"] == "28090000"


@pytest.mark.parametrize("option", ["--sort", "--columns"])
def test_an_unknown_column_gets_the_nearest(zoo: Zoo, option: str) -> None:
    outcome = zoo("list", option, "paramters")
    assert outcome.code == 2
    assert "did you mean parameters" in outcome.err


def test_the_list_of_a_faulty_index_shows_the_rest_and_says_what_is_wrong(
    zoo: Zoo, tmp_path: Path
) -> None:
    (tmp_path / "good.yml").write_text("Models:\n- Name: good\n")
    (tmp_path / "bad.yml").write_text("Models:\n- Name: bad\n  Metadata: {FLOPs: lots}\n")
    outcome = zoo("list", "--index", tmp_path, "--format", "json")
    assert outcome.code == 2
    assert [row["name"] for row in outcome.json] == ["good"]
    assert "bad.yml:3:21: error: FLOPs: not a count" in outcome.err


def test_every_field_of_a_model_is_shown_with_its_place(zoo: Zoo) -> None:
    out = zoo("show", "seresnet152d").out
    assert "FLOPs                      20161904304  (model-index/se-resnet.md:21)" in out
    assert "Top 1 Accuracy (ImageNet)  83.74%" in out
    shown = zoo("show", "seresnet152d", "--format", "json").json
    assert shown["fields"]["FLOPs"]["location"]["line"] == 21


def test_a_models_own_name_is_enough_where_one_library_has_it(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("Library: {Name: one}\nModels: [{Name: x}, {Name: y}]\n")
    (tmp_path / "b.yml").write_text("Library: {Name: two}\nModels: [{Name: x}]\n")
    assert zoo("show", "y", "--index", tmp_path).out.startswith("one/y")
    several = zoo("show", "x", "--index", tmp_path)
    assert several.code == 2
    assert "there are several models 'x'\n  → say one/x or two/x" in several.err


def test_a_run_is_rendered_without_measuring(zoo: Zoo, digits: Digits, tmp_path: Path) -> None:
    run = tmp_path / "run.json"
    verified = zoo(*digits.verify, "--only", "file-size", "-o", run)
    assert (verified.code, verified.out) == (0, "")
    assert verified.err.endswith(f"wrote {run}\n1 model: 1 PASS, 11 SKIP\n")
    assert zoo("report", run, "--format", "json").out == run.read_text()
    pages = tmp_path / "pages"
    outcome = zoo("report", run, "--format", "markdown", "-o", pages)
    assert outcome.code == 0
    written = sorted(page.relative_to(pages).as_posix() for page in pages.rglob("*.md"))
    assert written == ["index.md", "models/digits.md"]
    assert "zoo verify --index" in (pages / "models" / "digits.md").read_text()
    shown = zoo("report", run, "--format", "markdown").out
    assert shown.startswith("# Reproducibility report\n")
    assert "zoo verify --index" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a Run of schema version 1"),
        ('{"schema_version": "1"}', "is not a Run"),
        ('{"schema_version": NaN}', "NaN is not JSON"),
    ],
)
def test_what_is_no_run_is_not_rendered(zoo: Zoo, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "run.json").write_text(text)
    outcome = zoo("report", tmp_path / "run.json")
    assert outcome.code == 2
    assert said in outcome.err
    assert "  → a Run is what 'zoo verify --format json -o FILE' writes" in outcome.err


def test_a_run_that_is_not_there_or_newer_says_what_to_do(zoo: Zoo, tmp_path: Path) -> None:
    outcome = zoo("report", tmp_path)
    assert outcome.code == 2
    assert "Is a directory\n  → a Run is what 'zoo verify" in outcome.err
    (tmp_path / "run.json").write_text('{"schema_version": "99", "findings": []}')
    assert "  → it may be of a newer zoo: 'pip install" in zoo("report", tmp_path / "run.json").err


def test_a_file_in_the_place_of_a_model_is_said_to_be_one(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    outcome = zoo("verify", tmp_path / "run.json")
    assert outcome.code == 2
    assert "  → that is a file: --index FILE reads an index, 'zoo report FILE' a Run" in outcome.err


def test_an_index_without_a_model_is_not_passed_over(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# No model\n")
    for arguments in (("check", tmp_path), ("verify", "--all", "--index", tmp_path)):
        assert zoo(*arguments).err.startswith("note: no model is listed here\n  → a page lists ")


def test_a_run_that_is_no_text_or_no_file_is_not_rendered(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(b"\xff\xfe")
    outcome = zoo("report", tmp_path / "run.json")
    assert outcome.code == 2 and "is not JSON: it is not UTF-8 text" in outcome.err
    outcome = zoo("report", tmp_path)
    assert outcome.code == 2 and f"{tmp_path}" in outcome.err


def test_what_the_system_refuses_to_write_is_said_with_its_reason(zoo: Zoo) -> None:
    outcome = zoo("report", "tests/goldens/run.json", "-o", "/proc/zoo.txt")
    assert outcome.code == 2
    assert "cannot write /proc/zoo.txt: " in outcome.err and "Traceback" not in outcome.err


def test_weights_are_fetched_and_hashed(zoo: Zoo, digits: Digits) -> None:
    outcome = zoo("fetch", "digits", "--index", digits.folder)
    assert outcome.code == 0
    name, digest, size, _, assurance, path = outcome.out.split()
    assert (name, size, assurance) == ("digits", "99744", "sha256")
    assert digest.startswith("sha256:") and path == str(digits.weights)


def test_fetching_says_where_weights_are_not_the_claimed_ones(zoo: Zoo, digits: Digits) -> None:
    digits.weights.write_bytes(b"x")
    outcome = zoo("fetch", "digits", "--index", digits.folder)
    assert outcome.code == 1
    assert "digits.md:32: digits: the file is sha256:" in outcome.err


def test_fetching_what_cannot_be_reached_exits_4(zoo: Zoo) -> None:
    outcome = zoo("fetch", "seresnet50", "--offline")
    assert outcome.code == 4
    assert "se-resnet.md:101: seresnet50: seresnet50_ra_224-8efdb4bb.pth is not" in outcome.err


def test_the_doctor_finds_this_machine_in_order(zoo: Zoo) -> None:
    outcome = zoo("doctor")
    assert outcome.code == 0
    assert "they import together" in outcome.out


def test_the_doctor_knows_torch_and_torchvision_that_do_not_go_together(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(doctor.importlib, "import_module", broken)
    sign = doctor._torchvision()
    assert sign.found == "operator torchvision::nms does not exist"
    assert "reinstall both at once" in sign.mend


def test_the_doctor_says_where_the_cache_cannot_be_written(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ZOO_CACHE_DIR", str(tmp_path / "file" / "cache"))
    outcome = zoo("doctor")
    assert outcome.code == 4
    assert "set ZOO_CACHE_DIR" in outcome.out


def test_the_index_is_found_in_the_documented_order(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named = tmp_path / "named.yml"
    named.write_text("Models:\n- Name: named\n")
    monkeypatch.chdir(tmp_path)
    assert len(zoo("list", "--format", "json").json) == 265  # the index that comes with zoo
    (tmp_path / "model-index").mkdir()
    (tmp_path / "model-index" / "x.yml").write_text("Models:\n- Name: here\n")
    assert [row["name"] for row in zoo("list", "--format", "json").json] == ["here"]
    monkeypatch.setenv("ZOO_INDEX", str(named))
    assert [row["name"] for row in zoo("list", "--format", "json").json] == ["named"]
    given = zoo("list", "--format", "json", "--index", tmp_path / "model-index")
    assert json.loads(given.out)[0]["name"] == "here"


@pytest.mark.parametrize("width", [50, 80, 100])
def test_a_narrow_terminal_gets_fewer_columns_and_is_told_which_are_left_out(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    outcome = zoo("list", "--index", "model-index/efficientnet-lite.md")
    header, *rows = outcome.out.splitlines()
    assert max(map(len, rows)) <= width
    left_out = outcome.err.removeprefix("too narrow for ").partition(":")[0].split(", ")
    assert header.split() + left_out == list(SHOWN)


def test_a_text_of_wide_characters_keeps_the_columns_aligned(zoo: Zoo, tmp_path: Path) -> None:
    page = tmp_path / "page.yml"
    page.write_text("Models:\n- Name: 模型\n  Metadata: {FLOPs: 5}\n- Name: abcdef\n")
    out = zoo("list", "--index", page, "--columns", "name,flops").out
    assert out.splitlines() == ["name    flops", "模型        5", "abcdef"]


def test_a_custom_field_is_kept_and_marked(zoo: Zoo, tmp_path: Path) -> None:
    page = tmp_path / "page.yml"
    page.write_text("Models:\n- Name: m\n  Config: a.py\n  Metadata: {FLOPs: 5, GPUs: 8}\n")
    lines = zoo("show", "m", "--index", page).out.splitlines()
    marked = [line.split()[1] for line in lines[:-1] if line.startswith("* ")]
    assert marked == ["Config", "GPUs"]
    assert lines[-1].startswith("* a custom field")


def test_the_doctor_says_what_is_not_installed_and_how_to_mend_it(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", ("numpy", "zoo-test-not-there"))
    outcome = zoo("doctor")
    assert outcome.code == 4
    assert "; not installed: zoo-test-not-there" in outcome.out
    assert "pip install 'zoo-verify[timm]'" in outcome.out


def test_the_doctor_says_that_the_index_cannot_be_read(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZOO_INDEX", str(tmp_path / "nowhere"))
    outcome = zoo("doctor")
    assert outcome.code == 4
    assert "nowhere is not there\n" in outcome.out
    assert "give the path of an index with --index" in outcome.out
