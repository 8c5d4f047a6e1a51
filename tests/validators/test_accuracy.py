"""Accuracy: the whole set decides, a part of it does not, and numbers that are none fail."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest

from zoo.claims import Digest, Metric
from zoo.diagnosis import Diagnosis
from zoo.findings import Verdict
from zoo.predictions import Draw, Prediction, Predictions
from zoo.sampling.wilson import wilson
from zoo.subject import Preprocessing, Stated
from zoo.validators.accuracy import is_whole

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


@pytest.mark.parametrize(
    "dataset",
    ["ImageNet", "imagenet", "ImageNet-1k", "imagenet1k", "ILSVRC2012", "ImageNet ILSVRC2012"],
)
def test_imagenet_is_whole_by_its_structure_under_each_of_its_names(finding, dataset) -> None:
    found = finding(predicted(8, 9, 10, whole="ImageNet"), "80", dataset=dataset)
    assert found.verdict is Verdict.PASS


@pytest.mark.parametrize("dataset", ["ImageNet-V2", "ImageNet-A", "CIFAR-10", "", "ImageNet ReaL"])
def test_all_of_imagenet_is_not_all_of_another_set(claim, dataset: str) -> None:
    made = claim(Metric.TOP_1, "80", dataset=dataset)
    assert not is_whole(made, predicted(8, 9, 10, whole="ImageNet"))


def copied(predictions):
    """Return predictions for pictures of which the first three are one file."""
    first, *copies, other = predictions.items[:4]
    same = (replace(each, sha256=first.sha256) for each in copies)
    return replace(predictions, items=(first, *same, other, *predictions.items[4:]))


def test_copies_are_not_all_of_imagenet_and_two_are_named(finding) -> None:
    found = finding(copied(predicted(8, 9, 10, whole="ImageNet")), "80")
    assert found.verdict is Verdict.UNDECIDED
    assert "not shown to be all of ImageNet: too many are copies, such as 1 of 0" in found.message
    predictions = copied(drawn(20, 200, whole="ImageNet"))
    first, second = (item.id for item in predictions.items[:2])
    found = finding(predictions, "85")
    assert found.verdict is Verdict.UNDECIDED
    assert f"too many are copies, such as {second} of {first}" in found.message


def test_copies_are_what_a_page_declares_by_their_fingerprint(finding) -> None:
    predictions = copied(predicted(8, 9, 10))
    assert finding(predictions, "80", whole_set=predictions.fingerprint).verdict is Verdict.PASS


@pytest.mark.parametrize("whole", ["", "ImageNet"])
def test_logits_that_are_not_finite_fail_with_their_count(finding, whole: str) -> None:
    found = finding(predicted(8, 9, 1000, broken=1, whole=whole), "0.8")
    assert found.verdict is Verdict.FAIL
    assert found.measured == "logits that are not finite for 1 of 1,000 pictures"


def test_why_an_accuracy_in_less_than_float32_falls_short_is_told_all_the_same(
    subject, claim, judged
) -> None:
    told = Diagnosis({"kind": "mean"}, "with another mean 9 of 10", {"looks": 1})
    predictions = replace(predicted(2, 3, 10, whole="ImageNet"), rounded=True)
    one = subject(stated=STATED, predictions=predictions)
    one = replace(one, diagnose=lambda *_: told)
    found = judged("accuracy", one, claim(Metric.TOP_1, "90.00", dataset="ImageNet"))
    assert found.verdict is Verdict.UNDECIDED
    assert found.message.endswith("computed in less than float32; with another mean 9 of 10")
    assert found.conditions["suspect"] == {"kind": "mean"}


@pytest.mark.parametrize(
    ("claimed", "broken", "verdict"),
    [("0.80", 0, Verdict.PASS), ("2.00", 0, Verdict.UNDECIDED), ("0.80", 1, Verdict.UNDECIDED)],
)
def test_what_was_computed_in_less_than_float32_refutes_nothing(
    finding, claimed: str, broken: int, verdict: Verdict
) -> None:
    predictions = replace(predicted(8, 9, 1000, broken=broken, whole="ImageNet"), rounded=True)
    found = finding(predictions, claimed)
    assert found.verdict is verdict
    assert found.message.endswith("; computed in less than float32")
    assert found.hint == ("" if verdict is Verdict.PASS else "--precision fp32 settles it")


def test_of_imagenet_v2_only_a_fingerprint_says_which_variant_it_is(finding) -> None:
    found = finding(predicted(8, 9, 10, whole="ImageNet-V2"), "80", dataset="ImageNet-V2")
    assert found.verdict is Verdict.UNDECIDED
    assert found.hint.startswith("a 'Dataset Fingerprint' on the page settles it")
    assert finding(predicted(8, 9, 10), "80", dataset="ImageNet-V2").hint.startswith("--dataset")


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [
        ("80.10", Verdict.PASS),
        ("80.101", Verdict.FAIL),
        ("80.11", Verdict.FAIL),
        ("80.1", Verdict.PASS),
        ("80.2", Verdict.FAIL),
        ("79.8", Verdict.FAIL),
        ("81", Verdict.FAIL),
    ],
)
def test_the_usual_two_digits_allow_a_tenth_of_a_point(finding, claimed: str, verdict) -> None:
    assert finding(predicted(800, 950, 1000, whole="ImageNet"), claimed).verdict is verdict


@pytest.mark.parametrize(
    ("claimed", "first", "verdict"),
    [
        ("75.1", 7521, Verdict.PASS),  # 75.149 is written so
        ("75.1", 7526, Verdict.FAIL),
        ("78", 7843, Verdict.PASS),
        ("78", 7861, Verdict.FAIL),
        ("75.10", 7521, Verdict.FAIL),
    ],
)
def test_a_claim_of_fewer_digits_is_rounded_and_may_be_off_by_that_besides(
    finding, claimed: str, first: int, verdict
) -> None:
    assert finding(predicted(first, 9900, 10000, whole="ImageNet"), claimed).verdict is verdict


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


def drawn(first: int, total: int, *, population: int = 50_000, **known):
    """Return predictions for pictures that were drawn from a larger set, right and wrong mixed."""
    found = predicted(first, total, total)
    mixed = sorted(found.items, key=lambda item: item.sha256)
    return replace(found, items=tuple(mixed), draw=Draw(population, 7, **known))


def test_drawn_pictures_refute_a_claim_that_their_interval_excludes(finding) -> None:
    found = finding(drawn(132, 200, whole="ImageNet"), "85.00")
    assert found.verdict is Verdict.FAIL
    assert found.measured == 66
    low, high = found.conditions["interval"]
    assert 50 < low < 66 < high < 84.9
    assert f"claimed 85 %, measured 66 % [{low}, {high}] (±0.1); 132 of 200" in found.message
    assert "drawn with seed 7 from 50,000; the interval holds at 97.5 %" in found.message


def test_the_run_records_how_pictures_were_drawn(finding) -> None:
    predictions = drawn(132, 200, whole="ImageNet")
    found = finding(predictions, "85").conditions
    assert (found["pictures"], found["population"], found["seed"]) == (200, 50_000, 7)
    assert found["alpha"] == 0.025
    assert "Waudby-Smith & Ramdas 2020" in found["sampling"]
    assert found["drawn-fingerprint"] == str(predictions.fingerprint)
    assert "fingerprint" not in found  # of the whole set, of which most files were not read


def test_drawn_pictures_leave_a_claim_open_that_their_interval_holds(finding) -> None:
    found = finding(drawn(132, 200, whole="ImageNet"), "66")
    assert found.verdict is Verdict.UNDECIDED
    assert found.hint == "a larger --budget settles it"


def test_nearly_all_pictures_bear_out_a_claim_before_the_last(finding) -> None:
    predictions = drawn(39_999, 49_999, whole="ImageNet")
    found = finding(predictions, "80")
    assert found.verdict is Verdict.PASS
    assert found.conditions["interval"] == [79.998, 80]


WHOLE = Digest("sha256", "cd" * 32)


@pytest.mark.parametrize(
    ("known", "claimed", "why"),
    [
        ({}, {}, "which are not shown to be all of ImageNet"),
        ({"whole": "ImageNet"}, {"dataset": "ImageNet-V2"}, "not shown to be all of ImageNet-V2"),
        ({"whole": "ImageNet"}, {"whole_set": WHOLE}, "not shown to be all of ImageNet"),
        (
            {"whole": "ImageNet", "fingerprint": Digest("sha256", "ab" * 32)},
            {"whole_set": WHOLE},
            f"whose fingerprint is sha256:{'ab' * 32}, and the page declares {WHOLE}",
        ),
        (
            {"fingerprint": WHOLE},
            {"whole_set": Digest("sha256", WHOLE.hex[:16])},
            "and the page declares",
        ),
    ],
)
def test_pictures_drawn_from_what_is_not_the_claims_set_decide_nothing(
    finding, known, claimed, why: str
) -> None:
    found = finding(drawn(20, 200, **known), "85", **claimed)
    assert found.verdict is Verdict.UNDECIDED
    assert why in found.message
    assert found.hint.startswith("--dataset with the whole of ImageNet")


def test_pictures_drawn_from_the_set_of_the_declared_fingerprint_decide(finding) -> None:
    predictions = drawn(20, 200, fingerprint=WHOLE)
    found = finding(predictions, "85", whole_set=WHOLE)
    assert found.verdict is Verdict.FAIL
    assert found.conditions["fingerprint"] == str(WHOLE)


def test_a_part_is_not_the_whole_set_even_if_it_has_its_name(claim) -> None:
    part = replace(predicted(8, 9, 10, whole="ImageNet"), draw=Draw(20, 0, "ImageNet"))
    assert not is_whole(claim(Metric.TOP_1, "80", dataset="ImageNet"), part)


def test_drawn_logits_that_are_not_finite_fail_with_their_count(finding) -> None:
    broken = replace(predicted(8, 9, 1000, broken=3), draw=Draw(50_000, 0))
    found = finding(broken, "0.8")
    assert found.verdict is Verdict.FAIL
    assert found.measured == "logits that are not finite for 3 of 1,000 pictures"
