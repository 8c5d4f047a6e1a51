"""How many classes the pictures of known datasets have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from zoo.claims import Claim

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


def classes(claim: Claim) -> int | None:
    """Return how many classes the pictures have on which an accuracy is claimed, if known."""
    return CLASSES.get(re.sub(r"[\W_]", "", claim.dataset.casefold()))
