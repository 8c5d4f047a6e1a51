"""Bounds on the number of correct pictures: the published sequence, exact, and never too narrow."""

from __future__ import annotations

from fractions import Fraction
from math import comb, exp, inf, isclose, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.sampling.bounds import (
    ROUNDING,
    Bounds,
    bounds_after,
    in_percent,
    log_ratio,
    next_look,
    nothing_known,
)

ALPHA = 0.05
POPULATIONS = st.integers(1, 60)


def hypergeometric(total: int, population: int, drawn: int, correct: int) -> Fraction:
    ways = comb(total, correct) * comb(population - total, drawn - correct)
    return Fraction(ways, comb(population, drawn))


@st.composite
def draws(draw):
    population = draw(POPULATIONS)
    hits = draw(st.lists(st.booleans(), min_size=1, max_size=population))
    return population, hits


@given(draws())
def test_the_ratio_is_that_of_prior_and_posterior_by_bayes(drawn_hits) -> None:
    population, hits = drawn_hits
    drawn, correct = len(hits), sum(hits)
    likelihoods = [hypergeometric(k, population, drawn, correct) for k in range(population + 1)]
    for total, likelihood in enumerate(likelihoods):
        ratio = log_ratio(total, population, drawn, correct)
        if likelihood == 0:
            assert ratio == inf
        else:  # prior / posterior, where the prior is the same for every total
            posterior = likelihood / sum(likelihoods)
            assert isclose(exp(ratio), Fraction(1, population + 1) / posterior, rel_tol=1e-9)


@pytest.mark.parametrize("total", [0, 1, 13, 40])
@pytest.mark.parametrize("drawn", [1, 7, 39, 40])
def test_the_ratio_of_the_true_total_stays_1_on_average(total: int, drawn: int) -> None:
    average = sum(
        float(chance) * exp(log_ratio(total, 40, drawn, correct))
        for correct in range(drawn + 1)
        if (chance := hypergeometric(total, 40, drawn, correct))
    )
    # Totals that a draw would contradict never take part, so that the mean is at most 1.
    assert average <= 1 + 1e-9
    if drawn <= min(total, 40 - total):
        assert isclose(average, 1)


@given(draws(), st.sampled_from([0.5, 0.05, 0.001]))
def test_one_look_leaves_just_the_totals_whose_ratio_is_below_the_limit(drawn_hits, alpha) -> None:
    population, hits = drawn_hits
    drawn, correct = len(hits), sum(hits)
    left = [
        total
        for total in range(population + 1)
        if log_ratio(total, population, drawn, correct) < ROUNDING - log(alpha)
    ]
    bounds = nothing_known(population, alpha).look(drawn, correct)
    assert left == list(range(bounds.low, bounds.high + 1))


@given(draws())
def test_what_a_look_has_excluded_stays_excluded_unless_nothing_would_be_left(drawn_hits) -> None:
    population, hits = drawn_hits
    bounds = nothing_known(population, ALPHA)
    for drawn in range(1, len(hits) + 1):
        correct = sum(hits[:drawn])
        alone = nothing_known(population, ALPHA).look(drawn, correct)
        low, high = max(bounds.low, alone.low), min(bounds.high, alone.high)
        after = bounds.look(drawn, correct)
        assert (after.low, after.high) == ((low, high) if low <= high else (alone.low, alone.high))
        bounds = after


@given(draws())
def test_all_pictures_give_the_exact_number(drawn_hits) -> None:
    _, hits = drawn_hits
    bounds = bounds_after(hits, len(hits), ALPHA)
    assert bounds.low == bounds.high == sum(hits)
    assert bounds.in_percent == (in_percent(sum(hits), len(hits)),) * 2


def test_where_all_looks_together_leave_nothing_the_last_one_counts_alone() -> None:
    missed = Bounds(1000, ALPHA, 10, 20)
    assert missed.look(500, 400) == nothing_known(1000, ALPHA).look(500, 400)


def test_nothing_is_known_before_the_first_picture() -> None:
    assert bounds_after([], 7, ALPHA) == nothing_known(7, ALPHA) == Bounds(7, ALPHA, 0, 7)


def test_the_last_picture_is_looked_at_wherever_it_is() -> None:
    hits = [True] * 3000
    for number in (1, 50, 51, 2999):
        bounds = bounds_after(hits[:number], 50_000, ALPHA)
        assert bounds.low == nothing_known(50_000, ALPHA).look(number, number).low


