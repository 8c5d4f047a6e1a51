"""What zoo verify has predicted is not lost when it is killed, and not done twice."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Digits, Zoo
from zoo.predictions.ledger import WHOLE


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.parquet"))


def test_a_second_run_predicts_nothing(zoo: Zoo, digits: Digits, tmp_path: Path) -> None:
    where = ("--only", "accuracy", "--predictions", tmp_path / "kept")
    first = zoo(*digits.verify, *where)
    (path,) = kept(tmp_path / "kept")
    before = path.stat().st_mtime_ns
    second = zoo(*digits.verify, *where)
    assert first.json["findings"] == second.json["findings"]
    assert path.stat().st_mtime_ns == before


def test_the_bytes_do_not_depend_on_the_batches_where_the_arithmetic_does_not(
    zoo: Zoo, digits: Digits, tmp_path: Path
) -> None:
    for size in (16, 32, 360):
        zoo(*digits.verify, "--only", "accuracy", "--batch-size", size,
            "--predictions", tmp_path / str(size))  # fmt: skip
    counts = [
        zoo("score", kept(tmp_path / "16")[0], "--against", kept(tmp_path / size)[0],
            "--format", "json").json["flipped"]["top1"]
        for size in ("32", "360")
    ]  # fmt: skip
    assert counts == [0, 0]


def test_a_picture_that_changed_is_predicted_again(
    zoo: Zoo, digits: Digits, tmp_path: Path
) -> None:
    where = ("--only", "accuracy", "--predictions", tmp_path / "kept")
    zoo(*digits.verify, *where)
    pictures = sorted((digits.folder / "digits").glob("*.png"))
    shutil.copy(pictures[0], pictures[1])
    outcome = zoo(*digits.verify, *where)
    (top1,) = (f for f in outcome.json["findings"] if f["metric"] == "top-1")
    assert top1["verdict"] == "UNDECIDED"  # it is no longer the declared set


def test_a_folder_that_cannot_be_written_to_is_a_usage_error(
    zoo: Zoo, digits: Digits, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    outcome = zoo(*digits.verify, "--predictions", tmp_path / "file")
    assert outcome.code == 2
    outcome = zoo(*digits.verify, "--predictions", tmp_path / "file" / "below")
    assert outcome.code == 2
    assert "predictions cannot be kept in" in outcome.err


def test_a_cache_that_cannot_be_written_to_is_told_and_is_no_error(
    zoo: Zoo, digits: Digits, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir(exist_ok=True)
    (tmp_path / "cache" / "predictions").write_text("in the way")
    outcome = zoo(*digits.verify, "--only", "accuracy")
    assert outcome.code == 0
    assert "note: predictions cannot be kept in" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--device", "cpu,cuda:7"), "torch cannot use the device 'cuda:7'"),
        (("--device", "cuda:*"), "torch sees no CUDA device on this machine"),
        (("--device", " , "), "no device is meant by"),
        (("--engine", "slurm"), "'slurm' is not one of 'local', 'ray'"),
    ],
)
def test_a_device_or_an_engine_that_is_not_there_is_a_usage_error(
    zoo: Zoo, digits: Digits, arguments: tuple[str, ...], words: str
) -> None:
    outcome = zoo(*digits.verify, *arguments)
    assert outcome.code == 2
    assert words in outcome.err


@pytest.fixture
def many(digits: Digits) -> Path:
    """Write a list of 2,160 pictures: the 360 digits six times, by other names."""
    source = digits.folder / "digits.csv"
    with source.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    path = digits.folder / "many.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        for turn in range(6):
            for row in rows:
                place = digits.folder / row["path"]
                again = place.with_name(f"{turn}-{place.name}")
                shutil.copy(place, again)
                writer.writerow(row | {"path": str(again.relative_to(digits.folder))})
    return path


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_was_stopped_goes_on_and_ends_with_the_same_bytes(
    digits: Digits, many: Path, tmp_path: Path, stop: signal.Signals
) -> None:
    def start(folder: Path) -> subprocess.Popen[bytes]:
        command = [
            "verify",
            "digits",
            "--trust-python",
            "--index",
            digits.folder,
            "--only",
            "accuracy",
            "--dataset",
            many,
            "--batch-size",
            "4",
            "--predictions",
            folder,
        ]
        return subprocess.Popen([sys.executable, "-m", "zoo", *map(str, command)], cwd=ROOT,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip

    undisturbed = tmp_path / "undisturbed"
    assert start(undisturbed).wait(120) == 0
    stopped = tmp_path / "stopped"
    for parts in (1, 3):
        process = start(stopped)
        deadline = time.monotonic() + 100
        while len(kept(stopped)) < parts and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        os.kill(process.pid, stop)
        assert process.wait(60) != 0
        assert WHOLE not in [path.name for path in kept(stopped)]
    assert start(stopped).wait(120) == 0
    (one,), (other,) = kept(undisturbed), kept(stopped)
    assert one.name == other.name == WHOLE
    assert one.read_bytes() == other.read_bytes()
