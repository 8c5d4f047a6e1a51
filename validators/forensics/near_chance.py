"""A Top-1 that guessing would nearly reach."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from zoo.claims import Metric
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._classes import classes

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


CHECK = Check(RULE, find)
