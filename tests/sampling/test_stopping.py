"""When to stop: as soon as all is settled, whatever the batches, with the power that is said."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from benchmarks.sampling import refused, settled_after
from zoo.claims import Metric
from zoo.findings import Tolerance, Verdict
from zoo.predictions import Prediction
from zoo.sampling.bounds import bounds_after
from zoo.sampling.stopping import ALPHA, ALPHA_EACH, K, Question, Watch

POINT = Tolerance(absolute=Decimal("0.1"))
RIGHT, AMONG_FIVE, WRONG = (0, 1, 2, 3, 4), (1, 2, 3, 4, 0), (1, 2, 3, 4, 5)


def items(*tops: tuple[int, ...]) -> list[Prediction]:
    return [Prediction(str(number), "", 0, top) for number, top in enumerate(tops)]


def question(claimed: str, k: int = 1) -> Question:
    return Question(k, Decimal(claimed), POINT)


def stopped(watch: Watch, found: list[Prediction], batch: int) -> int | None:
    """Hand predictions over in batches, as an engine does, until the watch has enough."""
    for done in range(batch, len(found) + batch, batch):
        if watch(found[:done]):
            break
    return watch.settled_after


@pytest.mark.parametrize("batch", [1, 7, 32, 1000])
def test_the_size_of_the_batches_does_not_move_the_end(batch: int) -> None:
    found = items(*[RIGHT, WRONG] * 500)
    ends = stopped(Watch([question("90")], 50_000), found, batch)
    assert ends == stopped(Watch([question("90")], 50_000), found, 1)
    assert ends is not None
    assert ends < 60


def test_it_stops_at_the_look_at_which_the_claim_is_settled_and_not_before() -> None:
    found = items(*[RIGHT, WRONG] * 500)
    asked = question("80")
    ends = stopped(Watch([asked], 50_000), found, 32)
    assert ends is not None

    def settled(number: int) -> bool:
        hits = [item.hit(1) for item in found[:number]]
        return asked.settled(bounds_after(hits, 50_000, ALPHA_EACH).in_percent)

    assert settled(ends)
    assert not any(settled(number) for number in range(1, ends))


def test_it_goes_on_until_every_claim_is_settled() -> None:
    found = items(*[RIGHT, AMONG_FIVE] * 500)
    alone = stopped(Watch([question("90")], 1000), found, 10)
    both = stopped(Watch([question("90"), question("100", k=5)], 1000), found, 10)
    assert alone is not None
    assert both is not None
    assert alone < 60
    assert both > 900  # that all are among five is only known near the end


def test_without_a_claim_that_can_be_settled_it_never_stops() -> None:
    assert stopped(Watch([], 100), items(*[RIGHT] * 100), 10) is None
    assert stopped(Watch([], 100), items(*[()] * 100), 10) is None


def test_logits_that_are_not_finite_settle_every_claim() -> None:
    found = items(*[RIGHT] * 20, (), *[RIGHT] * 79)
    assert stopped(Watch([question("99"), question("99", k=5)], 10_000), found, 10) == 21


def test_a_claim_that_is_right_is_borne_out_by_no_less_than_nearly_all_pictures() -> None:
    found = items(*[*[RIGHT] * 119, WRONG] * 3)
    assert (stopped(Watch([question("99.17")], 360), found, 32) or 360) > 340


def test_the_chance_of_a_wrong_verdict_is_shared_by_the_accuracies() -> None:
    assert set(K) == {Metric.TOP_1, Metric.TOP_5}
    assert ALPHA_EACH * len(K) == ALPHA


def share_refused(claimed: str, off: str, runs: int, limit: int) -> float:
    found = settled_after(Decimal(claimed), Decimal(claimed) - Decimal(off), runs, limit=limit)
    return sum(verdict is Verdict.FAIL for _, verdict in found) / runs


@pytest.mark.parametrize(
    ("claimed", "at_least"), [("70", 0.8), ("75", 0.83), ("80", 0.88), ("85", 0.93), ("90", 0.97)]
)
def test_a_model_14_points_below_its_claim_is_refused_within_200_pictures_of_50_000(
    claimed: str, at_least: float
) -> None:
    assert share_refused(claimed, "14", 400, 200) >= at_least


@pytest.mark.parametrize(
    ("claimed", "true"), [((70, 90), (56, 79)), ((75, 92), (61, 83)), ((80, 95), (66, 86))]
)
def test_a_model_whose_top_5_is_off_as_well_is_refused_more_surely(claimed, true) -> None:
    random = np.random.default_rng(1)
    assert sum(refused(claimed, true, random) for _ in range(400)) >= 0.9 * 400


@pytest.mark.parametrize("claimed", ["70", "80"])
def test_a_model_1_7_points_below_its_claim_is_refused_within_20_000_pictures_of_50_000(
    claimed: str,
) -> None:
    assert share_refused(claimed, "1.7", 200, 20_000) >= 0.97


@pytest.mark.parametrize("off", ["0", "0.1", "-0.1"])
def test_a_claim_within_the_tolerance_is_hardly_ever_refused(off: str) -> None:
    assert share_refused("80", off, 200, 2000) <= ALPHA_EACH
