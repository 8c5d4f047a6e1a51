"""Checks of a whole registry against itself, without network and without torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from zoo.claims import Location
from zoo.index import Problem
from zoo.registry import Registry
from zoo.rules import Rule


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a check found: the message names the values, and the other record's place if any."""

    model: str
    message: str
    location: Location
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One forensic check; a correct record must never be suspected.

    Attributes:
        find: yields what is suspicious in a registry.
    """

    rule: Rule
    find: Callable[[Registry], Iterable[Suspicion]]


def investigate(registry: Registry, checks: Iterable[Check]) -> Iterator[Problem]:
    """Yield what the checks find in a registry, check by check."""
    for check in checks:
        for found in check.find(registry):
            yield Problem(
                check.rule.id,
                check.rule.level,
                found.model,
                found.message,
                found.hint or check.rule.mend,
                found.location,
            )
