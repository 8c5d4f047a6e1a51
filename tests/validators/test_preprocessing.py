"""Preprocessing: the page against the source's own configuration for the documented file."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zoo.claims import Metric
from zoo.errors import Skipped
from zoo.findings import Measurement, Verdict
from zoo.judging import judge
from zoo.subject import Preprocessing, Stated
from zoo.validators import VALIDATORS

MEAN = (Decimal("0.485"), Decimal("0.456"), Decimal("0.406"))
STD = (Decimal("0.229"), Decimal("0.224"), Decimal("0.225"))
STATED = Stated(
    Preprocessing(Decimal(256), Decimal("0.95"), "bicubic", MEAN, STD), "timm tiny.ra2_in1k"
)


@pytest.mark.parametrize(
    ("metric", "claimed", "verdict", "measured"),
    [
        (Metric.IMAGE_SIZE, Decimal(256), Verdict.PASS, 256),
        (Metric.IMAGE_SIZE, Decimal(224), Verdict.FAIL, 256),
        (Metric.CROP_PCT, Decimal("0.950"), Verdict.PASS, 0.95),
        (Metric.CROP_PCT, Decimal("0.94"), Verdict.FAIL, 0.95),
        (Metric.INTERPOLATION, "bicubic", Verdict.PASS, "bicubic"),
        (Metric.INTERPOLATION, "bilinear", Verdict.FAIL, "bicubic"),
        (Metric.MEAN, MEAN, Verdict.PASS, [0.485, 0.456, 0.406]),
        (Metric.MEAN, STD, Verdict.FAIL, [0.485, 0.456, 0.406]),
        (Metric.STD, STD, Verdict.PASS, [0.229, 0.224, 0.225]),
        (Metric.STD, MEAN, Verdict.FAIL, [0.229, 0.224, 0.225]),
    ],
)
def test_each_setting_must_be_the_sources_own(
    subject, claim, judged, metric, claimed, verdict, measured
) -> None:
    finding = judged("preprocessing", subject(stated=STATED), claim(metric, claimed))
    assert finding.verdict is verdict
    assert finding.measured == measured
    assert finding.method == "configuration of timm tiny.ra2_in1k"


def test_where_the_source_says_nothing_the_claim_is_skipped_with_the_reason(subject, claim) -> None:
    nobody = Stated(None, "no pretrained tag of timm's tiny has the file tiny.pth")
    with pytest.raises(Skipped, match=r"no pretrained tag of timm's tiny has the file tiny.pth"):
        VALIDATORS["preprocessing"].measure(subject(stated=nobody), claim(Metric.CROP_PCT, "0.875"))


@pytest.mark.parametrize(("written", "holds"), [("0.897", True), ("0.898", True), ("0.9", False)])
def test_a_crop_share_may_be_rounded_to_three_decimals(claim, written: str, holds: bool) -> None:
    said = claim(Metric.CROP_PCT, written)
    measured = Measurement(Metric.CROP_PCT, Decimal("0.8975"), "by hand")
    found = judge("preprocessing", said, measured, VALIDATORS["preprocessing"].tolerance(said))
    assert (found.verdict is Verdict.PASS) is holds
