"""Accuracy: the whole set decides, a part of it does not, and numbers that are none fail."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest

from zoo.claims import Digest, Metric
from zoo.engines import Prediction, Predictions
from zoo.findings import Verdict
from zoo.subject import Preprocessing, Stated
from zoo.validators.accuracy import IMAGENET, is_whole, wilson

HALF = (Decimal("0.5"),) * 3
STATED = Stated(Preprocessing(Decimal(224), Decimal("0.875"), "bicubic", HALF, HALF), "timm tiny")


def predicted(first: int, among_five: int, total: int, *, broken: int = 0, whole: str = ""):
    """Return predictions of which so many are right at once, and so many among the first five."""
    tops = [(0, 1, 2, 3, 4)] * first + [(1, 2, 3, 4, 0)] * (among_five - first)
    tops += [(1, 2, 3, 4, 5)] * (total - among_five - broken) + [()] * broken
    items = (
        Prediction(str(number), hashlib.sha256(str(number).encode()).hexdigest(), 0, top)
        for number, top in enumerate(tops)
    )
    return Predictions(tuple(items), "drawn pictures", whole, "drawn")


@pytest.fixture
def finding(subject, claim, judged):
    def run(predictions, claimed: str, metric=Metric.TOP_1, *, dataset="ImageNet", whole_set=None):
        made = claim(metric, claimed, dataset=dataset, whole_set=whole_set)
        return judged("accuracy", subject(stated=STATED, predictions=predictions), made)

    return run


@pytest.mark.parametrize(
    ("metric", "claimed", "verdict"),
    [
        (Metric.TOP_1, "80", Verdict.PASS),
        (Metric.TOP_1, "80.1", Verdict.PASS),
        (Metric.TOP_1, "79.9", Verdict.PASS),
        (Metric.TOP_1, "80.11", Verdict.FAIL),
        (Metric.TOP_1, "79.89", Verdict.FAIL),
        (Metric.TOP_5, "95.0", Verdict.PASS),
        (Metric.TOP_5, "80.0", Verdict.FAIL),
    ],
)
def test_the_set_of_the_declared_fingerprint_decides(finding, metric, claimed, verdict) -> None:
    predictions = predicted(800, 950, 1000)
    found = finding(predictions, claimed, metric, whole_set=predictions.fingerprint)
    assert found.verdict is verdict
    assert found.measured == (80 if metric is Metric.TOP_1 else 95)
    assert found.conditions["pictures"] == 1000
    assert found.conditions["correct"] == {"top-1": 800, "top-5": 950}
    assert found.conditions["fingerprint"] == str(predictions.fingerprint)
    assert found.conditions["preprocessing"] == STATED.preprocessing.in_words()


@pytest.mark.parametrize("claimed", ["80", "95", "10"])
def test_a_part_of_the_set_decides_nothing_and_gives_an_interval(finding, claimed: str) -> None:
    found = finding(predicted(18, 20, 20), claimed)
    assert found.verdict is Verdict.UNDECIDED
    assert "measured 90 % [69.9, 97.21]" in found.message
    assert "18 of 20 pictures, which are not shown to be all of ImageNet" in found.message
    assert found.hint == "--dataset with the whole of ImageNet settles it"


@pytest.mark.parametrize(
    "whole_set",
    [
        Digest("sha256", "ab" * 32),
        Digest("sha256", predicted(8, 9, 10).fingerprint.hex[:16]),  # a label is no proof
    ],
)
def test_another_fingerprint_than_the_declared_one_is_not_the_whole_set(
    finding, whole_set: Digest
) -> None:
    for whole in ("", "ImageNet"):
        found = finding(predicted(8, 9, 10, whole=whole), "80", whole_set=whole_set)
        assert found.verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("dataset", ["ImageNet", "imagenet", *sorted(IMAGENET)])
def test_imagenet_is_whole_by_its_structure_under_each_of_its_names(finding, dataset) -> None:
    found = finding(predicted(8, 9, 10, whole="ImageNet"), "80", dataset=dataset)
    assert found.verdict is Verdict.PASS


@pytest.mark.parametrize("dataset", ["ImageNet-V2", "ImageNet-A", "CIFAR-10", "", "ImageNet ReaL"])
def test_all_of_imagenet_is_not_all_of_another_set(claim, dataset: str) -> None:
    made = claim(Metric.TOP_1, "80", dataset=dataset)
    assert not is_whole(made, predicted(8, 9, 10, whole="ImageNet"))


@pytest.mark.parametrize("whole", ["", "ImageNet"])
def test_logits_that_are_not_finite_fail_with_their_count(finding, whole: str) -> None:
    found = finding(predicted(8, 9, 1000, broken=1, whole=whole), "0.8")
    assert found.verdict is Verdict.FAIL
    assert found.measured == "logits that are not finite for 1 of 1,000 pictures"


# Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, and the
# interval of 18 of 20 that textbooks give.
@pytest.mark.parametrize(
    ("correct", "total", "low", "high"),
    [
        (18, 20, "69.90", "97.21"),
        (81, 263, "25.53", "36.62"),
        (15, 148, "6.24", "16.05"),
        (0, 20, "0.00", "16.11"),
        (1, 29, "0.61", "17.18"),
        (20, 20, "83.89", "100.00"),
    ],
)
def test_the_interval_is_the_published_one(correct: int, total: int, low: str, high: str) -> None:
    assert wilson(correct, total) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize("total", [1, 7, 50_000])
def test_the_interval_holds_the_share_and_stays_within_0_and_100(total: int) -> None:
    for correct in {0, total // 3, total}:
        low, high = wilson(correct, total)
        assert 0 <= low <= round(Decimal(100) * correct / total, 2) <= high <= 100
