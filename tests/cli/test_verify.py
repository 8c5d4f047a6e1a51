"""``zoo verify`` on published numbers, and its exit codes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.cli.conftest import Digits, Zoo
from zoo.cli import _selection

LITE = ("--trust-python", "--dataset", "model-index/demo/photographs.csv", "--format", "json")


def test_published_numbers_of_seresnet152d_get_their_verdicts(zoo: Zoo) -> None:
    outcome = zoo("verify", "seresnet152d", "--offline", "--format", "json")
    assert outcome.code == 1
    by_metric = {finding["metric"]: finding for finding in outcome.json["findings"]}
    parameters, flops = by_metric["parameters"], by_metric["flops"]
    assert (parameters["verdict"], parameters["measured"]) == ("PASS", 66_841_080)
    assert (flops["verdict"], flops["claimed"]) == ("FAIL", 20_161_904_304)
    assert flops["measured"] == 15_357_157_376
    assert flops["conditions"]["input"] == [1, 3, 256, 256]
    crop = by_metric["crop-pct"]
    assert (crop["verdict"], crop["claimed"], crop["measured"]) == ("FAIL", 0.94, 0.95)
    assert "seresnet152d.ra2_in1k" in crop["method"]
    for metric in ("file-size", "weights-digest", "weights-load"):
        assert by_metric[metric]["verdict"] == "ERROR"
        assert by_metric[metric]["hint"]
    assert by_metric["top-1"]["verdict"] == "SKIP"
    untold = by_metric[None]["message"]
    assert untold.startswith("not checkable from a checkpoint: Training Techniques, ")
    assert "LR, Epochs" in untold
    words = [f["verdict"] for f in outcome.json["findings"] if f["metric"] == "architecture"]
    assert sorted(words) == ["PASS"] * 10 + ["SKIP"]
    assert (by_metric["layers"]["verdict"], by_metric["layers"]["measured"]) == ("PASS", 152)
    assert by_metric["dropout"]["verdict"] == "SKIP"


def test_a_host_that_cannot_be_reached_is_an_error_with_reason_and_hint(zoo: Zoo) -> None:
    outcome = zoo("verify", "seresnet50", "--only", "weights-digest", "--format", "json")
    assert outcome.code == 4
    (finding,) = outcome.findings("ERROR")
    assert "cannot reach github.com" in finding["message"]
    assert "check the network" in finding["hint"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--only", "parameters"), 0),
        (("--offline", "--only", "weights-digest"), 4),
        (("--only", "flops"), 1),
        (("--skip", "flops,preprocessing", "--offline"), 4),
        (("--only", "parameters", "--skip", "parameters"), 5),
    ],
)
def test_the_exit_code_says_how_it_ended(zoo: Zoo, arguments: tuple[str, ...], code: int) -> None:
    assert zoo("verify", "seresnet152d", *arguments).code == code


@pytest.mark.parametrize(
    ("model", "parameters", "flops", "top5"),
    [
        ("efficientnet_lite0", 4_652_008, 385_187_552, 19),
        ("efficientnet_lite1", 5_416_680, 600_185_232, 20),
        ("efficientnet_lite2", 6_092_072, 859_736_272, 20),
    ],
)
def test_real_weights_are_scored_on_real_photographs(
    zoo: Zoo, model: str, parameters: int, flops: int, top5: int
) -> None:
    outcome = zoo("verify", model, *LITE)
    by_metric = {finding["metric"]: finding for finding in outcome.json["findings"]}
    assert outcome.code == 1
    assert by_metric["parameters"]["measured"] == parameters
    assert (by_metric["flops"]["measured"], by_metric["flops"]["verdict"]) == (flops, "FAIL")
    assert by_metric["weights-digest"]["verdict"] == "PASS"
    top1 = by_metric["top-1"]
    assert (top1["verdict"], top1["measured"]) == ("UNDECIDED", 90)
    assert top1["conditions"]["correct"] == {"top-1": 18, "top-5": top5}
    assert "[69.9, 97.21]" in top1["message"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "seresnet15d"), "did you mean seresnet152d"),
        (("verify",), "no model was asked for"),
        (("verify", "seresnet50", "--only", "paramters"), "did you mean parameters"),
        (("verify", "seresnet50", "--dataset", "/not/there"), "there is no dataset at /not/there"),
        (("verify", "seresnet50", "--dataset", "ImageNet="), "no path is given for ImageNet"),
        (("verify", "seresnet50", "--dataset", "a", "--dataset", "b"), "given twice for the same"),
        (("verify", "seresnet50", "--device", "cuda:99"), "torch cannot use the device 'cuda:99'"),
        (
            ("verify", "seresnet50", "--device", "banana"),
            "there is no device 'banana'\n  → devices ",
        ),
        (("verify", "seresnet50", "--format", "jsn"), "jsn"),
        (("verify", "seresnet50", "--index", "/not/there"), "/not/there is not there"),
        (("verfy", "seresnet50"), "did you mean verify"),
    ],
)
def test_a_wrong_argument_says_what_was_meant(
    zoo: Zoo, arguments: tuple[str, ...], said: str
) -> None:
    outcome = zoo(*arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.out == ""


def test_a_pattern_that_matches_nothing_selects_nothing(zoo: Zoo) -> None:
    outcome = zoo("verify", "--name", "vit*")
    assert outcome.code == 5
    assert "nothing selected" in outcome.err


def test_an_index_with_an_error_is_not_verified(zoo: Zoo, tmp_path: Path) -> None:
    page = tmp_path / "page.yml"
    page.write_text("Models:\n- Name: a\n- Name: a\n")
    outcome = zoo("verify", "a", "--index", page)
    assert outcome.code == 2
    assert f"{page}:3:9: error: the model 'a' is already listed" in outcome.err


def test_without_torch_it_says_which_extra_to_install(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else found(name)
    )
    outcome = zoo("verify", "seresnet50")
    assert outcome.code == 2
    assert "pip install 'zoo-verify[timm]'" in outcome.err
    outcome = zoo("verify", "seresnet50", "--only", "flops")
    assert "zoo: flops needs torch, which this installation lacks" in outcome.err


@pytest.mark.parametrize(
    ("module", "command", "said"),
    [
        ("PIL", "dataset check model-index/demo/digits.csv", "looking at pictures needs pillow"),
        ("pyarrow", "score predictions.parquet", "reading predictions needs pyarrow"),
    ],
)
def test_what_the_extra_brings_is_asked_for_by_name(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch, module: str, command: str, said: str
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == module else found(name)
    )
    outcome = zoo(*command.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert f"zoo: {said}, which this installation lacks\n  → pip install" in outcome.err


def test_a_report_that_cannot_be_written_is_said_so(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    target = tmp_path / "file" / "run.json"
    outcome = zoo("verify", "seresnet50", "--only", "parameters", "--format", "json", "-o", target)
    assert outcome.code == 2
    assert f"cannot write {target}" in outcome.err


def test_settings_of_the_folder_are_used(
    zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Path.cwd() / "model-index"
    settings = f'index = "{index}"\noffline = true\n[tolerances.flops]\nrelative = 0.4\n'
    (tmp_path / "zoo.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    outcome = zoo("verify", "seresnet152d", "--only", "flops", "--format", "json")
    assert outcome.code == 0
    (finding,) = outcome.findings("PASS")
    assert finding["tolerance"] == {"absolute": 0, "relative": 0.4}


def test_a_run_records_the_options_that_are_needed_to_do_it_again(
    zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Path.cwd() / "model-index"
    (tmp_path / "zoo.toml").write_text('seed = 7\noffline = true\n[datasets]\nImageNet = "data"\n')
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZOO_INDEX", str(index))
    given = ("--only", "parameters", "--trust-python", "--workers", 0, "--strict")
    run = zoo("verify", "seresnet50", "digits", *given, "--format", "json").json
    shared = ["--index", str(index), "--only", "parameters", "--trust-python"]
    assert run["arguments"] == []
    assert {subject["model"]: subject["arguments"] for subject in run["subjects"]} == {
        "digits": shared,
        "seresnet50": [*shared, "--dataset", "ImageNet=data"],
    }
    monkeypatch.delenv("ZOO_INDEX")
    again = zoo("verify", *run["subjects"][1]["arguments"], "seresnet50", "--format", "json").json
    assert again["arguments"] == run["subjects"][1]["arguments"]
    assert again["findings"] == [f for f in run["findings"] if f["model"] == "seresnet50"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("trust-pyton = true", "did you mean trust-python"),
        ("offline = 1", "offline must be true or false"),
        ("offline = ", "zoo.toml cannot be read"),
        (f"a = {'[' * 5000}", "zoo.toml cannot be read"),
        ("index = 3", "index must be a text"),
        ("batch-size = 0", "batch-size must be at least 1"),
        ('device = "cuda:99"', "torch cannot use the device 'cuda:99'"),
        ("[tolerances.flop]\nrelative = 0.1", "there is no metric 'flop'"),
        ("[tolerances.top-1]\nabsolut = 1", "there is no setting 'absolut'"),
        ("[tolerances.top-1]\nabsolute = inf", "tolerances.top-1 must be finite"),
        ("[tolerances.top-1]\nabsolute = nan", "tolerances.top-1 must be finite"),
    ],
)
def test_settings_that_are_off_are_said_so(
    zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, said: str
) -> None:
    index = Path.cwd() / "model-index"
    (tmp_path / "zoo.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    outcome = zoo("verify", "seresnet50", "--only", "parameters", "--index", index)
    assert outcome.code == 2
    assert said in outcome.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--dataset", "imagenet=README.md"), "claims anything on the dataset 'imagenet'"),
        (("--name", "seres*,vit*"), "no model of the index matches 'vit*'"),
        (("-o", "README.md/run.json"), "README.md is not a folder"),
        (("-o", "docs"), "cannot write docs: it is a folder"),
    ],
)
def test_what_would_be_in_vain_is_refused_before_anything_is_measured(
    zoo: Zoo, arguments: tuple[str, ...], said: str
) -> None:
    outcome = zoo("verify", "seresnet50", "--only", "parameters", *arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert "verifying" not in outcome.err


def test_a_pyproject_of_any_shape_is_read(
    zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Path.cwd() / "model-index"
    (tmp_path / "pyproject.toml").write_text("tool = 3")
    monkeypatch.chdir(tmp_path)
    assert zoo("verify", "seresnet50", "--only", "parameters", "--index", index).code == 0


def test_a_setting_that_names_no_engine_gets_the_nearest(
    zoo: Zoo, digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zoo.toml").write_text('engine = "loacl"\n')
    monkeypatch.chdir(tmp_path)
    _selection.config.cache_clear()
    outcome = zoo(*digits.verify, "--only", "file-size")
    assert (outcome.code, outcome.out) == (2, "")
    assert "there is no engine 'loacl'\n  → did you mean local?" in outcome.err
