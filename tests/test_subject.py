"""Subjects: what is made once and on demand, and which preprocessing is documented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from zoo.claims import Metric
from zoo.errors import Blocked, Unavailable
from zoo.subject import Lazy, Preprocessing, Stated, documented, from_config

HALF = (Decimal("0.5"),) * 3
STATED = Preprocessing(Decimal(256), Decimal("0.95"), "bilinear", HALF, HALF)
CONFIG = {
    "input_size": (3, 192, 256),
    "crop_pct": 0.95,
    "interpolation": "bicubic",
    "mean": (0.485, 0.456, 0.406),
    "std": (0.229, 0.224, 0.225),
}


def nobody() -> Stated:
    return Stated(None, "nobody says")


def test_a_value_is_made_when_it_is_first_asked_for_and_only_once() -> None:
    calls: list[int] = []
    lazy = Lazy(lambda: calls.append(1))
    assert calls == []
    assert lazy.made is None
    assert lazy() is lazy() is None
    assert calls == [1]


def test_a_value_that_was_made_can_be_looked_at_without_making_it() -> None:
    lazy = Lazy(lambda: 5)
    assert lazy.made is None
    lazy()
    assert lazy.made == 5


def test_an_error_that_a_user_can_act_on_is_kept_and_raised_again() -> None:
    calls: list[int] = []

    def make() -> None:
        calls.append(1)
        raise Blocked("weights-digest", "gone", "look again")

    lazy = Lazy(make)
    for _ in range(3):
        with pytest.raises(Blocked, match=r"^gone$") as error:
            lazy()
        assert (error.value.rule, error.value.hint) == ("weights-digest", "look again")
    assert calls == [1]
    assert lazy.made is None


def test_an_error_that_nobody_foresaw_is_kept_too() -> None:
    calls: list[int] = []

    def make() -> None:
        calls.append(1)
        raise ZeroDivisionError

    lazy = Lazy(make)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            lazy()
    assert calls == [1]


def test_a_configuration_of_timms_form_is_read_with_its_numbers_as_written() -> None:
    read = from_config(CONFIG)
    assert read.image_size == Decimal(256)
    assert read.crop_pct == Decimal("0.95")
    assert read.interpolation == "bicubic"
    assert read.mean == (Decimal("0.485"), Decimal("0.456"), Decimal("0.406"))
    assert read.std == (Decimal("0.229"), Decimal("0.224"), Decimal("0.225"))


@pytest.mark.parametrize("missing", CONFIG)
def test_a_configuration_with_a_gap_is_not_completed_by_guessing(missing: str) -> None:
    with pytest.raises(KeyError):
        from_config({key: value for key, value in CONFIG.items() if key != missing})


def test_each_metric_of_preprocessing_has_its_value() -> None:
    assert STATED.value(Metric.IMAGE_SIZE) == Decimal(256)
    assert STATED.value(Metric.CROP_PCT) == Decimal("0.95")
    assert STATED.value(Metric.INTERPOLATION) == "bilinear"
    assert STATED.value(Metric.MEAN) == STATED.value(Metric.STD) == HALF


def test_preprocessing_reads_as_one_line() -> None:
    assert STATED.in_words() == (
        "bilinear to 256 / 0.95, centre crop 256, mean (0.5, 0.5, 0.5), std (0.5, 0.5, 0.5)"
    )


def test_what_the_page_documents_comes_before_what_the_source_says(entry, claim) -> None:
    page = entry(
        claim(Metric.IMAGE_SIZE, "224"),
        claim(Metric.CROP_PCT, "0.875"),
        claim(Metric.INTERPOLATION, "bicubic"),
    )
    found = documented(page, lambda: Stated(STATED, "the source"))
    assert found == Preprocessing(Decimal(224), Decimal("0.875"), "bicubic", HALF, HALF)


def test_where_the_page_says_everything_only_the_crop_mode_is_the_source_s(entry, claim) -> None:
    page = entry(
        claim(Metric.IMAGE_SIZE, "224"),
        claim(Metric.CROP_PCT, "0.875"),
        claim(Metric.INTERPOLATION, "bicubic"),
        claim(Metric.MEAN, HALF),
        claim(Metric.STD, HALF),
    )
    squashed = Stated(replace(STATED, crop_mode="squash"), "timm tiny")
    found = documented(page, lambda: squashed)
    assert found == Preprocessing(Decimal(224), Decimal("0.875"), "bicubic", HALF, HALF, "squash")
    assert "squashed, crop 224" in found.in_words()

    def unknown() -> Stated:
        raise Unavailable("the source is not installed")

    assert documented(page, unknown).crop_mode == "center"
    assert documented(page, lambda: Stated(None, "says nothing")).crop_mode == "center"


def test_a_crop_mode_that_nobody_knows_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="there is no crop mode zoom"):
        from_config(CONFIG | {"crop_mode": "zoom"})


def test_what_nobody_says_is_named_and_not_guessed(entry, claim) -> None:
    page = entry(claim(Metric.IMAGE_SIZE, "224"), claim(Metric.CROP_PCT, "0.875"))
    with pytest.raises(Unavailable, match=r"says Interpolation, Mean, Std$") as error:
        documented(page, nobody)
    assert error.value.hint == "add Interpolation, Mean, Std to the model's Metadata"
