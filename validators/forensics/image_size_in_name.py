"""An image size that is not the one in the model's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from zoo.claims import Claim, Metric, ModelEntry
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._names import own_name

RULE = Rule(
    id="image-size-in-name",
    level="warning",
    means="The declared image size is not the one that the model's name ends in.",
    why="FLOPs and accuracy belong to one image size. A page that was copied from that of a "
    "smaller sibling keeps its size, and what is measured at that size bears the claims out "
    "for the wrong reason, or refutes them for none.",
    mend="write the image size at which the FLOPs and the accuracy were determined",
)

# Sides of pictures that are no usual width, depth or width factor of a network; where a name ends
# in another number (regnetx_320, levit_384), only a sibling can say that it is a size.
SIZES = frozenset({224, 299, 331, 336, 378, 380, 448, 456, 475, 528, 672, 896})
LEAST = 192  # of the sides that only a patch size or a sibling shows to be one
_LAST = re.compile(r"(.+)[_-](\d{2,4})", re.ASCII)


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose name ends in an image size that they do not have."""
    models = {own_name(entry): entry for entry in registry.values()}
    families = {match[1] for entry in models.values() if (match := _named_size(entry))}
    for entry in registry.values():
        claim, match = entry.claimed(Metric.IMAGE_SIZE), _LAST.fullmatch(own_name(entry))
        if claim is None or match is None or claim.value == Decimal(match[2]):
            continue
        known = int(match[2]) in SIZES or ("patch" in match[1] and int(match[2]) >= LEAST)
        if known or match[1] in families or _copied(models.get(match[1]), match, claim):
            yield Suspicion(
                entry.name,
                f"image size is {claim.value}, and the name ends in {match[2]}",
                claim.location,
            )


def _named_size(entry: ModelEntry) -> re.Match[str] | None:
    """Return the parts of a model's name that ends in its image size."""
    match = _LAST.fullmatch(own_name(entry))
    return match if match and entry.value(Metric.IMAGE_SIZE) == Decimal(match[2]) else None


def _copied(base: ModelEntry | None, match: re.Match[str], claim: Claim) -> bool:
    """Return whether a model has the size of that of the name without the number."""
    number = int(match[2])
    side = number >= LEAST and number % 32 == 0
    return side and base is not None and base.value(Metric.IMAGE_SIZE) == claim.value


CHECK = Check(RULE, find)
