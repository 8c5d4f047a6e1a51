"""The language of ``zoo list --where``: conditions on the columns of a row.

``top1 > 80 and parameters < 30M``, ``name ~ 'resnet*' or collection in ('DLA', 'CSP ResNet')``,
``not top5``, ``'ImageNet' in training_data``. Numbers may bear a unit (``4.1G``, ``80%``).
A column alone asks whether there is a value; every comparison with an absent value is false.
Columns of numbers may be compared with each other (``top5 < top1``).
``~`` compares with a pattern (``*``, ``?``, ``[…]``) without regard to case; a pattern without
these may stand anywhere in the value.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from zoo.errors import UsageError, nearest

Row = Mapping[str, Any]
Predicate = Callable[[Row], bool]

MAX_LENGTH = 4096
MAX_DEPTH = 32
UNITS = {
    "": 1, "%": 1, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12,
    "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30,
}  # fmt: skip
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
KEYWORDS = frozenset({"and", "or", "not", "in"})
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?
        (?P<unit>%|[A-Za-z]+|[ ](?:%|[KMGTB]\b|[KMG]i?B\b))?)
    | (?P<text>'[^']*'|"[^"]*")
    | (?P<word>[A-Za-z_][\w.-]*)
    | (?P<sign><=|>=|!=|==|[<>=~(),])
    )""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int
    value: Any = None


def parse(expression: str, columns: Mapping[str, str]) -> Predicate:
    """Return the condition that an expression states.

    Args:
        expression: as the user writes it.
        columns: the names that it may use, each with ``text``, ``number`` or ``list``; ``-`` may
            stand for ``_``.

    Raises:
        UsageError: it cannot be read; the message points at the column.
    """
    if len(expression) > MAX_LENGTH:
        raise UsageError(f"--where is longer than {MAX_LENGTH:,} characters")
    parser = _Parser(_tokens(expression), columns, expression)
    predicate = parser.either(0)
    if parser.token.kind != "end":
        raise parser.error("'and' or 'or' is missing before this")
    return predicate


def _fault(message: str, expression: str, column: int, hint: str = "") -> UsageError:
    shown = "".join(c if c.isprintable() else "?" for c in expression)
    pointer = " " * (column - 1) + "^"
    text = f"--where, column {column}: {message}\n  {shown}\n  {pointer}"
    return UsageError(text, hint)


def _tokens(expression: str) -> list[_Token]:
    tokens: list[_Token] = []
    end = len(expression.rstrip())
    position = 0
    while position < end:
        match = _TOKEN.match(expression, position)
        if match is None:
            start = position + len(expression[position:]) - len(expression[position:].lstrip())
            quote = expression[start] in "'\""
            if quote:
                raise _fault("this text is never closed", expression, start + 1)
            hint = "it has and, or, not, in, brackets, and < <= == != >= > ~"
            raise _fault("this is not part of the language", expression, start + 1, hint)
        tokens.append(_token(match, expression))
        position = match.end()
    return [*tokens, _Token("end", "", end + 1)]


def _token(match: re.Match[str], expression: str) -> _Token:
    kind = next(k for k in ("number", "text", "word", "sign") if match[k] is not None)
    text, column = match[kind], match.start(kind) + 1
    if kind == "number":
        unit = match["unit"] or ""
        if unit.strip().upper() not in UNITS:
            known = ", ".join(filter(None, UNITS))
            raise _fault(f"'{unit}' is no unit", expression, column, f"units are {known}")
        return _Token(
            kind, text, column, float(text.removesuffix(unit)) * UNITS[unit.strip().upper()]
        )
    if kind == "text":
        return _Token(kind, text, column, text[1:-1])
    if kind == "word" and text.casefold() in KEYWORDS:
        return _Token(text.casefold(), text, column)
    return _Token(text if kind == "sign" else kind, text, column)


class _Parser:
    """Recursive descent over the tokens; the state is the place in them."""

    def __init__(self, tokens: list[_Token], columns: Mapping[str, str], expression: str) -> None:
        self.tokens = tokens
        self.columns = columns
        self.expression = expression
        self.place = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def error(self, message: str, hint: str = "") -> UsageError:
        return _fault(message, self.expression, self.token.column, hint)

    def take(self, *kinds: str) -> _Token | None:
        token = self.token
        if token.kind not in kinds:
            return None
        self.place += 1
        return token

    def either(self, depth: int) -> Predicate:
        parts = [self.both(depth)]
        while self.take("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def both(self, depth: int) -> Predicate:
        parts = [self.negation(depth)]
        while self.take("and"):
            parts.append(self.negation(depth))
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def negation(self, depth: int) -> Predicate:
        if depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels")
        if self.take("not"):
            inner = self.negation(depth + 1)
            return lambda row: not inner(row)
        if self.take("("):
            inner = self.either(depth + 1)
            if not self.take(")"):
                raise self.error("')' is missing")
            return inner
        return self.condition()

    def condition(self) -> Predicate:
        if literal := self.take("text", "number"):
            if not self.take("in"):
                raise self.error("a column is compared with a value, not a value with a column")
            return _contains(self.column("list"), literal.value)
        name = self.column()
        if sign := self.take(*COMPARE):
            return self.comparison(name, COMPARE[sign.kind])
        if self.take("~"):
            return _pattern(name, str(self.value("text")))
        if self.take("in"):
            return _member(name, self.values(name))
        return lambda row: row[name] not in (None, [])

    def comparison(self, name: str, compare: Callable[[Any, Any], bool]) -> Predicate:
        kind = self.columns[name]
        if kind == "list":
            raise self.error(f"{name} is a list", f"say 'text' in {name}")
        if self.token.kind == "word" and self.token.text.replace("-", "_") in self.columns:
            other = self.column(kind)
            return lambda row: _holds(compare, row[name], row[other])
        wanted = self.value(kind)
        return lambda row: _holds(compare, row[name], wanted)

    def column(self, kind: str = "") -> str:
        if self.token.kind != "word":
            raise self.error("a column is missing here", f"columns are {', '.join(self.columns)}")
        name = self.token.text.replace("-", "_")
        if name not in self.columns:
            hint = nearest(name, self.columns) or f"columns are {', '.join(self.columns)}"
            raise self.error(f"there is no column '{self.token.text}'", hint)
        if kind and self.columns[name] != kind:
            raise self.error(f"{name} is a {self.columns[name]}, not a {kind}")
        self.place += 1
        return name

    def value(self, kind: str) -> Any:
        """Return the value of a number or a text, of the kind that it is compared with."""
        token = self.token
        if token.kind not in ("number", "text"):
            hint = f"a text is written in quotes: '{token.text}'" if token.kind == "word" else ""
            raise self.error(f"a {kind} is missing here", hint)
        if token.kind != kind:
            how = "without" if kind == "number" else "in"
            raise self.error(
                f"this is a {token.kind}, where a {kind} is wanted: write it {how} quotes"
            )
        self.place += 1
        return token.value

    def values(self, name: str) -> list[Any]:
        kind = self.columns[name]
        if kind == "list":
            raise self.error(f"{name} is a list", f"say 'text' in {name}")
        if not self.take("("):
            raise self.error("a list in parentheses is missing here")
        found = [self.value(kind)]
        while self.take(","):
            found.append(self.value(kind))
        if not self.take(")"):
            raise self.error("')' is missing")
        return found


def _plain(value: Any) -> Any:
    """Return a cell as it is compared: a place as ``path:line``."""
    return f"{value['path']}:{value['line']}" if isinstance(value, dict) else value


def _holds(compare: Callable[[Any, Any], bool], value: Any, wanted: Any) -> bool:
    """Return whether two values compare; with an absent one nothing does."""
    return value is not None and wanted is not None and compare(_plain(value), _plain(wanted))


def _pattern(name: str, pattern: str) -> Predicate:
    folded = pattern.casefold()
    anywhere = not any(sign in folded for sign in "*?[")

    def holds(row: Row) -> bool:
        value = _plain(row[name])
        texts = value if isinstance(value, list) else [] if value is None else [str(value)]
        return any(
            folded in text.casefold() if anywhere else fnmatchcase(text.casefold(), folded)
            for text in texts
        )

    return holds


def _member(name: str, wanted: list[Any]) -> Predicate:
    return lambda row: _plain(row[name]) in wanted


def _contains(name: str, wanted: Any) -> Predicate:
    return lambda row: wanted in row[name]
