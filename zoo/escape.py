"""Writes untrusted text so that it stays text: one function for each place that it can go to."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BIDI = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&!$^@]|:(?=//))")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def terminal(text: str) -> str:
    """Return text for a terminal or a log: no control codes, no commands to a CI runner.

    GitHub's runner obeys ``::command::`` at the start of a line and ``##[command]`` anywhere.
    """
    safe = _BIDI.sub(_visible, _CONTROL.sub(_visible, text))
    return lines(safe.replace("##[", "##\\["))


def line(text: str) -> str:
    """Return text for one line of a terminal or a log: a line's end is shown and not obeyed."""
    return terminal(text.replace("\r", "\\r").replace("\n", "\\n"))


def lines(text: str) -> str:
    """Return text of which no line begins with ``::``, as wrapping may have made it."""
    return re.sub(r"(?m)^(\s*)::", r"\1\\::", text)


def markdown(text: str) -> str:
    """Return text as part of a line of Markdown, in a table cell too: no markup, HTML or links."""
    line = " ".join(terminal(text).split())
    return _MARKDOWN.sub(r"\\\1", line)


def code(text: str) -> str:
    """Return text as a Markdown code span, in a table cell too."""
    line = " ".join(terminal(text).split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def csv_cell(text: str) -> str:
    """Return text for a cell of a spreadsheet, which would run what begins like a formula."""
    safe = _BIDI.sub(_visible, _CONTROL.sub(_visible, text))
    return f"'{safe}" if safe.lstrip(" \u00a0").startswith(_FORMULA) else safe


def file_name(text: str) -> str:
    """Return a name for a file: letters, digits, ``.``, ``_`` and ``-`` only, never hidden."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text).lstrip(".-") or "model"
