"""Finds ``# zoo: ignore[rule]`` in a file: which rules are silenced on which line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from zoo.claims import Location
from zoo.errors import nearest
from zoo.index.problems import Problem

# Rules by the line on which a comment silences them.
Ignores = Mapping[int, frozenset[str]]

_COMMENT = re.compile(r"(?:^|\s)#\s*zoo:\s*ignore\b(?:[ \t]*\[([^\]\n]*)\])?")


def find(text: str, first_line: int) -> Ignores:
    """Return what a document's comments silence; a comment that names no rule gives an empty set.

    Args:
        text: the document.
        first_line: the line of its file on which it begins.
    """
    if "zoo:" not in text:
        return {}
    found: dict[int, frozenset[str]] = {}
    for number, line in enumerate(text.split("\n"), first_line):
        match = _COMMENT.search(line) if "zoo:" in line else None
        if match is not None:
            found[number] = frozenset(filter(None, re.split(r"[\s,]+", match[1] or "")))
    return found


def faults(path: str, ignores: Ignores, known: Collection[str] | None) -> Iterator[Problem]:
    """Yield a warning for each comment that silences nothing.

    Args:
        path: the file as people are shown it.
        ignores: what its comments say.
        known: the ids of all rules; None where they are not known, and no name is wrong then.
    """
    for line, rules in ignores.items():
        place = Location(path, line, 1)
        if not rules:
            hint = "write '# zoo: ignore[rule]'"
            yield _warning("this comment names no rule to ignore", hint, place)
        for rule in sorted(rules - set(rules if known is None else known)):
            hint = nearest(rule, known or ()) or "see 'zoo explain'"
            yield _warning(f"there is no rule '{rule[:60]}' to ignore", hint, place)


def _warning(message: str, hint: str, place: Location) -> Problem:
    return Problem("unknown-rule", "warning", None, message, hint, place)
