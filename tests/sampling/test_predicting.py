"""Predicting some: the drawn pictures and no others, and never called whole unless they are."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from zoo.claims import Digest, Metric
from zoo.errors import Unavailable
from zoo.findings import Tolerance
from zoo.pictures import Dataset, File, Picture
from zoo.predictions import Enough, Prediction, Predictions, fingerprint
from zoo.sampling.order import draw
from zoo.sampling.predicting import Budget, predict_some

POINT = Tolerance(absolute=Decimal("0.1"))
SIZE = 400


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Make files that an engine would take for pictures; 3 of 4 are of the class 0."""
    folder = tmp_path_factory.mktemp("pictures")
    pictures = []
    for number in range(SIZE):
        path = folder / f"{number}.png"
        path.write_bytes(str(number).encode())
        pictures.append(Picture(path.name, File(path), int(number % 4 == 0)))
    return Dataset("drawn", folder, tuple(pictures), "ImageNet")


@pytest.fixture
def whole_set(dataset: Dataset) -> Digest:
    return fingerprint((hashlib.sha256(p.read()).hexdigest(), p.label) for p in dataset.pictures)


class Engine:
    """Says class 0 of every picture, 10 at a time, and notes what it was given."""

    def __init__(self) -> None:
        self.given: Dataset | None = None
        self.predicted = 0

    def __call__(self, dataset: Dataset, enough: Enough) -> Predictions:
        self.given = dataset
        items: list[Prediction] = []
        for start in range(0, len(dataset.pictures), 10):
            for picture in dataset.pictures[start : start + 10]:
                digest = hashlib.sha256(picture.read()).hexdigest()
                items.append(Prediction(picture.id, digest, picture.label, (0,)))
            if enough(items):
                break
        self.predicted = len(items)
        return Predictions(tuple(items), dataset.layout, dataset.whole, "by hand")


@pytest.fixture
def asked(claim):
    def make(claimed: str, whole_set: Digest | None = None, dataset: str = "ImageNet"):
        made = claim(Metric.TOP_1, claimed, dataset=dataset, whole_set=whole_set)
        return [(made, POINT)]

    return make


def test_no_more_than_the_budget_is_predicted_in_the_order_of_drawing(dataset, asked) -> None:
    found = predict_some(dataset, Budget(37, seed=5), asked("75"), Engine())
    drawn = draw(dataset.pictures, 37, 5)
    assert [item.id for item in found.items] == [picture.id for picture in drawn]
    assert found.draw is not None
    assert (found.draw.population, found.draw.seed) == (SIZE, 5)


def test_what_was_drawn_is_not_called_whole_but_what_it_was_drawn_from_is(dataset, asked) -> None:
    engine = Engine()
    found = predict_some(dataset, Budget(37), asked("75"), engine)
    assert found.whole == ""
    assert engine.given is not None
    assert engine.given.whole == ""
    assert found.draw is not None
    assert found.draw.whole == "ImageNet"


@pytest.mark.parametrize("budget", [300, SIZE, 10 * SIZE])
def test_no_more_are_predicted_when_the_claim_is_settled(dataset, asked, budget: int) -> None:
    engine = Engine()
    found = predict_some(dataset, Budget(budget), asked("10"), engine)
    assert len(found.items) < 20
    assert engine.predicted - len(found.items) < 10


@pytest.mark.parametrize("budget", [SIZE, SIZE + 1])
def test_where_all_were_needed_they_are_the_whole_set_in_its_own_order(
    dataset, asked, budget: int
) -> None:
    found = predict_some(dataset, Budget(budget), asked("75.05"), Engine())
    assert found.draw is None
    assert found == Engine()(dataset, lambda items: False)


@pytest.mark.parametrize(
    "known",
    [
        {"dataset": "ImageNet-V2"},
        {"whole_set": Digest("sha256", "ab" * 32)},
    ],
)
def test_pictures_of_another_set_settle_nothing_and_use_up_the_budget(
    dataset, asked, known
) -> None:
    found = predict_some(dataset, Budget(200), asked("10", **known), Engine())
    assert len(found.items) == 200


def test_one_claim_that_cannot_be_settled_keeps_all_of_them_going(dataset, asked) -> None:
    both = asked("10") + asked("10", whole_set=Digest("sha256", "ab" * 32))
    assert len(predict_some(dataset, Budget(200), both, Engine()).items) == 200


def test_a_declared_set_is_known_by_the_files_of_all_its_pictures(
    dataset, asked, whole_set
) -> None:
    unnamed = replace(dataset, whole="")
    found = predict_some(unnamed, Budget(200), asked("10", whole_set, "Digits"), Engine())
    assert found.draw is not None
    assert found.draw.fingerprint == whole_set
    assert len(found.items) < 20


def test_nothing_but_what_is_drawn_is_read_where_no_fingerprint_is_declared(
    dataset, asked, tmp_path: Path
) -> None:
    gone = Picture("gone.png", File(tmp_path / "gone.png"), 0)
    with_gone = replace(dataset, pictures=(*dataset.pictures, gone))
    last = next(
        seed for seed in range(100) if gone not in draw(with_gone.pictures, SIZE // 2, seed)
    )
    budget = Budget(SIZE // 2, last)
    assert len(predict_some(with_gone, budget, asked("75"), Engine()).items) == SIZE // 2
    with pytest.raises(Unavailable, match=r"gone.png cannot be read: "):
        predict_some(with_gone, budget, asked("75", Digest("sha256", "ab" * 32)), Engine())


def test_a_picture_that_changes_between_two_readings_is_named(dataset, asked, whole_set) -> None:
    class Writes(Engine):
        def __call__(self, dataset: Dataset, enough: Enough) -> Predictions:
            found = super().__call__(dataset, enough)
            return replace(found, items=(replace(found.items[0], sha256="0"), *found.items[1:]))

    first = draw(dataset.pictures, 1, 0)[0].id
    with pytest.raises(Unavailable, match=f"the picture {first} changed while") as error:
        predict_some(dataset, Budget(50), asked("75", whole_set), Writes())
    assert "run again" in error.value.hint


def test_pictures_of_one_name_cannot_be_drawn(dataset, asked) -> None:
    twice = replace(dataset, pictures=(*dataset.pictures, dataset.pictures[3]))
    with pytest.raises(Unavailable, match=r"2 pictures of .* have the name 3.png"):
        predict_some(twice, Budget(10), asked("75"), Engine())
