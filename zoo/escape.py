"""Writes untrusted text so that it stays text: one function for each place that it can go to."""

from __future__ import annotations

import html as _html
import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"
)
_BIDI = re.compile(
    "[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
# Marks on one letter beyond these are not of any language, and are drawn over other lines.
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILED = re.compile(f"{_MARKS}(?<={_MARKS}{{9}})")
_JSON_CONTROL = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]")
# What GitHub, Python-Markdown or MyST, with the extensions that sites use, take for more than text:
# addresses and mentions; marks; underscores that are not within a word; the joints of addresses;
# marks that are doubled.
_MARKDOWN = re.compile(
    r"""(?<![\w.+-])[\w.+-]*@[\w.+@-]*|[\\`*{}\[\]<>#|~&!$^@]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"""
    r"""|(?!(?<=\d):\d\d(?!\d)|:\d+(?![\w:])):(?=\S)|\.(?=[A-Za-z]{2})|(?<=www)\."""
    r"""|([-+=?])(?=\1)|(?<=-)-|(?<=\+)\+|(?<==)=|(?<=\?)\?"""
)
# What begins a list, a block or a definition, or makes a heading of the line above.
_BLOCK = re.compile(r"^(\d{0,9})([-+=:.)](?=\s|$)|%)")
# What is more than text even in a code span, or ends it, for one of them at least.
_UNCODED = re.compile(r"[`|\\{<&]")
_FORMULA = "[ \u00a0]*[-=+@＝＋－＠]"
_CELL = re.compile(rf"""^(?=\t)|(^|[\n\t;"])(?={_FORMULA})""")
_MARKED_CELL = re.compile(rf"""^'(?=\t)|(^|[\n\t;"])'(?={_FORMULA})""")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")  # Windows opens no file so named
LONGEST_FILE_NAME = 100  # leaves room for a number and an ending in 255 bytes


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    """Return text in which nothing is hidden, reordered or piled up: such characters are named.

    Line ends (LF) and tabs stay. What is left are characters of XML 1.0, and can be encoded.
    """
    shown = _BIDI.sub(_visible, _CONTROL.sub(_visible, text))
    return shown if shown.isascii() else _PILED.sub(_visible, shown)


def short(text: str, most: int) -> str:
    """Return text of at most about so many characters, which says how many there were."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def terminal(text: str) -> str:
    """Return text for a terminal or a log: no control codes, no commands to a CI runner.

    GitHub's runner obeys ``::command::`` at the start of a line and ``##[command]`` anywhere.
    """
    return lines(visible(text).replace("##[", "##\\["))


def line(text: str) -> str:
    """Return text for one line of a terminal or a log: a line's end is shown and not obeyed."""
    return terminal(text.replace("\r", "\\r").replace("\n", "\\n"))


def lines(text: str) -> str:
    """Return text of which no line begins with ``::``, as wrapping may have made it."""
    return re.sub(r"(?m)^(\s*)::", r"\1\\::", text)


def markdown(text: str) -> str:
    """Return text as part of a line of Markdown, in a table cell too: no markup, HTML or links.

    What could be markup is written by its number: of backslashes, each reader of Markdown takes
    other ones for escapes, and shows the rest. GitHub sees addresses and mentions even so; they
    become code.
    """
    line = _MARKDOWN.sub(_reference, " ".join(terminal(text).split()))
    return _BLOCK.sub(lambda match: f"{match[1]}&#{ord(match[2])};", line)


def code(text: str) -> str:
    """Return text as a Markdown code span, in a table cell too, if it can be one everywhere."""
    line = " ".join(terminal(text).split())
    return f"`{line}`" if line and not _UNCODED.search(line) else markdown(text)


def _reference(match: re.Match[str]) -> str:
    return f"`{match[0]}`" if len(match[0]) > 1 else f"&#{ord(match[0])};"


def html(text: str) -> str:
    """Return text for the content of an HTML element, or for an attribute's value in quotes."""
    return _html.escape(visible(text), quote=True)


def script_json(document: str) -> str:
    """Return a JSON document of the same value that can stand in an HTML script element."""
    return re.sub("[<>&]", _json_escape, json_text(document))


def json_text(document: str) -> str:
    """Return a JSON document of the same value that can be written anywhere.

    Control codes, what is hidden, and lone surrogates, which no file can hold, become escapes, as
    does what GitHub's runner would take for a command in a log.
    """
    safe = _BIDI.sub(_json_escape, _JSON_CONTROL.sub(_json_escape, document))
    return safe.replace("##[", "##\\u005b")


def as_json(value: Any) -> str:
    """Return a value as a JSON document that can be written anywhere, and ends its last line."""
    return json_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def yaml_quotes(text: str) -> str | None:
    """Return the quotes that a text must have in YAML: in double ones, lines stay together.

    In others, a line of the text would be one of the document, and could begin with ``::``.
    """
    return '"' if "##[" in text or "::" in text else None


def yaml_text(document: str) -> str:
    """Return a YAML document of the same value in which GitHub's runner finds no command.

    Args:
        document: its texts stand in ``yaml_quotes``.
    """
    return document.replace("##[", "##\\x5b")


def _json_escape(match: re.Match[str]) -> str:
    character = match[0]
    return f"\\u{ord(character):04x}" if character.isascii() else json.dumps(character)[1:-1]


def sarif(text: str) -> str:
    """Return text for a message of SARIF, in which it makes neither links nor placeholders.

    Braces are written twice (SARIF 2.1.0, 3.11.5), and no link text ends (3.11.6).
    """
    plain = terminal(text).replace("{", "{{").replace("}", "}}")
    return plain.replace("](", "\\](")


def github_data(text: str) -> str:
    """Return text for the message of a command to GitHub's runner, line ends included."""
    return terminal(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """Return text for the value of a property of a command to GitHub's runner."""
    return github_data(text).replace(":", "%3A").replace(",", "%2C")


def csv_cell(text: str) -> str:
    """Return text for a cell of a spreadsheet, which would run what begins like a formula.

    A cell may begin inside of the text, too: at a line's end, and where a spreadsheet of another
    language parts cells at semicolons or tabs.
    """
    return _CELL.sub(r"\1'", terminal(text))


def csv_text(cell: str) -> str:
    """Return the text for which ``csv_cell`` wrote a cell."""
    text = _MARKED_CELL.sub(r"\1", cell)
    return text if csv_cell(text) == cell else cell


def file_name(text: str) -> str:
    """Return a name for a file: letters, digits, ``.``, ``_`` and ``-`` only, never hidden.

    A name that file systems would not take for its length ends in a digest of the whole.
    """
    name = re.sub(r"[^A-Za-z0-9._-]", "-", text).lstrip(".-") or "model"
    if len(name) > LONGEST_FILE_NAME:
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        name = f"{name[:LONGEST_FILE_NAME]}-{digest}"
    return f"{name}-" if _DEVICE.match(name) else name


def file_names(texts: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return a name without ending for each text, different on any file system.

    Args:
        taken: names that are given away already.
    """
    names: dict[str, str] = {}
    used = {name.casefold() for name in taken}
    for text in texts:
        stem = base = file_name(text)
        number = 2
        while stem.casefold() in used:
            stem = f"{base}-{number}"
            number += 1
        used.add(stem.casefold())
        names[text] = stem
    return names
