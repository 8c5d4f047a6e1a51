"""Duplicates: every number and the weights the same, under a name that is not alike."""

from __future__ import annotations

import pytest

SAID = {
    "Parameters": "25560000",
    "FLOPs": "4.1 G",
    "Weights": "https://example.org/a-01234567.pth",
    "Top 1": "79.04%",
    "Top 5": "94.39%",
}


def test_a_copied_record_is_found_with_the_place_of_the_first(find) -> None:
    (found,) = find("duplicate-claims", {"vgg": SAID, "other": {}, "senet": SAID})
    assert found.model == "senet"
    assert found.message.startswith("weights and all claims are those of vgg (at ")
    assert found.message.endswith("index.yml:2)")
    assert found.location.line == 15


@pytest.mark.parametrize(
    "models",
    [
        {"efficientnet_b3": SAID, "efficientnet_b3a": SAID},
        {"tv_resnet50": SAID, "resnet50": SAID},
        {"timm/resnet50": SAID, "resnet50": SAID},
        {"vgg": SAID, "senet": SAID | {"Top 1": "79.05%"}},
        {"vgg": SAID, "senet": SAID | {"Image Size": "224"}},
        {"vgg": SAID, "senet": SAID | {"Weights": "https://example.org/b-01234567.pth"}},
        {"vgg": {"Weights": "file:a.pth"}, "senet": {"Weights": "file:a.pth"}},
        {"vgg": {}, "senet": {}},
    ],
)
def test_an_alias_and_another_number_are_not(find, models: dict[str, dict[str, str]]) -> None:
    assert find("duplicate-claims", models) == []
