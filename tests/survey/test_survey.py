"""Surveys: each architecture once, in processes that may die, and kept on disk under its key."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from zoo.claims import ModelEntry
from zoo.counting import RULES
from zoo.structure import Shape
from zoo.subject import Identity
from zoo.survey import Facts, Request, Survey, Trouble, Wanted, cache, pool, worker
from zoo.survey.answers import Answers
from zoo.survey.pool import spread
from zoo.traits import Traits

SHAPE: Shape = (1, 3, 64, 64)
WIDE: Shape = (1, 3, 64, 96)
FACTORIES = """
import os, time, torch
from torch import nn
def small(): return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
def dies(): os._exit(3)
def sleeps(): time.sleep(60)
def leaves(): raise SystemExit(0)
class Leaves(nn.Module):
    def forward(self, inputs): raise SystemExit(0)
def leaves_at_work(): return Leaves()
def prints():
    print("hello")
    os.system("echo hello")
    return small()
def stubborn():
    while True:
        try: time.sleep(1)
        except BaseException: pass
def needs_values():
    width = int(torch.ones(2).sum().item())
    layer = nn.Linear(64, 64)
    other = nn.Linear(64, 64)
    other.weight = layer.weight
    return nn.Sequential(nn.Conv2d(3, width, 1), layer, other)
"""


@pytest.fixture
def factories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install a module of networks, for this process and for those that it starts."""
    (tmp_path / "zoo_test_networks.py").write_text(FACTORIES)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "zoo_test_networks"


@pytest.fixture
def timm_model(entry, spec):
    def make(name: str, called: str = "") -> ModelEntry:
        return replace(entry(source=spec("timm", name)), name=called or name)

    return make


@pytest.fixture
def python_model(entry, spec, factories: str):
    def make(name: str) -> ModelEntry:
        return replace(entry(source=spec("python", f"{factories}:{name}")), name=name)

    return make


def test_a_model_is_counted_by_every_rule_at_every_shape(timm_model, tmp_path: Path) -> None:
    facts = Survey(tmp_path).facts(
        timm_model("resnet18"),
        Wanted(
            (
                SHAPE,
                WIDE,
            )
        ),
    )
    assert facts.parameters == 11_689_512
    assert set(facts.totals) == {SHAPE, WIDE}
    assert all(set(totals) == set(RULES) for totals in facts.totals.values())
    assert isinstance(facts.identity, Identity) and facts.identity.name == "resnet18"


def test_two_names_of_one_network_are_counted_once(timm_model, tmp_path: Path) -> None:
    reported: list[tuple[int, int]] = []
    survey = Survey(tmp_path, lambda done, total: reported.append((done, total)))
    names = ("resnet18", "tv_resnet34", "ssl_resnet18")
    survey.find(Request(timm_model(name), Wanted((SHAPE,))) for name in names)
    assert reported == [(1, 2), (2, 2)]
    first, _, alias = (survey.facts(timm_model(name)) for name in names)
    assert first.totals == alias.totals


