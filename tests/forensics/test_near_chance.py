"""Near chance: by the number of classes of the dataset that is named."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("dataset", "top1", "chance"),
    [
        ("ImageNet", "0.1%", "0.1"),
        ("ImageNet", "1.01%", "0.1"),
        ("imagenet-1k", "0.95", "0.1"),
        ("ILSVRC 2012", "1.0", "0.1"),
        ("CIFAR-10", "10.5", "10"),
        ("CIFAR-100", "1.5", "1"),
        ("Tiny ImageNet", "0.7", "0.5"),
        ("MNIST", "9.8", "10"),
    ],
)
def test_a_top_1_as_good_as_guessing_is_found(find, dataset: str, top1: str, chance: str) -> None:
    (found,) = find("near-chance", {"net": {"Top 1": top1, "Top 5": "17%", "Dataset": dataset}})
    assert f"on {dataset}, where guessing among" in found.message
    assert found.message.endswith(f"gives {chance} %")


@pytest.mark.parametrize(
    ("dataset", "top1"),
    [
        ("ImageNet", "1.2%"),
        ("ImageNet", "62.91"),
        ("ImageNet-A", "0.4"),  # chosen so that networks fail
        ("CIFAR-10", "12"),
        ("CIFAR-100", "2.1"),
        ("Our own pictures", "0"),  # of how many classes, nobody has said
    ],
)
def test_a_low_accuracy_and_one_on_an_unknown_dataset_are_not(find, dataset, top1: str) -> None:
    assert find("near-chance", {"net": {"Top 1": top1, "Dataset": dataset}}) == []


def test_a_low_top_5_alone_is_not(find) -> None:
    assert find("near-chance", {"net": {"Top 5": "1%"}}) == []
