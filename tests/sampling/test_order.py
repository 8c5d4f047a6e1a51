"""The order of drawing: given by seed and names alone, for ever, and fair to every picture."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from zoo.pictures import File, Picture
from zoo.sampling.order import draw


def pictures(number: int) -> tuple[Picture, ...]:
    return tuple(Picture(f"{n}.png", File(Path(f"{n}.png")), n) for n in range(number))


def names(number: int, seed: int, drawn: int | None = None) -> list[str]:
    return [picture.id for picture in draw(pictures(number), drawn or number, seed)]


def test_the_order_is_that_of_the_sha_256_of_seed_and_name() -> None:
    # printf '7\n3.png' | sha256sum
    assert names(6, 7) == ["1.png", "2.png", "5.png", "4.png", "0.png", "3.png"]
    assert names(6, 8) == ["4.png", "0.png", "2.png", "3.png", "1.png", "5.png"]


def test_each_picture_is_drawn_once() -> None:
    assert sorted(draw(pictures(500), 500, 3), key=lambda p: p.label) == list(pictures(500))


def test_the_order_of_the_files_changes_nothing() -> None:
    shuffled = list(pictures(200))
    random.Random(1).shuffle(shuffled)
    assert draw(tuple(shuffled), 200, 5) == draw(pictures(200), 200, 5)


@pytest.mark.parametrize("number", [1, 17, 199])
def test_a_smaller_budget_draws_the_beginning_of_a_larger_one(number: int) -> None:
    assert names(200, 5, number) == names(200, 5)[:number]


def test_more_than_there_are_is_all() -> None:
    assert len(draw(pictures(20), 21, 0)) == 20


def test_a_name_of_any_bytes_has_its_place() -> None:
    odd = Picture("caf\udce9.png", File(Path("x")), 0)
    assert draw((odd,), 1, 0) == (odd,)


def test_every_picture_comes_first_about_as_often_as_another() -> None:
    first = [names(10, seed)[0] for seed in range(5000)]
    counts = [first.count(f"{n}.png") for n in range(10)]
    chi_square = sum((count - 500) ** 2 / 500 for count in counts)
    assert chi_square < 27.88  # the 99.9 % quantile with 9 degrees of freedom
