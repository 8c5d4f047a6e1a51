"""Sizes as people write them: ``500MB``, ``10GB``, ``10GiB``."""

from __future__ import annotations

import re

import click

_SIZES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BINARY = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def parsed(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Return the bytes of a size such as ``10GB`` or ``10GiB``."""
    if text is None:
        return None
    pattern = r"(\d{1,15}(?:\.\d{1,6})?) ?([KMGT]?)(i?)B?"
    match = re.fullmatch(pattern, text, re.ASCII | re.IGNORECASE)
    if match is None or (match[3] and not match[2]):
        raise click.BadParameter(f"'{text}' is no size such as 500MB, 10GB or 10GiB")
    unit = match[2].upper()
    return int(float(match[1]) * (_BINARY[unit] if match[3] else _SIZES[unit]))
