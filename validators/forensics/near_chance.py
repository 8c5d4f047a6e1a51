"""A Top-1 that guessing would nearly reach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from zoo.claims import Claim, Metric
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule

RULE = Rule(
    id="near-chance",
    level="warning",
    means="A Top-1 is hardly better than guessing on the dataset that it is claimed for.",
    why="A trained network is far better than that. As a rule the classes were shifted by one when "
    "it was evaluated, the weights were not loaded, or a share of 1 was written for a "
    "percentage; and whoever compares models by this number is misled.",
    mend="evaluate again with the classes in the order that the weights were trained on, and write "
    "the accuracy in percent",
)

# Classes of sets by name, as letters and digits; each has about as many pictures of every class.
CLASSES: Mapping[str, int] = MappingProxyType(
    {
        "imagenet": 1000, "imagenet1k": 1000, "ilsvrc2012": 1000, "imagenetilsvrc2012": 1000,
        "imagenetv2": 1000, "imagenetreal": 1000, "tinyimagenet": 200, "places365": 365,
        "cifar10": 10, "cifar100": 100, "mnist": 10, "fashionmnist": 10, "kmnist": 10, "svhn": 10,
        "stl10": 10, "ucihandwrittendigits": 10, "food101": 101, "oxfordflowers102": 102,
        "flowers102": 102, "stanfordcars": 196, "oxfordiiitpet": 37, "oxfordpets": 37,
        "cub2002011": 200, "fgvcaircraft": 100, "caltech256": 257, "inaturalist2021": 10000,
    }
)  # fmt: skip
# How far from guessing to perfect: 1.1 % on ImageNet, 10.9 % on CIFAR-10.
SHARE = Decimal("0.01")


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the Top-1 accuracies that are not a hundredth of the way from guessing to perfect."""
    for entry in registry.values():
        for claim in entry.claims:
            number = classes(claim)
            if claim.metric is not Metric.TOP_1 or number is None:
                continue
            chance = Decimal(100) / number
            assert isinstance(claim.value, Decimal)
            if claim.value < chance + SHARE * (100 - chance):
                yield Suspicion(
                    entry.name,
                    f"top-1 is {claim.value} % on {claim.dataset}, where guessing among "
                    f"{number:,} classes gives {chance.normalize():f} %",
                    claim.location,
                )


def classes(claim: Claim) -> int | None:
    """Return how many classes the pictures have on which an accuracy is claimed, if known."""
    return CLASSES.get(re.sub(r"[\W_]", "", claim.dataset.casefold()))


CHECK = Check(RULE, find)
