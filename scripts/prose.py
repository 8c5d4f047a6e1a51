"""Writes help texts and tables as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from zoo import escape

# What is code in a help text: what stands in quotes, options, variables, files.
CODE = re.compile(
    r"(?<!\w)'([^']+)'(?!\w)"
    r"|((?<!\S)--?[a-z][\w-]*|\$[A-Z_]+|(?<!\w)[\w.-]*\.(?:csv|json|lock|md|toml|eval_results/?)\b)"
)


def code(text: str) -> str:
    """Return text as code, in a table cell too, whatever stands in it."""
    span = escape.code(text)
    return span if span.startswith("`") else f"<code>{span}</code>"


def prose(text: str) -> str:
    """Return a help text as Markdown on one line, with its quotes, options and files as code."""
    line, end, parts = " ".join(text.split()), 0, []
    for match in CODE.finditer(line):
        parts += [_plain(line[end : match.start()], end), code(match[1] or match[2])]
        end = match.end()
    return "".join([*parts, _plain(line[end:], end)])


def _plain(text: str, start: int) -> str:
    """Return a piece of a line as Markdown; the blanks at its ends stay."""
    if not text.strip():
        return text
    before = "x " if start else ""  # within a line, nothing begins a block
    escaped = escape.markdown(before + text.strip()).removeprefix(before)
    return " " * text.startswith(" ") + escaped + " " * text.endswith(" ")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [
        f"|{''.join(f' {cell} |' if cell else ' |' for cell in cells)}\n" for cells in (head, *rows)
    ]
    return "".join([lines[0], f"|{':--|' * len(head)}\n", *lines[1:]])


def page(title: str, *parts: str) -> str:
    """Return a page of Markdown, one blank line between its parts."""
    return "\n\n".join(part.rstrip("\n") for part in (f"# {title}", *parts)) + "\n"
