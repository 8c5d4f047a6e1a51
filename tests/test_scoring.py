"""Every picture is predicted exactly once, whatever is kept, given twice, left out or killed."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engines.conftest import dataset, job, of_network, told, work
from zoo import scoring
from zoo.engines import Predicted, Work
from zoo.engines.local import ENGINE
from zoo.errors import Unavailable
from zoo.inference import Device
from zoo.job import Drawn, Job
from zoo.predictions import Prediction
from zoo.predictions.ledger import WHOLE, Ledger, Nowhere, Range
from zoo.scoring import ledger_of, predict, ranges_of, rests_on

__all__ = ["dataset", "job", "told", "work"]


@pytest.fixture(autouse=True)
def _small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "RANGE", 100)
    monkeypatch.setattr(scoring, "FEW", 40)


class Counting:
    """The local engine, which notes what it is asked for, and may be killed."""

    def __init__(self, killed_after: int | None = None) -> None:
        self.asked: list[list[Range]] = []
        self._left = killed_after

    def predict(self, work: Work, ranges: Sequence[Range]) -> Generator[Predicted, None, None]:
        self.asked.append(list(ranges))
        for predicted in ENGINE.predict(work, ranges):
            if self._left == 0:
                raise KeyboardInterrupt
            yield predicted
            if self._left is not None:
                self._left -= 1


class Odd:
    """An engine that gives what it is told to, of pictures that it has not looked at."""

    def __init__(self, *spans: Range) -> None:
        self._spans = spans

    def predict(self, work: Work, ranges: Sequence[Range]) -> Generator[Predicted, None, None]:
        for turn, (start, stop) in enumerate(self._spans):
            some = [_made_up(picture.id, turn) for picture in work.pictures[start:stop]]
            yield (start, stop), tuple(some)


def _made_up(name: str, turn: int) -> Prediction:
    return Prediction(name, hashlib.sha256(name.encode()).hexdigest(), turn, (turn,))


@pytest.fixture
def kept(work: Work, tmp_path: Path) -> Ledger:
    return ledger_of(tmp_path, "digits", work.job)


def test_every_picture_is_there_once_and_in_order(work: Work) -> None:
    items = predict(work, ENGINE, Nowhere())
    assert [item.id for item in items] == [picture.id for picture in work.pictures]
    assert sum(item.hit(1) for item in items) == 357


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_bytes(
    work: Work, kept: Ledger, tmp_path: Path, after: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        predict(work, Counting(killed_after=after), kept)
    again = Counting()
    predict(work, again, kept)
    assert again.asked == [ranges_of(360, 100)[after:]]
    undisturbed = ledger_of(tmp_path / "other", "digits", work.job)
    predict(work, ENGINE, undisturbed)
    contents = [(each.folder / WHOLE).read_bytes() for each in (kept, undisturbed)]
    assert contents[0] == contents[1]


def test_what_is_complete_is_not_predicted_again(work: Work, kept: Ledger) -> None:
    items = predict(work, ENGINE, kept)
    never = Counting()
    assert predict(replace(work, network=lambda: pytest.fail("built in vain")), never, kept) == (
        items
    )
    assert never.asked == []


def test_how_much_was_there_before_is_told(work: Work, kept: Ledger, told) -> None:
    with pytest.raises(KeyboardInterrupt):
        predict(work, Counting(killed_after=2), kept)
    predict(work, ENGINE, kept)
    assert told.said == ["200 of 360 pictures were predicted before"]
    done = told.ticks.index(100)
    assert sum(told.ticks[done:]) == 360


def test_only_a_damaged_range_is_predicted_again(work: Work, kept: Ledger) -> None:
    with pytest.raises(KeyboardInterrupt):
        predict(work, Counting(killed_after=3), kept)
    (kept.folder / "00000100-00000200.parquet").write_bytes(b"")
    again = Counting()
    predict(work, again, kept)
    assert again.asked == [[(100, 200), (300, 360)]]


def test_no_more_is_predicted_than_is_enough(work: Work, kept: Ledger) -> None:
    looked: list[int] = []

    def ninety(items: Sequence[Prediction]) -> bool:
        looked.append(len(items))
        return len(items) >= 90

    engine = Counting()
    items = predict(work, engine, kept, ninety)
    assert looked == [40, 80, 120]
    assert len(items) == 120
    again = Counting()
    assert predict(work, again, kept, lambda items: len(items) >= 90) == items
    assert again.asked == []


def test_a_run_that_needs_more_and_breaks_off_loses_nothing(work: Work, kept: Ledger) -> None:
    predict(work, ENGINE, kept, lambda items: len(items) >= 40)
    with pytest.raises(KeyboardInterrupt):
        predict(work, Counting(killed_after=3), kept, lambda items: len(items) >= 360)
    again = Counting()
    predict(work, again, kept, lambda items: len(items) >= 360)
    assert again.asked == [ranges_of(360, 40)[4:]]


def test_a_run_that_needs_less_says_only_that_and_throws_nothing_away(
    work: Work, kept: Ledger
) -> None:
    predict(work, ENGINE, kept, lambda items: len(items) >= 40)
    little = (kept.folder / WHOLE).read_bytes()
    much = predict(work, ENGINE, kept, lambda items: len(items) >= 120)
    engine = Counting()
    assert predict(work, engine, kept, lambda items: len(items) >= 40) == much[:40]
    assert (kept.folder / WHOLE).read_bytes() == little
    assert predict(work, engine, kept, lambda items: len(items) >= 120) == much
    assert engine.asked == []
    assert not list(kept.folder.glob("*-*.parquet"))


def test_no_more_of_what_is_kept_is_read_than_is_enough(work: Work, kept: Ledger, told) -> None:
    predict(work, ENGINE, kept, lambda items: len(items) >= 360)
    told.ticks.clear()
    predict(work, ENGINE, kept, lambda items: len(items) >= 80)
    assert told.ticks == [40, 40]


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([(0, 100), (100, 200)], "the pictures from 200 on were not predicted"),
        ([(0, 100), (0, 100)], "the pictures 0 to 99 were predicted twice"),
        ([(100, 200), (100, 200)], "the pictures 100 to 199 were predicted twice"),
        ([(0, 101)], "the pictures 0 to 100 were predicted twice"),
        ([], "the pictures from 0 on were not predicted"),
    ],
)
def test_an_engine_that_leaves_out_or_repeats_is_caught(
    work: Work, spans: list[Range], words: str
) -> None:
    with pytest.raises(Unavailable, match=words):
        predict(work, Odd(*spans), Nowhere())


def test_two_pictures_of_one_name_cannot_be_shown_to_count_once(work: Work) -> None:
    twice = replace(work, pictures=(*work.pictures, work.pictures[7]))
    with pytest.raises(Unavailable, match=r"2 pictures have the name digits/007.png"):
        predict(twice, ENGINE, Nowhere())


def test_logits_that_are_no_numbers_are_kept_as_no_prediction(work: Work, kept: Ledger) -> None:
    spoilt = of_network(work, "tests.engines.networks:spoilt", {})
    items = predict(spoilt, ENGINE, kept)
    assert 0 < sum(not item.top for item in items) < 360
    assert predict(spoilt, Counting(), kept) == items


@pytest.mark.parametrize(
    "change",
    [
        {"weights": "00" * 32},
        {"checkpoint": "/elsewhere/other.safetensors"},
        {"identity": "00" * 32},
        {"drawn": Drawn(7, 1)},
        {"name": "ImageNet-R"},
        {"threads": 7},
        {"versions": {"torch": "1.0"}},
        {"device": Device(batch_size=7)},
    ],
)
def test_predictions_that_rest_on_anything_else_are_kept_apart(
    job: Job, tmp_path: Path, change: dict[str, object]
) -> None:
    assert ledger_of(tmp_path, "m", replace(job, **change)).folder != (
        ledger_of(tmp_path, "m", job).folder
    )


def test_where_the_files_lie_and_how_many_decode_them_moves_no_prediction(
    job: Job, tmp_path: Path
) -> None:
    moved = replace(job, dataset="/elsewhere", checkpoint=f"/else/{Path(job.checkpoint).name}")
    more = replace(moved, device=replace(job.device, workers=4))
    assert ledger_of(tmp_path, "m", more).folder == ledger_of(tmp_path, "m", job).folder
    assert "/" not in str({k: v for k, v in rests_on(more).items() if k != "source"})


def test_a_job_is_the_same_after_a_journey_as_text(job: Job) -> None:
    for each in (job, replace(job, drawn=Drawn(10, 3))):
        assert Job.from_json(each.to_json()) == each


def test_a_model_of_any_name_has_a_folder(job: Job, tmp_path: Path) -> None:
    for name in ("../../etc", "a/b", "x" * 500, "..", "\n"):
        assert ledger_of(tmp_path, name, job).folder.parent == tmp_path
