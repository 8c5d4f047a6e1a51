"""A measured value is written in the form that the publisher chose, as far as it can be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import PLACE
from zoo.claims import Claim, Metric
from zoo.fixing.wording import KINDS, read, texts
from zoo.index.values import PARSERS


def claimed(metric: Metric, text: str) -> Claim:
    return Claim("tiny", metric, PARSERS[KINDS[metric]](text), PLACE, text)


@pytest.mark.parametrize(
    ("metric", "old", "measured", "first"),
    [
        (Metric.PARAMETERS, "28090000", "27088024", "27090000"),
        (Metric.PARAMETERS, "28088024", "27088025", "27088025"),
        (Metric.PARAMETERS, "41282200", "31389032", "31389032"),
        (Metric.PARAMETERS, "4.7M", "5288548", "5.3M"),
        (Metric.PARAMETERS, "4.70 M", "5288548", "5.29 M"),
        (Metric.PARAMETERS, "25,557,032", "25549352", "25,549,352"),
        (Metric.PARAMETERS, "5e6", "6100000", "6e6"),
        (Metric.FLOPS, "5.3 G", "4091699200", "4.1 G"),
        (Metric.FLOPS, "5285062320", "4091699200", "4091699200"),
        (Metric.FLOPS, "407m", "385187552", "385m"),
        (Metric.FILE_SIZE, "102491893", "102491894", "102491894"),
        (Metric.FILE_SIZE, "102 MB", "98765432", "99 MB"),
        (Metric.FILE_SIZE, "98 MiB", "104857600", "100 MiB"),
        (Metric.TOP_1, "83.74%", "81.2345", "81.23%"),
        (Metric.TOP_1, "83.7", "81.2345", "81.2"),
        (Metric.TOP_1, "83 %", "81.2345", "81 %"),
        (Metric.CROP_PCT, "0.875", "0.95", "0.950"),
        (Metric.IMAGE_SIZE, "224", "256", "256"),
        (Metric.IMAGE_SIZE, "224 x 224", "256", "256 x 256"),
    ],
)
def test_the_first_text_has_the_form_and_the_precision_of_the_old_one(
    metric: Metric, old: str, measured: str, first: str
) -> None:
    assert next(texts(claimed(metric, old), Decimal(measured))) == first


def test_later_texts_are_more_precise_until_they_are_exact() -> None:
    found = list(texts(claimed(Metric.PARAMETERS, "4.7M"), Decimal(5288548)))
    assert found[:3] == ["5.3M", "5.29M", "5.289M"] and found[-1] == "5.288548M"


def test_a_form_that_is_not_known_has_no_text() -> None:
    assert not list(texts(Claim("m", Metric.TOP_1, Decimal(5), PLACE, "+5"), Decimal(6)))


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.sampled_from(["", "K", " M", "G", "e3"]))
def test_the_last_text_of_a_count_means_the_measured_value(old: int, new: int, unit: str) -> None:
    *_, last = texts(claimed(Metric.PARAMETERS, f"{old % 1000 + 1}{unit}"), Decimal(new))
    assert read(Metric.PARAMETERS, last) == new
