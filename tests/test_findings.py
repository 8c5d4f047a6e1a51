"""The judge: the one place where a claim meets a measurement."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.claims import FITS, UNITS, Claim, Digest, Location, Metric, plain
from zoo.errors import Blocked, Refused, Unavailable
from zoo.findings import EXACT, Measurement, Tolerance, Verdict, could_not_tell, show, untested
from zoo.judging import judge, within

PASS, FAIL, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED
POINT = Tolerance(absolute=Decimal("0.1"))
PERCENT = Tolerance(relative=Decimal("0.01"))
WHOLE = Digest("sha256", "04464dd2" + "0" * 56)
MEAN = (Decimal("0.485"), Decimal("0.456"), Decimal("0.406"))
PLACE = Location("index.md", 7, 3)


def measured(metric, value, **more):
    return Measurement(metric, value, "by hand", **more)


def judged(metric, claimed, found, tolerance=EXACT, **more):
    made = Claim("tiny", metric, claimed, PLACE, str(claimed))
    return judge("rule", made, measured(metric, found, **more), tolerance)


@pytest.mark.parametrize(
    ("claimed", "found", "tolerance", "verdict"),
    [
        ("100", "100", EXACT, PASS),
        ("100", "101", EXACT, FAIL),
        ("100.0", "100", EXACT, PASS),
        ("0", "0", PERCENT, PASS),
        ("0", "1", PERCENT, FAIL),
        ("75.29", "75.39", POINT, PASS),
        ("75.29", "75.19", POINT, PASS),
        ("75.29", "75.3900001", POINT, FAIL),
        ("75.29", "75.1899999", POINT, FAIL),
        ("1000", "1010", PERCENT, PASS),
        ("1000", "990", PERCENT, PASS),
        ("1000", "1011", PERCENT, FAIL),
        ("1010", "1000", PERCENT, PASS),
        ("-1000", "-1010", PERCENT, PASS),
        ("100", "105", Tolerance(Decimal(5), Decimal("0.01")), PASS),
        ("1000", "1010", Tolerance(Decimal(5), Decimal("0.01")), PASS),
        ("1000", "1011", Tolerance(Decimal(5), Decimal("0.01")), FAIL),
        ("20161904304", "15753243852", PERCENT, FAIL),
    ],
)
def test_numbers_may_differ_by_the_wider_tolerance_and_no_further(
    claimed, found, tolerance, verdict
):
    finding = judged(Metric.FLOPS, Decimal(claimed), Decimal(found), tolerance)
    assert finding.verdict is verdict
    assert finding.deviation == plain(Decimal(found) - Decimal(claimed))


@pytest.mark.parametrize(
    ("metric", "claimed", "found", "verdict"),
    [
        (Metric.INTERPOLATION, "bicubic", "bicubic", PASS),
        (Metric.INTERPOLATION, "bicubic", "bilinear", FAIL),
        (Metric.WEIGHTS_LOAD, FITS, FITS, PASS),
        (Metric.WEIGHTS_LOAD, FITS, "3 tensors do not fit", FAIL),
        (Metric.MEAN, MEAN, MEAN, PASS),
        (Metric.MEAN, MEAN, (*MEAN[:2], Decimal("0.4060")), PASS),
        (Metric.MEAN, MEAN, MEAN[:2], FAIL),
        (Metric.MEAN, MEAN, MEAN[::-1], FAIL),
        (Metric.WEIGHTS_DIGEST, WHOLE, WHOLE, PASS),
        (Metric.WEIGHTS_DIGEST, Digest("sha256", "04464dd2"), WHOLE, PASS),
        (Metric.WEIGHTS_DIGEST, Digest("sha256", "04464dd3"), WHOLE, FAIL),
        (Metric.WEIGHTS_DIGEST, Digest("sha256", "4464dd20"), WHOLE, FAIL),
        (Metric.WEIGHTS_DIGEST, WHOLE, Digest("sha256", "1" * 64), FAIL),
        (Metric.PARAMETERS, Decimal(5), "5", FAIL),
    ],
)
@pytest.mark.parametrize("tolerance", [EXACT, Tolerance(Decimal(1), Decimal(1))])
def test_all_else_must_be_equal_and_a_digest_begin_as_claimed(
    metric, claimed, found, verdict, tolerance
):
    finding = judged(metric, claimed, found, tolerance)
    assert finding.verdict is verdict
    assert (finding.deviation, finding.tolerance) == (None, None)


@pytest.mark.parametrize("found", ["75.29", "10"])
@pytest.mark.parametrize("interval", [("75", "76"), ("0", "100"), ("9", "11"), ("75.29", "75.29")])
def test_a_part_of_the_data_neither_bears_out_nor_refutes(found, interval):
    low, high = map(Decimal, interval)
    finding = judged(
        Metric.TOP_1,
        Decimal("75.29"),
        Decimal(found),
        POINT,
        interval=(low, high),
        settled_by="measure on all 50,000 pictures",
    )
    assert finding.verdict is UNDECIDED
    assert finding.hint == "measure on all 50,000 pictures"
    assert f"[{show(plain(low))}, {show(plain(high))}]" in finding.message


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        (("75.19", "75.39"), PASS),
        (("75.29", "75.29"), PASS),
        (("75.19", "75.3901"), UNDECIDED),
        (("75.1899", "75.39"), UNDECIDED),
        (("75.39", "80"), UNDECIDED),
        (("0", "75.19"), UNDECIDED),
        (("0", "100"), UNDECIDED),
        (("75.3901", "80"), FAIL),
        (("0", "75.1899"), FAIL),
    ],
)
@pytest.mark.parametrize("found", ["75.29", "10"])
def test_a_decisive_interval_passes_if_all_of_it_is_borne_out_and_fails_if_nothing_is(
    interval, verdict, found
):
    low, high = map(Decimal, interval)
    more = {"interval": (low, high), "decisive": True, "settled_by": "more", "advice": "look"}
    finding = judged(Metric.TOP_1, Decimal("75.29"), Decimal(found), POINT, **more)
    assert finding.verdict is verdict
    assert finding.hint == ("more" if verdict is UNDECIDED else "look")
    assert f"[{show(plain(low))}, {show(plain(high))}]" in finding.message


def test_a_decisive_interval_that_refutes_nothing_leaves_a_wrong_claim_open():
    more = {"interval": (Decimal(1), Decimal(2)), "decisive": True, "refutes": False}
    finding = judged(Metric.TOP_1, Decimal("75.29"), Decimal(10), POINT, **more)
    assert finding.verdict is UNDECIDED


def test_an_interval_says_nothing_of_a_claim_that_is_no_number():
    assert within("bicubic", (Decimal(1), Decimal(2)), EXACT) is UNDECIDED


@pytest.mark.parametrize(
    ("metric", "claimed", "found", "tolerance", "more", "message"),
    [
        (Metric.TOP_1, "75.29", "75.40", POINT, {}, "claimed 75.29 %, measured 75.4 % (±0.1)"),
        (Metric.FILE_SIZE, "268144497", "268144498", EXACT, {},
         "claimed 268,144,497, measured 268,144,498"),
        (Metric.FLOPS, "4100000000", "4087136256", PERCENT, {},
         "claimed 4,100,000,000, measured 4,087,136,256 (±41,000,000)"),
        (Metric.PARAMETERS, "123456", "123456", PERCENT, {},
         "claimed 123,456, measured 123,456 (±1,234)"),
        (Metric.CROP_PCT, "0.875", "0.95", EXACT, {}, "claimed 0.875, measured 0.95"),
        (Metric.TOP_5, "96.77", "90", POINT, {"interval": (Decimal("85.5"), Decimal(94))},
         "claimed 96.77 %, measured 90 % [85.5, 94] (±0.1)"),
        (Metric.TOP_1, "75", "80", EXACT, {"remark": "3 pictures are missing"},
         "claimed 75 %, measured 80 %; 3 pictures are missing"),
    ],
)  # fmt: skip
def test_a_message_gives_claimed_measured_and_tolerance(
    metric, claimed, found, tolerance, more, message
):
    finding = judged(metric, Decimal(claimed), Decimal(found), tolerance, **more)
    assert finding.message == message


def test_a_message_about_texts_and_digests_gives_both():
    assert judged(Metric.INTERPOLATION, "bicubic", "box").message == "claimed bicubic, measured box"
    finding = judged(Metric.WEIGHTS_DIGEST, Digest("sha256", "04464dd2"), WHOLE)
    assert finding.message == f"claimed sha256:04464dd2, measured {WHOLE}"


def test_a_finding_carries_the_evidence_in_plain_values():
    finding = judged(
        Metric.TOP_1,
        Decimal("75.29"),
        Decimal("75.40"),
        POINT,
        conditions={"device": "cpu"},
        settled_by="nothing is open",
    )
    assert (finding.rule, finding.model, finding.metric) == ("rule", "tiny", "top-1")
    assert finding.location == PLACE
    assert (finding.claimed, finding.measured, finding.deviation) == (75.29, 75.4, 0.11)
    assert finding.tolerance == {"absolute": 0.1, "relative": 0}
    assert (finding.unit, finding.method) == ("%", "by hand")
    assert finding.conditions == {"device": "cpu"}
    assert (finding.hint, finding.cause) == ("", None)


def test_a_whole_number_stays_exact_however_large():
    claimed, found = 2**63 + 1, 2**63
    finding = judged(Metric.FLOPS, Decimal(claimed), Decimal(found))
    assert (finding.claimed, finding.measured, finding.deviation) == (claimed, found, -1)
    assert finding.verdict is FAIL


def test_a_claim_that_was_not_measured_keeps_its_value_and_its_place(claim):
    made = claim(Metric.TOP_1, "75.29")
    finding = untested("accuracy", made, Verdict.SKIP, "no dataset was given", "--dataset PATH")
    assert (finding.verdict, finding.claimed, finding.measured) == (Verdict.SKIP, 75.29, None)
    assert (finding.location, finding.unit) == (made.location, "%")
    assert (finding.message, finding.hint) == ("no dataset was given", "--dataset PATH")


def test_a_measurement_that_broke_off_is_an_error_and_no_fail(claim):
    error = Unavailable("no such file", "look")
    finding = could_not_tell("flops", claim(Metric.FLOPS, "1"), error, "tiny")
    assert finding.verdict is Verdict.ERROR
    assert (finding.message, finding.hint, finding.cause) == ("no such file", "look", None)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (Refused("no"), {"kind": "refused", "about": "a:build"}),
        (Refused("no", about="s3://b"), {"kind": "refused", "about": "s3://b"}),
        (Blocked("r", "no"), {"kind": "blocked", "rule": "r", "about": "a:build"}),
        (Blocked("r", "no", about=str(WHOLE)),
         {"kind": "blocked", "rule": "r", "about": str(WHOLE)}),
    ],
)  # fmt: skip
def test_what_stays_until_somebody_acts_says_about_what_it_is(claim, error, cause):
    assert could_not_tell("flops", claim(Metric.FLOPS, "1"), error, "a:build").cause == cause


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "%", ""),
        (20161904304, "multiply-adds", "20,161,904,304"),
        (-5, "", "-5"),
        (83.74, "%", "83.74 %"),
        (0.1 + 0.2, "", "0.3"),
        (1234.5, "", "1,234.5"),
        (True, "", "true"),
        ([0.485, 1], "", "0.485, 1"),
        ({"top-1": 80}, "", "top-1 80"),
        ("bicubic", "", "bicubic"),
    ],
)
def test_a_value_is_shown_as_people_read_it(value, unit, text):
    assert show(value, unit) == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (Decimal("224"), 224),
        (Decimal("1E+3"), 1000),
        (Decimal("75.0"), 75),
        (Decimal("0.875"), 0.875),
        (MEAN, [0.485, 0.456, 0.406]),
        (Digest("sha256", "04464dd2"), "sha256:04464dd2"),
        ("bicubic", "bicubic"),
    ],
)
def test_a_plain_value_is_as_json_has_it(value, shown):
    assert plain(value) == shown
    assert type(plain(value)) is type(shown)


def test_every_metric_has_a_unit_and_an_id_in_kebab_case():
    assert set(UNITS) == set(Metric)
    for metric in Metric:
        assert str(metric) == metric.value
        assert metric.value == metric.value.lower().replace("_", "-").replace(" ", "-")


NUMBERS = st.decimals(-(10**12), 10**12, places=4)
POSITIVE = st.decimals(0, 10**6, places=4)


@given(NUMBERS, NUMBERS, POSITIVE, POSITIVE)
def test_a_wider_tolerance_never_refutes_what_a_narrower_one_bears_out(claimed, found, one, two):
    narrow, wide = sorted([one, two])
    verdicts = [
        judged(Metric.FLOPS, claimed, found, Tolerance(absolute=allowed)).verdict
        for allowed in (narrow, wide)
    ]
    assert verdicts != [PASS, FAIL]
    assert judged(Metric.FLOPS, claimed, claimed).verdict is PASS


@given(NUMBERS, NUMBERS, NUMBERS, POSITIVE)
def test_a_decisive_interval_never_says_what_its_ends_contradict(claimed, one, other, allowed):
    low, high = sorted([one, other])
    tolerance = Tolerance(absolute=allowed)
    ends = {judged(Metric.FLOPS, claimed, end, tolerance).verdict for end in (low, high)}
    verdict = within(claimed, (low, high), tolerance)
    assert verdict is UNDECIDED or ends == {verdict}
    if low == high:
        assert ends == {verdict}
