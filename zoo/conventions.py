"""Conventions of counting: a rule together with the input that it was applied to.

A published count is explained by the convention that gives it to the last digit. Only a small
declared family is searched, and never a factor: rules as tools have them, on inputs as people feed
them. Where several conventions give one count, the one that explains most of a registry is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zoo.claims import ModelEntry, Text
from zoo.counting import RULES
from zoo.errors import Unavailable, nearest
from zoo.index.tree import NULLS, fold
from zoo.structure import Shape

# What explains, the commonest tools first; torchvision-ops is left out, since it equals macs.
FAMILY = (
    *("macs", "flops", "fvcore", "thop", "ptflops"),
    *("thop-early", "thop-early-subclass", "thop-early-in-place"),
)
# A picture of these sides was resized and not cropped: so timm's published index was counted.
_PICTURE = (1546, 1213)
CHANNELS = 3


@dataclass(frozen=True, slots=True)
class Framing:
    """How a picture becomes an input of some size.

    Attributes:
        shape: from the image size in pixels.
    """

    words: str
    shape: Callable[[int], Shape]


def square(size: int) -> Shape:
    """Return the shape of one square picture of some size."""
    return (1, CHANNELS, size, size)


def _resized(size: int) -> Shape:
    wide, high = _PICTURE
    return (1, CHANNELS, size, size * wide // high)


FRAMINGS: Mapping[str, Framing] = {
    "declared": Framing("at the declared size", square),
    "resized": Framing("resized to the declared size and not cropped", _resized),
    "own": Framing("at a size of the source's own", square),
    "own-resized": Framing("resized to a size of the source's own and not cropped", _resized),
}
OF_THE_PAGE = ("declared", "resized")
FIELD = "FLOPs Convention"  # in which a page declares one
_CONVENTION = re.compile(r"(?P<rule>[\w-]+)(?:\s+at\s+(?P<place>.+))?", re.IGNORECASE)
_HOW = (
    f"write a rule, and where it is not the declared size '{' or '.join(OF_THE_PAGE)}' or a size:"
    " 'macs', 'thop-early at resized', 'fvcore at 224×285'"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one convention gives for a model.

    Attributes:
        network: the architecture that was counted, where it is not the one of the model's name.
    """

    rule: str
    framing: str
    shape: Shape
    value: int
    network: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The convention without the model: rule and framing."""
        return self.rule, self.framing


@dataclass(frozen=True, slots=True)
class Explanation:
    """The convention that comes nearest to a claimed count.

    Attributes:
        claimed: the count as published.
        support: how many claims of the registry the same pair of rule and framing gives exactly.
    """

    claimed: int
    candidate: Candidate
    support: int = 0

    @property
    def exact(self) -> bool:
        """Whether it gives the claimed count to the last digit."""
        return self.candidate.value == self.claimed

    def cause(self) -> dict[str, Any]:
        """Return the explanation as a finding's cause."""
        found = self.candidate
        cause = {
            "kind": "flops-convention",
            "convention": found.rule,
            "version": RULES[found.rule].version,
            "framing": found.framing,
            "input": list(found.shape),
            "value": found.value,
            "exact": self.exact,
        }
        return cause | ({"network": found.network} if found.network else {})

    def words(self) -> str:
        """Return the explanation in words, or nothing where it is not exact."""
        if not self.exact:
            return ""
        found = self.candidate
        other = f"; counted was {found.network}, which has the documented weights"
        network = other if found.network else ""
        return f"exactly what {found.rule} counts {in_words(found)}{network}"


def in_words(found: Candidate) -> str:
    """Return for instance ``at 1×3×224×285 (resized to the declared size and not cropped)``."""
    return f"at {shown(found.shape)} ({FRAMINGS[found.framing].words})"


def shown(shape: Shape) -> str:
    """Return for instance ``1×3×224×224``."""
    return "×".join(str(side) for side in shape)


def choose(claims: Mapping[str, tuple[int, Sequence[Candidate]]]) -> dict[str, Explanation]:
    """Return the explanation of each claim that has candidates.

    Args:
        claims: the claimed count and what each convention gives, by model.
    """
    support: Counter[tuple[str, str]] = Counter()
    for claimed, candidates in claims.values():
        support.update({found.pair for found in candidates if found.value == claimed})
    order = {name: place for place, name in enumerate((*FAMILY, *FRAMINGS))}

    def best(claimed: int, candidates: Sequence[Candidate]) -> Candidate:
        def rank(found: Candidate) -> tuple[int, int, int, int]:
            distance = abs(found.value - claimed)
            return distance, -support[found.pair], order[found.rule], order[found.framing]

        return min(candidates, key=rank)

    chosen = {
        model: (claimed, best(claimed, candidates))
        for model, (claimed, candidates) in claims.items()
        if candidates
    }
    return {
        model: Explanation(claimed, found, support[found.pair])
        for model, (claimed, found) in chosen.items()
    }


def candidates(
    framing: str, shape: Shape, totals: Mapping[str, int], network: str = ""
) -> Iterable[Candidate]:
    """Yield what each rule of the family gives at one input."""
    for rule in FAMILY:
        yield Candidate(rule, framing, shape, totals[rule], network)


def declared(entry: ModelEntry) -> Text | None:
    """Return the convention that the page, or its collection, says its counts follow.

    A field that is left empty says nothing.
    """
    fields = {fold(name): text for name, text in entry.fields.items()}
    said = fields.get(fold(FIELD))
    return None if said is None or said.text.strip() in NULLS else said


def parse(text: str, size: int | None) -> tuple[str, Shape]:
    """Read what a page says in ``FLOPs Convention``: a rule, and the input if it is another.

    ``macs``, ``thop-early at resized``, ``fvcore at 256``, ``thop at 224×285``,
    ``thop at 1×3×224×285``.

    Args:
        size: the declared image size in pixels, or None.

    Raises:
        Unavailable: there is no such rule, or no such input.
    """
    match = _CONVENTION.fullmatch(text.strip())
    if match is None:
        raise Unavailable(f"{FIELD}: '{text}' names no counting rule", _HOW)
    name, place = match["rule"], (match["place"] or "declared").casefold()
    rule = name.casefold()
    if rule not in RULES:
        hint = nearest(rule, RULES) or f"rules are {', '.join(RULES)}"
        raise Unavailable(f"{FIELD}: there is no counting rule '{name}'", hint)
    if place in OF_THE_PAGE:
        if size is None:
            raise Unavailable("the image size is not known", "add 'Image Size' to the Metadata")
        return rule, FRAMINGS[place].shape(size)
    parts = re.split(r"\s*[x×]\s*", place)
    sides = [int(part) for part in parts if re.fullmatch(r"\d{1,9}", part, re.ASCII)]
    match sides if len(sides) == len(parts) else []:
        case [side]:
            return rule, square(side)
        case [high, wide]:
            return rule, (1, CHANNELS, high, wide)
        case [_, _, _, _]:
            return rule, tuple(sides)
    raise Unavailable(f"{FIELD}: '{place}' is no input", _HOW)
