"""zoo score: what kept predictions come to, without a network or a picture."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Digits, Zoo
from zoo.predictions import Prediction
from zoo.predictions.table import to_bytes
from zoo.schemas import load

SAID = {"source": {"kind": "timm", "reference": "resnet18"}, "weights": "11" * 32}


def picture(number: int, label: int, *top: int, margin: float = 1.0) -> Prediction:
    name = f"ILSVRC2012_val_{number:08}.JPEG"
    return Prediction(name, f"{number:064x}", label, top, None, margin)


FOUR = (
    picture(1, 65, 65, 1, 2, 3, 4),
    picture(2, 970, 1, 970, 2, 3, 4),
    picture(3, 230, 1, 2, 3, 4, 5),
    picture(4, 809, 809, 1, 2, 3, 4),
)


def written(path: Path, *items: Prediction) -> Path:
    path.write_bytes(to_bytes(items, SAID))
    return path


def test_accuracies_are_computed_from_the_table_alone(zoo: Zoo, tmp_path: Path) -> None:
    outcome = zoo("score", written(tmp_path / "p.parquet", *FOUR))
    assert outcome.code == 0
    assert "timm resnet18, weights sha256:1111" in outcome.out
    assert "  pictures    4, each once\n" in outcome.out
    assert "  Top-1       50 % (2 right)\n" in outcome.out
    assert "  Top-5       75 % (3 right)\n" in outcome.out


def test_a_table_that_says_little_of_what_it_rests_on_is_scored(zoo: Zoo, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    path.write_bytes(to_bytes(FOUR, {"source": SAID["source"]}))
    outcome = zoo("score", path)
    assert outcome.code == 0
    assert outcome.out.startswith("  pictures    4, each once\n")


def test_the_document_obeys_its_schema(zoo: Zoo, tmp_path: Path) -> None:
    path = written(tmp_path / "p.parquet", *FOUR)
    other = written(tmp_path / "q.parquet", *FOUR[:3], replace(FOUR[3], top=(1, 809), margin=0.5))
    for arguments in ((), ("--labels", "real"), ("--against", other)):
        document = zoo("score", path, *arguments, "--format", "json").json
        Draft202012Validator(load("score")).validate(document)
    assert document["flipped"] == {
        "top1": 1,
        "top5": 1,
        "margin": 1.0,
        "ids": ["ILSVRC2012_val_00000004.JPEG"],
    }
    assert document["rests_on"] == SAID


def test_pictures_are_scored_by_other_labels(zoo: Zoo, tmp_path: Path) -> None:
    sets = [[65], [1, 2], [], [809]] + [[]] * 49_996
    (tmp_path / "real.json").write_text(json.dumps(sets))
    path = written(tmp_path / "p.parquet", *FOUR)
    outcome = zoo("score", path, "--labels", tmp_path / "real.json", "--format", "json")
    assert (outcome.json["pictures"], outcome.json["left_out"]) == (3, 1)
    assert outcome.json["top1"] == 100
    words = zoo("score", path, "--labels", tmp_path / "real.json").out
    assert "  pictures    3, each once\n  left out    1, for which no class is right\n" in words


def test_labels_that_are_not_there_or_leave_nothing_are_said(zoo: Zoo, tmp_path: Path) -> None:
    path = written(tmp_path / "p.parquet", *FOUR)
    gone = zoo("score", path, "--labels", tmp_path / "gone.json")
    assert gone.code == 2 and f"there are no labels at {tmp_path / 'gone.json'}" in gone.err
    (tmp_path / "real.json").write_bytes(b"\xff")
    binary = zoo("score", path, "--labels", tmp_path / "real.json")
    assert binary.code == 2 and "cannot be read as text" in binary.err
    (tmp_path / "real.json").write_text(json.dumps([[]] * 50_000))
    none = zoo("score", path, "--labels", tmp_path / "real.json")
    assert (none.code, none.out) == (2, "")
    assert "no class is right for any of these pictures by those labels" in none.err


def test_the_labels_of_real_come_with_timm(zoo: Zoo, tmp_path: Path) -> None:
    document = zoo("score", written(tmp_path / "p.parquet", *FOUR), "--labels", "real",
                   "--format", "json").json  # fmt: skip
    assert document["pictures"] + document["left_out"] == 4
    assert document["labels"] == "real"


def test_predictions_that_are_not_finite_give_no_accuracy(zoo: Zoo, tmp_path: Path) -> None:
    path = written(tmp_path / "p.parquet", *FOUR, picture(5, 1))
    outcome = zoo("score", path)
    assert "not finite  1: no accuracy is computed" in outcome.out
    assert "Top-1" not in outcome.out
    document = zoo("score", path, "--format", "json").json
    assert document["top1"] is None
    Draft202012Validator(load("score")).validate(document)


def test_a_folder_of_verify_is_scored_as_verify_did(
    zoo: Zoo, digits: Digits, tmp_path: Path
) -> None:
    run = zoo(*digits.verify, "--only", "accuracy", "--predictions", tmp_path / "kept").json
    (folder,) = (tmp_path / "kept").iterdir()
    scored = zoo("score", folder, "--format", "json").json
    (top1,) = (finding for finding in run["findings"] if finding["metric"] == "top-1")
    assert scored["top1"] == top1["measured"]
    assert scored["ids"] == top1["conditions"]["ids"]
    assert scored["outcome"] == top1["conditions"]["outcome"]
    assert scored["pictures"] == top1["conditions"]["unique"] == 360


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone", None, "No such file or directory"),
        ("page", b"no table", "holds no predictions: "),
        ("empty", to_bytes([], SAID), "it has no rows"),
        ("twice", to_bytes([FOUR[0], FOUR[0]], SAID), "2 rows are about the picture"),
    ],
)
def test_what_holds_no_predictions_is_a_usage_error(
    zoo: Zoo, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    outcome = zoo("score", tmp_path / name)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err
    if name != "twice":
        assert "'zoo verify --predictions DIR' writes them" in outcome.err
    assert "Traceback" not in outcome.err


def test_predictions_of_other_pictures_cannot_be_compared(zoo: Zoo, tmp_path: Path) -> None:
    path = written(tmp_path / "p.parquet", *FOUR)
    fewer = zoo("score", path, "--against", written(tmp_path / "q.parquet", *FOUR[:3]))
    assert fewer.code == 2
    assert "1 pictures are only in one of the two" in fewer.err
    changed = replace(FOUR[3], sha256="ff" * 32)
    other = zoo("score", path, "--against", written(tmp_path / "r.parquet", *FOUR[:3], changed))
    assert other.code == 2
    assert "the files of 1 pictures are others, such as ILSVRC2012_val_00000004" in other.err


def test_pictures_without_a_number_have_no_real_labels(zoo: Zoo, tmp_path: Path) -> None:
    odd = written(tmp_path / "p.parquet", replace(FOUR[0], id="cat.jpg"))
    outcome = zoo("score", odd, "--labels", "real")
    assert outcome.code in (2, 4)
    assert "1 pictures have no ReaL labels, such as cat.jpg" in outcome.err


def test_a_name_that_would_command_a_terminal_is_text(zoo: Zoo, tmp_path: Path) -> None:
    sly = replace(FOUR[0], id="\x1b[2J::error::x", top=(1,))
    path = written(tmp_path / "p.parquet", sly)
    outcome = zoo(
        "score", path, "--against", written(tmp_path / "q.parquet", replace(sly, top=(2,)))
    )
    assert "\x1b" not in outcome.out
    assert "\n::" not in outcome.out
