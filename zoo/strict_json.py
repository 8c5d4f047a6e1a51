"""Reads JSON as RFC 8259 has it: what is no number of JSON, or has no end, is an error."""

from __future__ import annotations

import json
import math
from typing import Any


def loads(text: str | bytes) -> Any:
    """Return what a document says; Python's own reader takes NaN, Infinity and 1e999 for numbers.

    Raises:
        ValueError: it is not JSON, or holds a number that is not finite.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, parse_constant=_refuse, parse_float=_finite)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is larger than any number that is measured")
    return number
