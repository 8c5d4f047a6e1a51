"""``zoo dataset check``: what a dataset is, and how far the looking is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from tests.cli.conftest import Zoo
from zoo.schemas import load

TENCH, GOLDFISH = "n01440764", "n01443537"


@pytest.fixture
def imagenet(tmp_path: Path) -> Path:
    """Two folders of classes with ten drawn pictures each."""
    root = tmp_path / "imagenet"
    for number, wnid in enumerate((TENCH, GOLDFISH)):
        (root / wnid).mkdir(parents=True)
        for each in range(10):
            colour = (number * 50, each * 20, 9)
            Image.new("RGB", (12, 9), colour).save(root / wnid / f"{each}.JPEG", format="PNG")
    return root


def test_a_dataset_in_order_is_described_and_exits_with_0(zoo: Zoo, imagenet: Path) -> None:
    outcome = zoo("dataset", "check", imagenet)
    digests = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in imagenet.rglob("*.JPEG")}
    lines = "".join(sorted(f"{d} {int(p.parent.name == GOLDFISH)}\n" for p, d in digests.items()))
    assert (outcome.code, outcome.out) == (
        0,
        f"{imagenet}: ImageNet folders: 20 pictures of 2 classes\n"
        "  pictures     20\n"
        "  classes      2, with 10 pictures each\n"
        "  whole        not shown to be a published dataset in full\n"
        f"  fingerprint  sha256:{hashlib.sha256(lines.encode()).hexdigest()}\n"
        "in order\n",
    )
    assert "checked 20 of 20 pictures of the dataset\n" in outcome.err


def test_what_is_not_in_order_is_named_and_exits_with_4(zoo: Zoo, imagenet: Path) -> None:
    (imagenet / TENCH / "3.JPEG").write_bytes(b"no picture")
    (imagenet / TENCH / "4.JPEG").write_bytes((imagenet / TENCH / "5.JPEG").read_bytes())
    (imagenet / "notes.txt").touch()
    (imagenet / TENCH / ".DS_Store").touch()
    outcome = zoo("dataset", "check", imagenet)
    assert outcome.code == 4
    assert f"  extra        {imagenet}/notes.txt is no folder of an ImageNet class\n" in outcome.out
    assert f"  corrupt      {imagenet}/{TENCH}/3.JPEG cannot be decoded" in outcome.out
    assert f"  duplicate    the same bytes: {TENCH}/4.JPEG, {TENCH}/5.JPEG\n" in outcome.out
    assert f"  note         passed over: {TENCH}/.DS_Store\n" in outcome.out
    assert outcome.out.endswith("not in order: 1 extra, 1 duplicate, 1 corrupt\n")


@pytest.mark.parametrize("faulty", [False, True])
def test_the_document_satisfies_its_schema(zoo: Zoo, imagenet: Path, faulty: bool) -> None:
    if faulty:
        (imagenet / TENCH / "3.JPEG").write_bytes(b"")
        (imagenet / TENCH / "4.JPEG").write_bytes((imagenet / TENCH / "5.JPEG").read_bytes())
        (imagenet / GOLDFISH / "more").mkdir()
    outcome = zoo("dataset", "check", imagenet, "--format", "json")
    Draft202012Validator(load("dataset")).validate(outcome.json)
    assert outcome.code == (4 if faulty else 0)
    assert outcome.json["in_order"] is not faulty
    assert outcome.json["classes"] == {"0": 10, "1": 10}
    kinds = ("missing", "extra", "duplicate", "malformed", "corrupt", "same")
    assert [len(outcome.json[kind]) for kind in kinds] == (
        [0, 1, 0, 0, 1, 1] if faulty else [0] * 6
    )


def test_the_whole_of_a_published_dataset_is_asked_for_by_name(zoo: Zoo, imagenet: Path) -> None:
    outcome = zoo("dataset", "check", imagenet, "--name", "imagenet")
    assert outcome.code == 4
    assert "  missing      class 2 (n01484850) has no picture\n" in outcome.out
    assert "  missing      and 980 more (--format json has all)\n" in outcome.out
    assert "\nthis is not ImageNet, or not all of it: " in outcome.out


def test_the_classes_that_are_scored_are_told(zoo: Zoo, imagenet: Path) -> None:
    outcome = zoo("dataset", "check", imagenet, "--name", "ImageNet-R", "--format", "json")
    assert len(outcome.json["scored_classes"]) == 200
    text = zoo("dataset", "check", imagenet, "--name", "ImageNet-R").out
    assert "  scored       on 200 classes only\n" in text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["/not/there"], 4, "there is no dataset at /not/there"),
        (["README.md"], 4, "is a dataset of no known layout"),
        ([], 2, "Missing argument 'PATH'"),
        (["README.md", "--layout", "tar"], 2, "Invalid value for '--layout'"),
        (["README.md", "--name", "CIFAR"], 2, "Invalid value for '--name'"),
        (["README.md", "--label-sets", "/not/there"], 2, "Invalid value for '--label-sets'"),
        (["README.md", "--layout", "manifest"], 4, "README.md:1: the first line must name"),
    ],
)
def test_what_cannot_be_looked_at_is_said(zoo: Zoo, arguments, code: int, said: str) -> None:
    outcome = zoo("dataset", "check", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert said in outcome.err


def test_hostile_names_stay_text(zoo: Zoo, imagenet: Path) -> None:
    (imagenet / TENCH / "\x1b[2J\n::error::x.txt").touch()
    outcome = zoo("dataset", "check", imagenet)
    assert outcome.code == 4
    assert "\x1b" not in outcome.out
    assert not any(line.lstrip().startswith("::") for line in outcome.out.splitlines())


def test_an_interrupt_ends_it_with_a_word(zoo: Zoo, imagenet: Path, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("zoo.inventory.look_at", interrupted)
    outcome = zoo("dataset", "check", imagenet)
    assert (outcome.code, outcome.out) == (130, "")
    assert "interrupted" in outcome.err


def test_a_model_is_not_scored_on_a_dataset_that_is_not_in_order(zoo: Zoo, imagenet: Path) -> None:
    (imagenet / TENCH / "notes.txt").touch()
    outcome = zoo(
        "verify", "digits", "--trust-python", "--only", "accuracy", "--dataset", imagenet,
        "--format", "json",
    )  # fmt: skip
    assert outcome.code == 4
    found = outcome.findings("ERROR")
    assert [finding["metric"] for finding in found] == ["top-1", "top-5"]
    for finding in found:
        assert finding["message"] == f"{imagenet}/{TENCH}/notes.txt is no picture"
        assert finding["measured"] is None
