"""Top-5 below Top-1: within one result, beyond what both are rounded by."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("top1", "top5"), [("80.26", "75.07"), ("95.07%", "80.26%"), ("80", "78"), ("80.26", "80.2")]
)
def test_a_smaller_top_5_is_found_with_both_places(find, top1: str, top5: str) -> None:
    (found,) = find("top-5-below-top-1", {"net": {"Top 1": top1, "Top 5": top5}})
    assert found.message.startswith(f"top-5 is {top5.rstrip('%')} % on ImageNet, below the top-1")
    assert "index.yml:8" in found.message
    assert found.location.line == 9


@pytest.mark.parametrize(
    ("top1", "top5"),
    [("80.26", "95.07"), ("80.26", "80.26"), ("99.2", "99.17"), ("100", "99.96"), ("0", "0")],
)
def test_an_equal_one_or_one_that_rounding_explains_is_not(find, top1: str, top5: str) -> None:
    assert find("top-5-below-top-1", {"net": {"Top 1": top1, "Top 5": top5}}) == []


def test_two_results_are_not_mixed(find) -> None:
    results = [
        {"Task": "a", "Dataset": "ImageNet", "Metrics": {"Top 1 Accuracy": 90}},
        {"Task": "a", "Dataset": "ImageNet", "Metrics": {"Top 5 Accuracy": 80}},
        {"Task": "a", "Dataset": "ImageNet-A", "Metrics": {"Top 5 Accuracy": 40}},
    ]
    assert find("top-5-below-top-1", {"net": {"Results": results}}) == []
