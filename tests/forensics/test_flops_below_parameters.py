"""FLOPs below parameters: only for pictures, and only by far."""

from __future__ import annotations

import pytest

PICTURES = {"Tasks": ["Image Classification"], "Image Size": 480}


@pytest.mark.parametrize(
    ("flops", "parameters"),
    [("5330896", "25550000"), ("0", "1M"), ("4.1", "25M"), ("12M", "25.6M")],
)
def test_far_fewer_multiply_adds_than_parameters_are_found(find, flops, parameters) -> None:
    if flops == "4.1":
        flops = "4"  # the number of G, without the unit
    said = {"FLOPs": flops, "Parameters": parameters, **PICTURES}
    (found,) = find("flops-below-parameters", {"net": said})
    assert found.location.line == 4
    assert "parameters (at " in found.message and "index.yml:5)" in found.message


def test_the_message_names_both_numbers(find) -> None:
    said = {"FLOPs": "5330896", "Parameters": "25550000", **PICTURES}
    (found,) = find("flops-below-parameters", {"net": said})
    assert found.message.startswith("flops are 5,330,896, for 25,550,000 parameters")


@pytest.mark.parametrize(
    ("flops", "parameters"),
    [
        ("224153788", "13310000"),  # conditional convolutions, of which one in four is used
        ("7840", "7850"),  # one layer with a bias
        ("13M", "25.6M"),
        ("4.1 G", "25.6M"),
    ],
)
def test_about_as_many_or_more_are_not(find, flops: str, parameters: str) -> None:
    said = {"FLOPs": flops, "Parameters": parameters, **PICTURES}
    assert find("flops-below-parameters", {"net": said}) == []


@pytest.mark.parametrize(
    "said",
    [
        {"Tasks": ["Text Classification"]},
        {"Tasks": ["Recommendation"], "Image Size": 224},
        {},
    ],
)
def test_what_is_not_known_to_work_on_pictures_is_not(find, said: dict[str, object]) -> None:
    made = {"FLOPs": "1M", "Parameters": "100M", **said}
    assert find("flops-below-parameters", {"net": made}) == []


@pytest.mark.parametrize("said", [{"FLOPs": "1M"}, {"Parameters": "100M"}])
def test_one_of_the_two_alone_says_nothing(find, said: dict[str, object]) -> None:
    assert find("flops-below-parameters", {"net": said | PICTURES}) == []


@pytest.mark.parametrize(("dataset", "found"), [("ImageNet-1k", 1), ("CIFAR-10", 1), ("GLUE", 0)])
def test_an_accuracy_on_known_pictures_says_that_it_works_on_them(find, dataset, found) -> None:
    said = {"FLOPs": "5M", "Parameters": "25.6M", "Dataset": dataset, "Top 1": 76.5}
    assert len(find("flops-below-parameters", {"net": said})) == found
