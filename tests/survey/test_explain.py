"""Explaining published counts: exact conventions over a registry, and the bundled index in full."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from zoo.claims import Metric, Text
from zoo.index import read_index
from zoo.sources import SOURCES
from zoo.survey import Survey, Wanted
from zoo.survey.explain import explain

ROOT = Path(__file__).parents[2]


@pytest.fixture
def model(entry, claim, spec):
    def make(name: str, flops: str, size: str, file: str = ""):
        claims = (claim(Metric.FLOPS, flops), claim(Metric.IMAGE_SIZE, size))
        made = replace(entry(*claims, source=spec("timm", name)), name=name)
        return replace(made, weights=Text(file, made.location)) if file else made

    return make


def bundled(name: str):
    found = read_index(ROOT / "model-index").entries
    return next(entry for entry in found if entry.name == name)


@pytest.mark.parametrize(
    ("name", "rule", "shape"),
    [
        ("timm/resnet18", "thop-early", (1, 3, 224, 285)),
        ("timm/cspresnet50", "thop-early-subclass", (1, 3, 256, 326)),
        ("timm/tresnet_m", "thop-early-in-place", (1, 3, 224, 224)),
        ("timm/ecaresnetlight", "thop-early", (1, 3, 224, 285)),
        ("timm/tf_efficientnet_cc_b0_4e", "thop-early", (1, 3, 224, 285)),
    ],
)
def test_a_published_count_is_explained_to_the_last_digit(
    name: str, rule: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    survey = Survey(tmp_path)
    found = explain([bundled(name)], survey)[name]
    assert found.exact and found.candidate.shape == shape
    totals = survey.facts(bundled(name), Wanted((shape,))).totals[shape]
    assert isinstance(totals, dict) and totals[rule] == found.claimed


def test_a_misdirected_alias_is_counted_as_the_network_that_has_the_weights(
    tmp_path: Path,
) -> None:
    found = explain([bundled("timm/ig_resnext101_32x16d")], Survey(tmp_path))
    explanation = found["timm/ig_resnext101_32x16d"]
    assert explanation.exact and explanation.candidate.network == "resnext101_32x16d"


def test_a_count_at_the_sources_own_size_is_explained(model, tmp_path: Path) -> None:
    survey = Survey(tmp_path)
    shape = (1, 3, 288, 288)  # at which timm tests resnet50.a1_in1k
    totals = survey.facts(model("resnet50", "1", "160"), Wanted((shape,))).totals[shape]
    assert isinstance(totals, dict)
    found = explain([model("resnet50", str(totals["fvcore"]), "160")], survey)["resnet50"]
    assert found.exact and found.candidate.pair == ("fvcore", "own")


def test_a_name_that_is_none_and_a_claim_without_a_size_are_not_explained(
    model, entry, claim, spec, tmp_path: Path
) -> None:
    unknown = model("resnet99", "1000", "64")
    sizeless = replace(entry(claim(Metric.FLOPS, "5"), source=spec("timm", "resnet18")), name="s")
    found = explain([unknown, sizeless], Survey(tmp_path))
    assert "resnet99" not in found
    assert not found["s"].exact  # only the source's own sizes are known


@pytest.mark.slow
def test_of_the_bundled_index_253_counts_are_explained_to_the_last_digit(tmp_path: Path) -> None:
    entries = [e for e in read_index(ROOT / "model-index").entries if e.source.kind == "timm"]
    found = explain(entries, Survey(tmp_path))
    pairs = Counter(f.candidate.pair for f in found.values() if f.exact)
    assert pairs == {
        ("thop-early", "resized"): 182,
        ("thop-early-subclass", "resized"): 53,
        ("thop-early-in-place", "declared"): 18,
    }
    unexplained = {e.name for e in entries if e.name not in found or not found[e.name].exact}
    assert {name.rpartition("/")[2] for name in unexplained} == {
        "gluon_xception65",
        "ig_resnext101_32x48d",
        *(f"resnetv2_{kind}_bitm" for kind in ("50x1", "50x3", "101x1", "101x3", "152x2", "152x4")),
    }
    assert all(SOURCES[e.source.kind].package == "timm" for e in entries)
    assert all(isinstance(e.value(Metric.FLOPS), Decimal) for e in entries)
