"""Writes a value in the form in which another was written: rounding, unit, commas, percent sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from zoo.claims import Claim, Digest, Metric, Value
from zoo.index.values import PARSERS

# How the text of each metric is read that can be written.
KINDS = {
    Metric.PARAMETERS: "count",
    Metric.FLOPS: "count",
    Metric.FILE_SIZE: "byte-count",
    Metric.WEIGHTS_DIGEST: "digest",
    Metric.IMAGE_SIZE: "pixels",
    Metric.CROP_PCT: "fraction",
    Metric.TOP_1: "percent",
    Metric.TOP_5: "percent",
}
TEXTS = frozenset({Metric.INTERPOLATION})
_NUMBER = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:\.(?P<decimals>\d+))?)"
    r"(?P<tail>(?:[eE][+-]?\d{1,2})?\s*[A-Za-z]*\s*%?)",
    re.ASCII,
)
_SQUARE = re.compile(r"\d+(\s*[x×]\s*)\d+", re.ASCII)
# A whole number that ends in so many zeros was rounded; in fewer it may do so by chance.
_ROUNDED = 3
_MORE_DIGITS = 15


def texts(claim: Claim, value: Value) -> Iterator[str]:
    """Yield texts for a value like that of a claim, from its own precision to the exact one."""
    match value:
        case Decimal() if claim.metric is Metric.IMAGE_SIZE:
            square = _SQUARE.fullmatch(claim.text.strip())
            yield f"{value}{square[1]}{value}" if square else str(value)
        case Decimal():
            yield from _numbers(claim, value)
        case Digest() | str():
            yield str(value)
        case tuple():
            return


def read(metric: Metric, text: str) -> Value:
    """Return what a text means for a metric, or raise ValueError."""
    return text if metric in TEXTS else PARSERS[KINDS[metric]](text)


def _numbers(claim: Claim, value: Decimal) -> Iterator[str]:
    match = _NUMBER.fullmatch(claim.text.strip())
    if match is None:
        return
    number, tail = match["number"], match["tail"]
    unit = PARSERS[KINDS[claim.metric]](f"1{tail}")
    assert isinstance(unit, Decimal)
    whole = match["decimals"] is None
    first = -_zeros(number) if whole and not tail.strip() else len(match["decimals"] or "")
    for digits in range(first, max(first, 0) + _MORE_DIGITS):
        rounded = round(value / unit, digits)
        shown = f"{rounded:,f}" if "," in number else f"{rounded:f}"
        yield f"{shown}{tail}"
        if rounded * unit == value:
            return


def _zeros(number: str) -> int:
    """Return to how many zeros at its end a number was rounded."""
    plain = number.replace(",", "")
    zeros = len(plain) - len(plain.rstrip("0"))
    return zeros if zeros >= _ROUNDED else 0
