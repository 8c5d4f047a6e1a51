"""Finds ``# zoo: ignore[rule]`` in a file: which rules are silenced on which line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from zoo.claims import Location
from zoo.errors import nearest
from zoo.index.problems import Problem

MAX_NAMES = 32  # rules that one comment may name
MAX_HINTS = 32  # unknown names of a file for which the nearest rule is sought, which takes long

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*zoo:\s*ignore\b(?:[ \t]*\[([^\]\n]*)\])?")


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment: the rules that it silences, at most MAX_NAMES, and where it begins.

    Attributes:
        more: whether it names more than these.
    """

    rules: frozenset[str]
    column: int
    more: bool = False


# Comments by the line on which they silence.
Ignores = Mapping[int, Ignore]


def find(text: str, first_line: int) -> dict[int, Ignore]:
    """Return what a document's comments silence; a comment that names no rule gives an empty set.

    Args:
        text: the document.
        first_line: the line of its file on which it begins.
    """
    if "zoo:" not in text:
        return {}
    found: dict[int, Ignore] = {}
    for number, line in enumerate(text.split("\n"), first_line):
        match = _COMMENT.search(line) if "zoo:" in line else None
        if match is not None:
            names = list(dict.fromkeys(re.findall(r"[^\s,]+", match[1] or "")))
            rules = frozenset(names[:MAX_NAMES])
            found[number] = Ignore(rules, match.start() + 1, len(names) > MAX_NAMES)
    return found


def faults(path: str, ignores: Ignores, known: Collection[str] | None) -> Iterator[Problem]:
    """Yield a warning for each comment that silences nothing, and for each that names too much.

    Args:
        path: the file as people are shown it.
        ignores: what its comments say.
        known: the ids of all rules; None where they are not known, and no name is wrong then.
    """
    told = 0
    for line, comment in ignores.items():
        place = Location(path, line, comment.column)
        if not comment.rules:
            hint = "write '# zoo: ignore[rule]'"
            yield _warning("this comment names no rule to ignore", hint, place)
        if comment.more:
            message = (
                f"this comment names more than {MAX_NAMES} rules, and those behind are not read"
            )
            yield _warning(message, f"name at most {MAX_NAMES}", place)
        for rule in sorted(comment.rules - set(comment.rules if known is None else known)):
            told += 1
            hint = nearest(rule[:60], known or ()) if told <= MAX_HINTS else ""
            message = f"there is no rule '{rule[:60]}' to ignore"
            yield _warning(message, hint or "see 'zoo explain'", place)


def _warning(message: str, hint: str, place: Location) -> Problem:
    return Problem("unknown-rule", "warning", None, message, hint, place)
