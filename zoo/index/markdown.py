"""Finds the model-index documents in a Markdown page, line by line.

One rule: a comment counts where ``<!--`` opens a line at column 1, outside a fenced code block,
and its text says ``Type: model-index``. Front matter counts where it says the same or has a key
``Models``, ``Collections``, ``Import`` or, as in a Hugging Face card, ``model-index`` or a slip
for it. All else of the page is prose. What HTML readers end in different places, or end before its
text does, is refused: nobody could say what is claimed. A comment that looks like an index and
does not follow the rule is handed out too, marked as one that is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zoo.claims import Location
from zoo.index.problems import Malformed
from zoo.index.slips import near

_TYPE = re.compile(
    r"^[ \t]*type[ \t]*:[ \t]*(['\"]?)model-?index\1[ \t\r]*(?:#.*)?$", re.IGNORECASE | re.MULTILINE
)
_FRONT = re.compile(
    r"^(['\"]?)(models|collections|import|model-index)\1[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_KEY = re.compile(r"^['\"]?(model[-_ a-z]{2,12})['\"]?[ \t]*:", re.IGNORECASE | re.MULTILINE)
_OPENING = re.compile(r" {0,3}<!--")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")


@dataclass(frozen=True, slots=True)
class Block:
    """A document inside a page.

    Attributes:
        first_line: the line on which its text begins.
        unread: why it is not read although it looks like an index, or empty.
    """

    text: str
    first_line: int
    unread: str = ""


def blocks(page: str, path: str) -> Iterator[Block]:
    """Yield the model-index documents of a page in their order.

    Raises:
        Malformed: a model-index comment is never closed.
    """
    lines = page.split("\n")
    start = 0
    if lines[0].rstrip() == "---":
        end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
        if end is not None:
            text = "\n".join(lines[1:end])
            if _TYPE.search(text) or _FRONT.search(text) or _nearly(text):
                yield Block(text, 2)
            start = end + 1
    yield from _comments(lines, start, path)


def _nearly(front: str) -> bool:
    """Return whether a key of the front matter is a slip for that of a Hugging Face card."""
    return any(near(key.casefold(), "model-index") for key in _KEY.findall(front))


def _comments(lines: list[str], start: int, path: str) -> Iterator[Block]:
    fence = ""
    ended = None  # the lines between which the last document stood
    number = start
    while number < len(lines):
        line = lines[number]
        if fence:
            fence = "" if _closes(line, fence) else fence
        elif opened := _FENCE.match(line):
            fence = opened[1]
        elif _OPENING.match(line):
            first = number
            text, number = _comment(lines, number, path)
            unread = _unread(line, text)
            ended = (first, number) if _TYPE.search(text) and not unread else None
            if ended or unread:
                yield Block(text, first + 1, unread)
        elif ended and line.rstrip() == "-->":
            raise _cut_short(path, *ended)
        number += 1


def _unread(opening: str, text: str) -> str:
    """Return why a comment that looks like an index is not read, or nothing."""
    if not _TYPE.search(text):
        return "it does not say 'Type: model-index'" if _FRONT.search(text) else ""
    return "" if opening.startswith("<!--") else "'<!--' does not stand at the line's beginning"


def _closes(line: str, fence: str) -> bool:
    text = line.strip()
    if line.startswith(("    ", "\t")):
        return False
    return len(text) >= len(fence) and set(text) == {fence[0]}


def _comment(lines: list[str], first: int, path: str) -> tuple[str, int]:
    """Return a comment's text, with the columns kept, and the index of its last line.

    A comment that is never closed ends with the page, as CommonMark has it.

    Raises:
        Malformed: it says that it is a model index, and it is not clear where it ends.
    """
    parts: list[str] = []
    for number in range(first, len(lines)):
        line = lines[number].replace("<!--", "    ", 1) if number == first else lines[number]
        inside, closed, behind = line.partition("-->")
        parts.append(inside)
        if closed:
            text = "\n".join(parts)
            if _TYPE.search(text):
                _refuse_unclear(lines[first], text, behind, path, first, number)
            return text, number
    text = "\n".join(parts)
    if _TYPE.search(text):
        raise _malformed("this comment is never closed with '-->'", path, first)
    return "", len(lines)


def _refuse_unclear(opening: str, text: str, behind: str, path: str, first: int, last: int) -> None:
    if opening.startswith(("<!-->", "<!--->")):
        raise _malformed("browsers take this for a whole comment: write '<!--'", path, first)
    if "--!>" in text:
        line = first + text[: text.index("--!>")].count("\n")
        raise _malformed("browsers end the comment at '--!>'", path, line)
    if behind.strip():
        raise _cut_short(path, first, last)


def _cut_short(path: str, first: int, last: int) -> Malformed:
    message = f"the comment of line {first + 1} ends at this '-->', and more of it follows"
    return _malformed(message, path, last, "write '-->' once, as the comment's last line")


def _malformed(message: str, path: str, line: int, hint: str = "") -> Malformed:
    return Malformed("markdown-comment", message, Location(path, line + 1, 1), hint)