def test_looks_are_dense_at_first_and_then_2_percent_apart() -> None:
    assert [next_look(drawn) for drawn in (0, 1, 99, 100, 5000)] == [1, 2, 100, 102, 5100]
    looks = [1]
    while looks[-1] < 50_000:
        looks.append(next_look(looks[-1]))
    assert len(looks) < 500


@pytest.mark.parametrize(("drawn", "correct"), [(1, 0), (1, 1), (49_999, 40_000), (50_000, 0)])
def test_a_whole_imagenet_is_within_the_numbers_that_are_possible(drawn: int, correct: int) -> None:
    bounds = nothing_known(50_000, ALPHA).look(drawn, correct)
    assert correct <= bounds.low <= bounds.high <= 50_000 - (drawn - correct)


# The chance itself, not an estimate: the distribution of the number of correct pictures among those
# that were never excluded is carried from picture to picture.
@pytest.mark.parametrize("population", [20, 100, 300])
@pytest.mark.parametrize("every", [1, 7])
def test_the_chance_of_ever_missing_is_at_most_alpha_for_every_accuracy(
    population: int, every: int
) -> None:
    for total in range(0, population + 1, max(1, population // 20)):
        alive = np.zeros(population + 2)
        alive[0] = 1
        for drawn in range(population):
            correct = np.arange(population + 2)
            chance = np.clip((total - correct) / (population - drawn), 0, 1)
            alive = alive * (1 - chance) + np.concatenate([[0], (alive * chance)[:-1]])
            if (drawn + 1) % every == 0:
                out = [
                    log_ratio(total, population, drawn + 1, int(s)) >= ROUNDING - log(ALPHA)
                    for s in np.flatnonzero(alive)
                ]
                alive[np.flatnonzero(alive)[out]] = 0
        assert 1 - alive.sum() <= ALPHA + 1e-9


def misses(population: int, accuracy: float, runs: int, batch: int) -> int:
    """Return in how many simulated runs the true number was outside the bounds at any look."""
    random = np.random.default_rng(int(population * accuracy))
    total, missed = round(population * accuracy), 0
    for _ in range(runs):
        bounds, drawn, correct, ever = nothing_known(population, ALPHA), 0, 0, False
        while drawn < population and not ever:
            step = min(batch, population - drawn)
            wrong = population - drawn - (total - correct)
            correct += int(random.hypergeometric(total - correct, wrong, step))
            drawn += step
            bounds = bounds.look(drawn, correct)
            ever = not bounds.low <= total <= bounds.high
        missed += ever
    return missed


@pytest.mark.parametrize(
    ("population", "accuracy", "batch"),
    [(500, 0.5, 20), (500, 0.8, 20), (1000, 0.95, 32), (1000, 0.01, 32), (600, 1, 25)],
)
def test_bounds_that_are_looked_at_after_every_batch_miss_at_most_as_often_as_alpha_says(
    population: int, accuracy: float, batch: int
) -> None:
    assert misses(population, accuracy, 2000, batch) <= ALPHA * 2000


@pytest.mark.slow
@pytest.mark.parametrize("accuracy", [0.5, 0.761, 0.95])
def test_bounds_on_all_of_imagenet_miss_at_most_as_often_as_alpha_says(accuracy: float) -> None:
    assert misses(50_000, accuracy, 2000, 256) <= ALPHA * 2000


@pytest.mark.parametrize("classes", [2, 10, 50])
def test_one_picture_of_each_class_in_turn_is_no_martingale(classes: int) -> None:
    """Of classes with one picture that is recognised and one that is not, one each is drawn."""
    average = sum(
        comb(classes, correct) / 2**classes * exp(log_ratio(classes, 2 * classes, classes, correct))
        for correct in range(classes + 1)
    )
    assert average > 1.2  # a simple draw of as many has a mean of 1, as tested above


@pytest.mark.parametrize(
    ("count", "of", "percent"),
    [(357, 360, "99.1667"), (1, 3, "33.3333"), (50_000, 50_000, "100"), (0, 7, "0")],
)
def test_a_share_is_in_percent_to_four_decimals(count: int, of: int, percent: str) -> None:
    assert str(in_percent(count, of)) == percent
