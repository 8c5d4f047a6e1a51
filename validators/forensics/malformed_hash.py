"""A hash in a file's name that none can be compared with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zoo.claims import file_name
from zoo.forensics import Check, Suspicion
from zoo.index.entries import EXTENSIONS
from zoo.registry import Registry
from zoo.rules import Rule

RULE = Rule(
    id="malformed-hash",
    level="warning",
    means="The weights file's name ends in what looks like a hash and is none.",
    why="The convention of torch.hub is a hyphen and the first digits of the SHA-256, at least 8 "
    "of 0-9 and a-f in lower case, right before the extension. Another spelling is not "
    "recognised, so that nothing compares the file with it, and a damaged or replaced file "
    "goes unnoticed.",
    mend="write the first 8 digits of the file's SHA-256 in lower case, or declare it whole under "
    "'SHA256'",
)

_TAIL = re.compile(rf"(?:[-_](?=\w{{8}})|-)([0-9A-Za-z]{{7,80}})\.{EXTENSIONS}$")
_LENGTHS = (8, 9, 10, 16, 32, 40, 64)  # of hashes that are written in a file's name


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose weights file ends in a hash that is misspelt."""
    for entry in registry.values():
        if entry.weights is None:
            continue
        match = _TAIL.search(file_name(entry.weights.text))
        if match and (why := misspelt(match[1])):
            message = f"the hash {match[1]} in the file's name {why}"
            yield Suspicion(entry.name, message, entry.weights.location)


def misspelt(tail: str) -> str:
    """Return what is wrong with a text that looks like a hash, or an empty text.

    A hash has both digits and letters; a word, a size or a date does not look like one.
    """
    letters = sum(character in "abcdef" for character in tail.lower())
    digits = sum(character.isdigit() for character in tail)
    if not digits >= 2 or not letters >= 2:
        return ""
    if letters + digits == len(tail):
        if len(tail) > 64:
            return f"has {len(tail)} digits, and a SHA-256 has 64"
        if len(tail) < 8:
            return f"has {len(tail)} digits, and at least 8 are compared"
        return "" if tail == tail.lower() else "is not written in lower case"
    other = [character for character in tail if character.lower() not in "0123456789abcdef"]
    if len(tail) in _LENGTHS and len(other) == 1 and letters >= 3:
        return f"holds '{other[0]}', which is no hexadecimal digit"
    return ""


CHECK = Check(RULE, find)