def test_what_was_counted_is_read_from_the_cache(
    timm_model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Survey(tmp_path).facts(timm_model("resnet18"), Wanted((SHAPE,)))

    def no_more(*_: object) -> None:
        raise AssertionError("counted again")

    monkeypatch.setattr("zoo.survey.find", no_more)
    assert Survey(tmp_path).facts(timm_model("resnet18"), Wanted((SHAPE,))) == known


def test_another_shape_is_added_to_what_is_kept(timm_model, tmp_path: Path) -> None:
    Survey(tmp_path).facts(timm_model("resnet18"), Wanted((SHAPE,)))
    Survey(tmp_path).facts(timm_model("resnet18"), Wanted((WIDE,)))
    kept = cache.Cache(tmp_path).find(timm_model("resnet18"))
    assert kept is not None and set(kept.totals) == {SHAPE, WIDE}


@pytest.mark.parametrize("what", ["torch", "rules", "arguments", "file"])
def test_all_that_moves_a_number_is_in_the_key(
    what: str, timm_model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = timm_model("resnet18")
    store = cache.Cache(tmp_path)
    store.keep(model, Facts(Identity("resnet18", "timm"), 1))
    assert store.find(model) is not None
    own = cache._key(model)
    monkeypatch.setattr(cache, "_key", lambda entry: own | {what: "another"})
    assert store.find(model) is None


def test_facts_that_cannot_be_read_are_not_there(timm_model, tmp_path: Path) -> None:
    model, store = timm_model("resnet18"), cache.Cache(tmp_path)
    store.keep(model, Facts(Identity("resnet18", "timm"), 1))
    (kept,) = tmp_path.rglob("facts/**/*.json")
    for text in ("", "[]", '{"sha256": 1}', "[" * 100_000):
        kept.write_text(text)
        assert store.find(model) is None


def test_a_network_of_code_that_may_change_is_not_kept(python_model, tmp_path: Path) -> None:
    Survey(tmp_path).facts(python_model("small"), Wanted((SHAPE,)))
    assert list(tmp_path.rglob("facts/**/*.json")) == []


def test_an_editable_source_is_not_kept(
    timm_model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "is_editable", lambda package: True)
    Survey(tmp_path).facts(timm_model("resnet18"))
    assert list(tmp_path.rglob("facts/**/*.json")) == []


def test_a_fact_that_was_changed_on_disk_is_not_believed(timm_model, tmp_path: Path) -> None:
    Survey(tmp_path).facts(timm_model("resnet18"))
    for path in tmp_path.rglob("*.json"):
        path.write_text(path.read_text().replace("11689512", "42"))
    assert Survey(tmp_path).facts(timm_model("resnet18")).parameters == 11_689_512


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"facts": {"identity": {}}}', '{"facts": 5}'])
def test_a_spoilt_file_of_the_cache_counts_as_none(spoilt: str, timm_model, tmp_path: Path) -> None:
    known = Survey(tmp_path).facts(timm_model("resnet18"), Wanted((SHAPE,)))
    for path in tmp_path.rglob("*.json"):
        path.write_text(spoilt)
    assert Survey(tmp_path).facts(timm_model("resnet18"), Wanted((SHAPE,))) == known


def test_a_cache_that_cannot_be_written_to_is_done_without(timm_model, tmp_path: Path) -> None:
    (tmp_path / "facts").write_text("a file, where a folder should be")
    assert Survey(tmp_path).facts(timm_model("resnet18")).parameters == 11_689_512


def test_a_model_that_does_not_run_at_a_shape_is_trouble_at_that_shape_alone(
    timm_model, tmp_path: Path
) -> None:
    model, square, wide = timm_model("dla34"), (1, 3, 64, 64), (1, 3, 64, 81)
    facts = Survey(tmp_path).facts(
        model,
        Wanted(
            (
                square,
                wide,
            )
        ),
    )
    assert isinstance(facts.totals[wide], Trouble) and isinstance(facts.totals[square], dict)
    assert facts.parameters == 15_742_104
    assert (
        Survey(tmp_path).facts(
            model,
            Wanted(
                (
                    square,
                    wide,
                )
            ),
        )
        == facts
    )


def test_a_name_that_is_none_is_trouble_that_is_kept(timm_model, tmp_path: Path) -> None:
    facts = Survey(tmp_path).facts(timm_model("resnet99"), Wanted((SHAPE,)))
    assert isinstance(facts.parameters, Trouble) and facts.parameters.rule == "model-name"
    assert Survey(tmp_path).facts(timm_model("resnet99"), Wanted((SHAPE,))) == facts


def test_a_network_that_needs_values_is_built_with_them(python_model, tmp_path: Path) -> None:
    facts = Survey(tmp_path).facts(python_model("needs_values"), Wanted((SHAPE,)))
    shared = 64 * 64
    assert facts.parameters == (3 * 2 + 2) + shared + 64 + 64
    totals = facts.totals[SHAPE]
    assert isinstance(totals, dict) and totals["macs"] == 64 * 64 * (3 * 2) + 2 * (2 * 64 * shared)


def test_a_network_that_takes_too_long_is_given_up(
    python_model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "DEADLINE", 0.2)
    began = time.monotonic()
    found = worker.find(python_model("sleeps").source, Wanted((SHAPE,)))
    assert time.monotonic() - began < 10
    assert isinstance(found.parameters, Trouble)
    assert "took more than" in found.parameters.message and not found.parameters.lasting
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_one_that_does_not_let_itself_be_stopped_spoils_no_other(
    python_model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "STALLED", 8)
    survey = Survey(tmp_path)
    survey.find(Request(python_model(name), Wanted((SHAPE,))) for name in ("small", "stubborn"))
    assert survey.facts(python_model("small")).parameters == 3 * 4 * 9 + 4
    stubborn = survey.facts(python_model("stubborn")).parameters
    assert isinstance(stubborn, Trouble) and "died" in stubborn.message


@pytest.mark.parametrize("name", ["leaves", "leaves_at_work"])
def test_one_that_ends_its_process_is_trouble_and_not_the_end(
    name: str, python_model, tmp_path: Path
) -> None:
    wanted = Wanted((SHAPE,))
    found = Survey(tmp_path).facts(python_model(name), wanted).totals[SHAPE]
    assert isinstance(found, Trouble)


def test_what_a_network_prints_is_no_part_of_a_report(
    python_model, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Survey(tmp_path).facts(python_model("prints"), Wanted((SHAPE,)))
    assert capfd.readouterr().out == ""


def test_one_that_kills_its_process_spoils_no_other(python_model, tmp_path: Path) -> None:
    survey = Survey(tmp_path)
    names = ("small", "dies", "needs_values")
    survey.find(Request(python_model(name), Wanted((SHAPE,))) for name in names)
    small, dies, needs_values = (survey.facts(python_model(name)).parameters for name in names)
    assert small == 3 * 4 * 9 + 4 and isinstance(needs_values, int)
    assert isinstance(dies, Trouble) and "died" in dies.message


def _square(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_all_that_does_not_die_is_done_once() -> None:
    outcomes = list(spread(_square, range(6), lambda number: -1))
    assert sorted(outcomes) == [(0, 0), (1, 1), (2, 4), (3, -1), (4, 16), (5, 25)]


def test_what_the_index_may_not_run_is_not_surveyed(python_model, tmp_path: Path) -> None:
    models = [python_model("dies"), python_model("small")]
    answers = Answers(models, [], tmp_path, trust_python=False, report=lambda done, total: None)
    answers._found()  # nothing is built, so nothing dies


def test_traits_are_found_beside_the_counts_and_kept(timm_model, tmp_path: Path) -> None:
    model, wanted = timm_model("resnet18"), Wanted(counted=(SHAPE,), looked_at=(SHAPE,))
    facts = Survey(tmp_path).facts(model, wanted)
    traits = facts.traits[SHAPE]
    assert isinstance(traits, Traits)
    assert traits.depth == 18 and traits.words["Max Pooling"] and not traits.words["Swish"]
    assert cache.Cache(tmp_path).find(model) == facts


def test_a_defect_met_in_one_model_spoils_no_other(
    timm_model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(worker, "look", broken)
    facts = Survey(tmp_path).facts(timm_model("resnet18"), Wanted(looked_at=(SHAPE,)))
    assert facts.parameters == 11_689_512
    trouble = facts.traits[SHAPE]
    assert isinstance(trouble, Trouble) and "defect of zoo" in trouble.hint and not trouble.lasting


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info < (3, 11), reason="older Pythons cannot be told so")
def test_no_process_imports_what_lies_in_the_working_folder(tmp_path: Path) -> None:
    for name in ("multiprocessing", "torch", "timm", "signal_handlers"):
        (tmp_path / f"{name}.py").write_text(
            f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})"
        )
    command = [str(Path(sys.executable).with_name("zoo")), "verify", "--name", "timm/resnet*",
               "--only", "parameters", "--offline"]  # fmt: skip
    environment = os.environ | {"ZOO_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert b"PASS" in done.stdout
    assert not (tmp_path / "ran").exists()
