"""What is drawn of a Run: the same each time, readable by anyone, and small."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import lxml.etree
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.evidence import from_json
from zoo.findings import Finding, Verdict
from zoo.plots import plots
from zoo.plots._axis import around_zero, counts, linear, ratios
from zoo.plots._canvas import COLOURS, SHAPES
from zoo.run import Run

GOLDEN = Path(__file__).parent / "goldens" / "run.json"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def run() -> Run:
    return from_json(GOLDEN.read_text(encoding="utf-8"), "run.json")


def tree(svg: str) -> lxml.etree._Element:
    return lxml.etree.fromstring(svg)


def of(run: Run, *findings: Finding) -> Run:
    return replace(run, findings=findings)


def number(run: Run, metric: str, claimed: object, **more: object) -> Finding:
    found = next(f for f in run.findings if f.metric == metric)
    return replace(found, claimed=claimed, **more)


def test_a_run_is_drawn_in_four_pictures(run: Run) -> None:
    drawn = plots(run)
    assert list(drawn) == [
        "accuracy-flops",
        "accuracy-parameters",
        "claimed-measured",
        "verdict-counts",
    ]
    assert plots(run) == drawn


def test_a_picture_says_what_is_to_be_seen(run: Run) -> None:
    for name, plot in plots(run).items():
        root = tree(plot.svg)
        assert root.get("role") == "img"
        named = [root.find(f".//*[@id='{each}']").text for each in
                 root.get("aria-labelledby").split()]  # fmt: skip
        assert named == [plot.title, plot.alt]
        assert all(each.get("id").startswith(name) for each in root.iter() if each.get("id"))
    assert "of 5 models" in plots(run)["accuracy-flops"].alt
    assert "1 model without both claims: not shown" in plots(run)["accuracy-flops"].alt
    assert "the median of measured ÷ claimed is 0.783" in plots(run)["claimed-measured"].alt


def test_a_picture_needs_nothing_else(run: Run) -> None:
    for plot in plots(run).values():
        root = tree(plot.svg)
        own = {f"#{each.get('id')}" for each in root.iter() if each.get("id")}
        used = {each.get("href") for each in root.iter() if each.get("href")}
        assert used <= own
        assert not re.search(r"url\(|@import|<script|https?://(?!www\.w3\.org/2000/svg)", plot.svg)


def test_each_model_has_a_mark_that_says_its_name_and_claims(run: Run) -> None:
    root = tree(plots(run)["accuracy-flops"].svg)
    said = {each.text for each in root.iterfind(f".//{SVG}use/{SVG}title")}
    first = "tiny; UNDECIDED top-1 on ImageNet: claimed 80.26 %, measured 90 %; FAIL flops: claimed"
    assert first in " ".join(said)
    marks = {each.getparent().get("href") for each in root.iterfind(f".//{SVG}use/{SVG}title")}
    assert marks == {f"#accuracy-flops-{verdict}" for verdict in ("fail", "error", "skip", "pass")}


def test_a_mark_is_that_of_the_gravest_verdict_on_both_claims(run: Run) -> None:
    flops = number(run, "flops", 1e9, verdict=Verdict.PASS)
    top = number(run, "top-1", 80.0, verdict=Verdict.UNDECIDED)
    assert "1 UNDECIDED." in plots(of(run, flops, top))["accuracy-flops"].alt


def test_only_accuracies_on_one_dataset_are_drawn_beside_each_other(run: Run) -> None:
    flops = number(run, "flops", 1e9)
    there = number(run, "top-1", 70.0, dataset="ImageNet-V2")
    here = replace(there, claimed=80.0, dataset="ImageNet")
    found = (flops, there, here, replace(flops, model="b"), replace(here, model="b"))
    plot = plots(of(run, *found))["accuracy-flops"]
    assert "Claimed Top-1 on ImageNet against" in plot.alt
    assert "claimed 80" in plot.svg and "claimed 70" not in plot.svg


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear_parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                    for part in parts]  # fmt: skip
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear_parts, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", sorted(set(COLOURS) - {"ground", "grid"}))
def test_colours_are_told_from_their_ground(name: str, scheme: int) -> None:
    least = 4.5 if name in ("ink", "faint") else 3
    assert contrast(COLOURS[name][scheme], COLOURS["ground"][scheme]) >= least


# Machado, Oliveira and Fernandes 2009, severity 1.0, for linear RGB.
EYES = {
    "trichromat": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanope": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                  (-0.003882, -0.048116, 1.051998)),
    "deuteranope": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                    (-0.011820, 0.042940, 0.968881)),
    "tritanope": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                  (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


def lab(colour: str, eye: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    known = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    r, g, b = (
        min(1.0, max(0.0, sum(w * p for w, p in zip(row, known, strict=True)))) for row in eye
    )
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_colours_of_verdicts_differ_for_every_eye(eye: str, scheme: int) -> None:
    shown = {v: lab(COLOURS[v.value.lower()][scheme], EYES[eye]) for v in Verdict}
    for one, other in combinations(Verdict, 2):
        assert math.dist(shown[one], shown[other]) > 15, (one, other)


def test_verdicts_differ_in_shape() -> None:
    assert set(SHAPES) == set(Verdict)
    assert len({shape["d"] for shape in SHAPES.values()}) == len(Verdict)


@pytest.mark.parametrize("claimed", [0, -1, True, None, "many", [1, 2], 10**400, 1e-320])
def test_what_no_axis_can_hold_is_not_drawn(run: Run, claimed: object) -> None:
    findings = (number(run, "flops", claimed), number(run, "flops", 1e9, measured=claimed))
    assert set(plots(of(run, *findings))) == {"verdict-counts"}


def test_an_accuracy_of_nothing_is_drawn_and_one_that_is_no_number_is_counted(run: Run) -> None:
    held = number(run, "top-1", 80.0, measured=80.01, verdict=Verdict.PASS)
    nothing = replace(held, model="b", measured=0, verdict=Verdict.FAIL)
    broken = replace(nothing, model="c", measured="logits that are not finite")
    alt = plots(of(run, held, nothing, broken))["claimed-measured"].alt
    assert "Top-1: 2 claims, 1 FAIL, 1 PASS" in alt
    assert alt.endswith("Not shown: 1 FAIL.")


def test_of_several_claims_of_a_model_the_gravest_is_drawn(run: Run) -> None:
    held = number(run, "top-1", 80.0, measured=80.01, verdict=Verdict.PASS)
    failed = replace(held, claimed=85.0, verdict=Verdict.FAIL)
    alt = plots(of(run, held, failed))["claimed-measured"].alt
    assert "Top-1: 1 claim, 1 FAIL" in alt and alt.endswith("Not shown: 1 PASS.")


def test_nothing_is_drawn_of_nothing(run: Run) -> None:
    assert plots(of(run)) == {}


def test_the_same_claim_of_all_is_drawn(run: Run) -> None:
    same = [
        replace(number(run, metric, value, measured=value), model=model)
        for model in ("a", "b")
        for metric, value in (("flops", 10**9), ("top-1", 80), ("parameters", 1))
    ]
    assert len(plots(of(run, *same))) == 4


@pytest.mark.parametrize("name", ["<b>&\"'", "]]>", "\x00\x1b\ufffe\u202e", "a\ud800", "é" * 500])
def test_a_name_stays_a_name(run: Run, name: str) -> None:
    named = of(
        run, *(replace(finding, model=name, metric=finding.metric) for finding in run.findings)
    )
    for plot in plots(named).values():
        tags = {each.tag.removeprefix(SVG) for each in tree(plot.svg.encode()).iter()}
        assert tags <= {"svg", "title", "desc", "style", "g", "rect", "text", "defs", "path", "use"}


def test_ten_thousand_models_are_a_small_picture(run: Run) -> None:
    findings = [
        replace(number(run, metric, value, measured=value * 0.8), model=f"model-{i}")
        for i in range(10_000)
        for metric, value in (
            ("flops", 10**9 + 7919 * i * i % 10**10 + 1),
            ("top-1", 60 + i * 37 % 3000 / 100),
        )
    ]
    for plot in plots(of(run, *findings)).values():
        assert len(plot.svg) < 700_000


POSITIVE = st.floats(1e-200, 1e200)


@given(st.lists(POSITIVE, min_size=1, max_size=20))
def test_every_count_lies_on_its_axis_in_order(values: list[float]) -> None:
    axis = counts(values, 0, 600)
    places = [axis.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(0 <= place <= 600 for place in places)
    assert 1 <= len(axis.ticks) <= 14


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_axes_of_equal_steps_hold_their_values_and_ticks(values: list[float]) -> None:
    for axis in (linear(values, 300, 0), around_zero(values, 300, 0)):
        assert axis.low <= min(values) <= max(values) <= axis.high
        assert 1 <= len(axis.ticks) <= 14
        assert all(axis.low <= tick <= axis.high for tick, _ in axis.ticks)
    assert axis.low <= 0 <= axis.high


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=30))
def test_ratios_are_around_one_and_their_words_apart(values: list[float]) -> None:
    axis = ratios(values, 200, 0)
    assert axis.low <= 1 <= axis.high
    places = sorted(axis.place(tick) for tick, _ in axis.ticks)
    assert all(b - a >= 23 for a, b in pairwise(places))


def test_a_few_that_are_far_off_do_not_press_the_others_together(run: Run) -> None:
    axis = ratios([0.78] * 50 + [1000.0], 200, 0)
    assert axis.high < 2
    assert axis.place(1000.0) == 0
