"""A weights file that is named after another model of the index."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zoo.claims import Metric, ModelEntry, file_name
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._names import (
    alike,
    by_name,
    compact,
    named_after,
    own_name,
    stem,
    tokens,
)
from zoo.validators.forensics._numbers import differ, number, own_size

RULE = Rule(
    id="weights-of-another-model",
    level="warning",
    means="The weights file bears the name of another model of the index, and the numbers do not "
    "speak for this one.",
    why="A page that is made from the one before it easily keeps that one's URL. Whoever follows "
    "it gets weights that do not fit the network, or fit and score otherwise.",
    mend="give the model the URL of its own weights file",
)


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose file is named after another one, of another size."""
    models = by_name(registry.values())
    for entry in registry.values():
        if entry.weights is None:
            continue
        name = stem(entry.weights.text)
        words, owners = named_after(tokens(name), models)
        if not owners or _own(entry, name, words, owners):
            continue
        owner = owners[0]
        if _another(entry, owner):
            yield Suspicion(
                entry.name,
                f"the weights file {file_name(entry.weights.text)} is named after {owner.name} "
                f"(at {owner.location})",
                entry.weights.location,
            )


def _own(entry: ModelEntry, name: str, words: tuple[str, ...], owners: list[ModelEntry]) -> bool:
    """Return whether a file's name is that of the model itself, or of what it is a variant of."""
    return (
        entry in owners
        or compact(own_name(entry)) in compact(name)
        or alike(own_name(entry), compact(words))
    )


def _another(entry: ModelEntry, owner: ModelEntry) -> bool:
    """Return whether the numbers, or else those in the names, say that the two are not the same."""
    mine, theirs = (number(each, Metric.PARAMETERS) for each in (entry, owner))
    if mine is not None and theirs is not None:
        return differ(mine, theirs) and not own_size(entry)
    return _family(entry) == _family(owner) and _digits(entry) != _digits(owner)


def _family(entry: ModelEntry) -> str:
    return re.sub(r"\d.*", "", (tokens(own_name(entry)) or ("",))[0])


def _digits(entry: ModelEntry) -> list[str]:
    return re.findall(r"\d+", own_name(entry))


CHECK = Check(RULE, find)
