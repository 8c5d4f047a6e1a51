"""What is kept on disk is believed for the very same pictures, and for no others."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from zoo.atomic import LOOSE
from zoo.errors import Unavailable
from zoo.pictures import File, Picture
from zoo.predictions import Prediction
from zoo.predictions.ledger import WHOLE, Ledger, Nowhere

SAID = {"weights": "11"}
RANGES = [(0, 2), (2, 4), (4, 5)]


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Picture, ...]:
    drawn = []
    for number in range(5):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(bytes([number]) * 9)
        drawn.append(Picture(path.name, File(path), number))
    return tuple(drawn)


def predicted(pictures: tuple[Picture, ...]) -> tuple[Prediction, ...]:
    return tuple(
        Prediction(p.id, hashlib.sha256(p.read()).hexdigest(), p.label, (1, 2), p.accepted, 0.5)
        for p in pictures
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "kept", SAID)


@pytest.fixture
def filled(ledger: Ledger, pictures: tuple[Picture, ...]) -> Ledger:
    for start, stop in RANGES:
        ledger.keep((start, stop), predicted(pictures[start:stop]))
    return ledger


def known(ledger: Ledger, pictures: tuple[Picture, ...]) -> list[tuple[int, int]]:
    return [span for span, _ in ledger.kept(pictures, RANGES)]


def test_what_was_kept_is_found_again(filled: Ledger, pictures: tuple[Picture, ...]) -> None:
    again = Ledger(filled.folder, SAID)
    assert dict(again.kept(pictures, RANGES)) == {
        (start, stop): predicted(pictures[start:stop]) for start, stop in RANGES
    }


def test_nothing_is_known_of_an_empty_folder(ledger: Ledger, pictures: tuple[Picture, ...]) -> None:
    assert known(ledger, pictures) == []
    assert not ledger.folder.exists()


@pytest.mark.parametrize("finished", [False, True])
def test_a_picture_whose_file_changed_is_predicted_again(
    filled: Ledger, pictures: tuple[Picture, ...], finished: bool
) -> None:
    if finished:
        filled.finish(predicted(pictures))
    pictures[3].place.path.write_bytes(b"another")
    assert known(filled, pictures) == [(0, 2), (4, 5)]
    pictures[0].place.path.unlink()
    assert known(filled, pictures) == [(4, 5)]


@pytest.mark.parametrize("change", [{"label": 9}, {"accepted": frozenset([1])}, {"id": "x.jpg"}])
def test_a_picture_with_another_label_or_name_is_predicted_again(
    filled: Ledger, pictures: tuple[Picture, ...], change: dict[str, object]
) -> None:
    others = (*pictures[:4], replace(pictures[4], **change))
    assert known(filled, others) == [(0, 2), (2, 4)]


def test_what_rests_on_anything_else_is_not_believed(
    filled: Ledger, pictures: tuple[Picture, ...]
) -> None:
    assert known(Ledger(filled.folder, SAID | {"precision": "bf16"}), pictures) == []


@pytest.mark.parametrize("spoil", [b"", b"no table", None])
def test_a_damaged_range_is_predicted_again(
    filled: Ledger, pictures: tuple[Picture, ...], spoil: bytes | None
) -> None:
    path = filled.folder / "00000002-00000004.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:-20] if spoil is None else spoil)
    assert known(filled, pictures) == [(0, 2), (4, 5)]


def test_a_range_under_the_name_of_another_is_not_believed(
    filled: Ledger, pictures: tuple[Picture, ...]
) -> None:
    first, second = (filled.folder / f"0000000{n}-0000000{n + 2}.parquet" for n in (0, 2))
    second.write_bytes(first.read_bytes())
    assert known(filled, pictures) == [(0, 2), (4, 5)]


def test_the_end_is_one_file_that_does_not_tell_how_it_was_made(
    filled: Ledger, pictures: tuple[Picture, ...], tmp_path: Path
) -> None:
    (filled.folder / f"{LOOSE}left").write_bytes(b"of a process that was killed")
    path = filled.finish(predicted(pictures))
    assert [each.name for each in filled.folder.iterdir()] == [WHOLE]
    at_once = Ledger(tmp_path / "other", SAID)
    assert at_once.finish(predicted(pictures)).read_bytes() == path.read_bytes()
    assert known(filled, pictures) == RANGES


def test_what_the_merged_file_does_not_prove_is_looked_for_in_the_ranges(
    ledger: Ledger, pictures: tuple[Picture, ...]
) -> None:
    ledger.finish(predicted(pictures))
    pictures[3].place.path.write_bytes(b"another")
    assert known(ledger, pictures) == [(0, 2), (4, 5)]
    ledger.keep((2, 4), predicted(pictures[2:4]))
    assert known(ledger, pictures) == RANGES


def test_what_is_kept_behind_the_merged_ones_stays(
    filled: Ledger, pictures: tuple[Picture, ...]
) -> None:
    filled.finish(predicted(pictures[:2]), RANGES)
    assert known(filled, pictures) == RANGES
    filled.finish(predicted(pictures), RANGES)
    assert [each.name for each in filled.folder.iterdir()] == [WHOLE]
    filled.finish(predicted(pictures[:2]), RANGES)
    assert known(filled, pictures) == RANGES


def test_a_newer_range_behind_the_merged_ones_is_not_written_over(
    ledger: Ledger, pictures: tuple[Picture, ...]
) -> None:
    ledger.finish(predicted(pictures))
    pictures[3].place.path.write_bytes(b"another")
    ledger.keep((2, 4), predicted(pictures[2:4]))
    ledger.finish(predicted(pictures[:2]), RANGES)
    assert known(ledger, pictures) == RANGES


def test_what_is_complete_is_not_written_again(
    filled: Ledger, pictures: tuple[Picture, ...]
) -> None:
    path = filled.finish(predicted(pictures))
    before = path.stat().st_mtime_ns, path.stat().st_ino
    filled.finish(predicted(pictures))
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_a_folder_that_cannot_be_written_to_is_told(
    tmp_path: Path, pictures: tuple[Picture, ...]
) -> None:
    (tmp_path / "file").write_text("no folder")
    ledger = Ledger(tmp_path / "file" / "kept", SAID)
    with pytest.raises(Unavailable, match=r"cannot be kept in .*file/kept: Not a directory"):
        ledger.keep((0, 2), predicted(pictures[:2]))
    with pytest.raises(Unavailable, match="cannot be kept"), ledger.alone(print):
        pass


def test_two_never_work_on_the_same_predictions_at_once(ledger: Ledger) -> None:
    said: list[str] = []
    order: list[str] = []
    entered = threading.Event()

    def other() -> None:
        with Ledger(ledger.folder, SAID).alone(lambda text: (said.append(text), entered.set())):
            order.append("second")

    with ledger.alone(said.append):
        thread = threading.Thread(target=other)
        thread.start()
        assert entered.wait(20)
        order.append("first")
    thread.join(20)
    assert order == ["first", "second"]
    assert said == ["waits for another process that predicts the same"]


def test_where_nothing_can_be_kept_nothing_is_known(pictures: tuple[Picture, ...]) -> None:
    nowhere = Nowhere()
    with nowhere.alone(print):
        nowhere.keep((0, 2), predicted(pictures[:2]))
        nowhere.finish(predicted(pictures))
    assert list(nowhere.kept(pictures, RANGES)) == []
