"""What zoo finds in the index that comes with it: real defects of published pages, no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.forensics import investigate
from zoo.index import read_index
from zoo.registry import Registry
from zoo.validators.forensics import CHECKS

INDEX = Path(__file__).parents[2] / "model-index"

NOT_COUNTED = "standardised convolutions were no class that the counter knew: only the rest counted"
SHIFTED = "TensorFlow weights with a background class: the labels were off by one when evaluated"
NOT_SERVED_SAFELY = "the page names the host of the original authors with http"

# Every finding, with what makes it right.
FOUND = {
    (
        "bytes-per-parameter",
        "resnest200e",
    ): "the size is that of resnest101's file; its own would have 281 MB",
    (
        "bytes-per-parameter",
        "tresnet_m",
    ): "31.39 million parameters, of which 125.9 MB are 4 bytes each",
    ("bytes-per-parameter", "tresnet_xl_448"): "the size is that of the file of tresnet_l_448",
    ("flops-below-parameters", "resnetv2_101x1_bitm"): NOT_COUNTED,
    ("flops-below-parameters", "resnetv2_101x3_bitm"): NOT_COUNTED,
    ("flops-below-parameters", "resnetv2_152x2_bitm"): NOT_COUNTED,
    ("flops-below-parameters", "resnetv2_152x4_bitm"): NOT_COUNTED,
    ("flops-below-parameters", "resnetv2_50x1_bitm"): NOT_COUNTED,
    ("flops-below-parameters", "resnetv2_50x3_bitm"): NOT_COUNTED,
    ("near-chance", "ens_adv_inception_resnet_v2"): SHIFTED,
    ("near-chance", "inception_resnet_v2"): SHIFTED,
    ("near-chance", "inception_v4"): SHIFTED,
    ("near-chance", "pnasnet5large"): SHIFTED,
    ("plain-http", "dla102"): NOT_SERVED_SAFELY,
    ("plain-http", "dla102x"): NOT_SERVED_SAFELY,
    ("plain-http", "dla102x2"): NOT_SERVED_SAFELY,
    ("plain-http", "dla169"): NOT_SERVED_SAFELY,
    ("plain-http", "dla34"): NOT_SERVED_SAFELY,
    ("plain-http", "dla46_c"): NOT_SERVED_SAFELY,
    ("plain-http", "dla46x_c"): NOT_SERVED_SAFELY,
    ("plain-http", "dla60"): NOT_SERVED_SAFELY,
    ("plain-http", "dla60x"): NOT_SERVED_SAFELY,
    ("plain-http", "dla60x_c"): NOT_SERVED_SAFELY,
    ("plain-http", "legacy_senet154"): NOT_SERVED_SAFELY,
    ("plain-http", "legacy_seresnext101_32x4d"): NOT_SERVED_SAFELY,
    ("plain-http", "legacy_seresnext50_32x4d"): NOT_SERVED_SAFELY,
    ("plain-http", "nasnetalarge"): NOT_SERVED_SAFELY,
    (
        "shared-weights",
        "efficientnet_b2a",
    ): "it is efficientnet_b2 at 288 pixels, with the URL of b3",
    ("shared-weights", "resnest200e"): "the URL is that of resnest101e, of 48 million parameters",
    (
        "shared-weights",
        "tresnet_xl_448",
    ): "the URL is that of tresnet_l_448, of 53 million parameters",
    ("weights-of-another-model", "efficientnet_b2a"): "the file is efficientnet_b3's",
    ("weights-of-another-model", "resnest200e"): "the file is resnest101e's",
    ("weights-of-another-model", "tresnet_xl_448"): "the file is tresnet_l_448's",
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry(read_index(INDEX).entries)


def test_these_are_found_and_no_others(registry: Registry) -> None:
    found = [
        (problem.rule, (problem.model or "").removeprefix("timm/"))
        for problem in investigate(registry, CHECKS.values())
    ]
    assert sorted(found) == sorted(FOUND)


def test_the_file_of_half_precision_is_not_among_them(registry: Registry) -> None:
    assert any(entry.source.reference == "wide_resnet101_2" for entry in registry.values())
    assert not any(model == "wide_resnet101_2" for _, model in FOUND)


def test_the_index_holds_what_timm_publishes(registry: Registry) -> None:
    published = [entry for entry in registry.values() if entry.source.kind == "timm"]
    assert len(published) == 261
    assert len({entry.collection for entry in published}) == 63
    assert len({entry.location.path for entry in published}) == 63
