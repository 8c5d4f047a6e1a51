"""What the text of a field means: one parser for each kind of value in the schema.

Each takes the text as it was written and returns the value in base units, or raises ValueError
with a message that says what was wanted. A scale is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from zoo.claims import Digest

_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)\s*([A-Za-z]*)", re.ASCII)
_COUNTS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
_BYTES = {
    "": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9,
    "KIB": 2**10, "MIB": 2**20, "GIB": 2**30,
}  # fmt: skip
_LARGEST = Decimal(10) ** 18
_LONGEST = 28  # characters of a number: with more digits Decimal would round what it computes


def _split(text: str, wanted: str) -> tuple[Decimal, str]:
    match = _NUMBER.fullmatch(text.strip())
    if match is None or len(match[1]) > _LONGEST:
        raise ValueError(f"not {wanted}")
    number = Decimal(match[1])
    if len(str(number)) > _LONGEST:  # without its power of ten
        raise ValueError(f"not {wanted}")
    return number, match[2].upper()


def _scaled(text: str, units: Mapping[str, int], wanted: str) -> Decimal:
    number, unit = _split(_ungrouped(text), wanted)
    if unit not in units:
        raise ValueError(f"not {wanted}")
    value = number * units[unit]
    whole = value.to_integral_value()
    if not 0 <= value <= _LARGEST or (value != whole and units[unit] < 2**20):
        raise ValueError(f"not {wanted}")
    return whole.quantize(Decimal(1)) if whole else Decimal(0)


def _ungrouped(text: str) -> str:
    """Return a number without the commas between its thousands."""
    grouped = re.fullmatch(r"\s*\d{1,3}(,\d{3})+\s*", text, re.ASCII)
    return text.replace(",", "") if grouped else text


def count(text: str) -> Decimal:
    """Read how many of something: ``28090000``, ``25.6M``, ``4.1 G``, ``1,234,567``."""
    return _scaled(text, _COUNTS, "a count such as 28090000, 25.6M or 4.1 G")


def byte_count(text: str) -> Decimal:
    """Read a size in bytes: ``102491893``, ``102 MB`` (10^6), ``98 MiB`` (2^20)."""
    return _scaled(text, _BYTES, "a size such as 102491893, 102 MB or 98 MiB")


def percent(text: str) -> Decimal:
    """Read a percentage, 0 to 100: ``83.74%``, ``83.74``; 0.7834 means 0.7834 %."""
    number, unit = _split(text.strip().removesuffix("%"), "a percentage such as 83.74%")
    if unit or not 0 <= number <= 100:
        raise ValueError("not a percentage from 0 to 100, such as 83.74%")
    return number


def fraction(text: str) -> Decimal:
    """Read a share of a picture's side: ``0.875``; above 1 where a border is added (VOLO)."""
    number, unit = _split(text, "a share such as 0.875")
    if unit or not 0 < number <= 2:
        raise ValueError("not a share above 0 and at most 2, such as 0.875")
    return number


def pixels(text: str) -> Decimal:
    """Read the side of a square image in pixels: ``224``, ``224x224``."""
    match = re.fullmatch(r"(\d{1,5})(?:\s*[x×]\s*(\d{1,5}))?", text.strip(), re.ASCII)
    if match is None or (match[2] or match[1]) != match[1] or not 1 <= int(match[1]) <= 16384:
        raise ValueError("not the side of a square image in pixels, such as 224")
    return Decimal(match[1])


def layer_count(text: str) -> Decimal:
    """Read a number of layers: ``50``."""
    match = re.fullmatch(r"\s*(\d{1,5})\s*", text, re.ASCII)
    if match is None or int(match[1]) == 0:
        raise ValueError("not a number of layers, such as 50")
    return Decimal(match[1])


def rate(text: str) -> Decimal:
    """Read the share of values that is dropped, from 0 to below 1: ``0.2``, ``20%``."""
    bare = text.strip().removesuffix("%")
    value, unit = _split(bare, "a rate such as 0.2")
    share = value / 100 if bare != text.strip() else value
    if unit or not 0 <= share < 1:
        raise ValueError("not a rate from 0 to below 1, such as 0.2")
    return share


def number(text: str) -> Decimal:
    """Read a plain decimal number of moderate size."""
    value, unit = _split(text, "a number")
    if unit or abs(value) > _LARGEST:
        raise ValueError("not a number")
    return value


def digest(text: str) -> Digest:
    """Read ``sha256:`` and 8 to 64 hexadecimal digits."""
    try:
        return Digest.parse(text)
    except ValueError:
        raise ValueError("not 'sha256:' and 8 to 64 of the digits 0-9 and a-f") from None


def fingerprint(text: str) -> Digest:
    """Read ``sha256:`` and all 64 hexadecimal digits."""
    read = digest(text)
    if not read.whole:
        raise ValueError("not a whole digest: sha256: and 64 hexadecimal digits")
    return read


PARSERS: Mapping[str, Callable[[str], Decimal | Digest]] = MappingProxyType(
    {
        "count": count,
        "byte-count": byte_count,
        "percent": percent,
        "fraction": fraction,
        "pixels": pixels,
        "layer-count": layer_count,
        "rate": rate,
        "number": number,
        "digest": digest,
        "fingerprint": fingerprint,
    }
)


def rounding(text: str) -> Decimal:
    """Return half a unit of the last significant digit of a count, in base units.

    ``4.7M`` gives 50,000 and ``28090000`` gives 5,000: trailing zeros of a whole number are taken
    for rounding, those behind a decimal point (``4.70M``) are not. A number written out to its
    last digit, ``28088024``, gives 0.
    """
    mantissa, unit = _split(_ungrouped(text), "a count")
    exponent = _exponent(mantissa)
    if exponent >= 0 and mantissa:
        exponent = _exponent(mantissa.normalize())
    return _half(Decimal(10) ** exponent * _COUNTS[unit])


def byte_rounding(text: str) -> Decimal:
    """Return half a unit of the last written digit of a size, in bytes; 0 where bytes are meant.

    ``102 MB`` gives 500,000; ``102491893`` and ``1000`` give 0, for nobody rounds bytes.
    """
    mantissa, unit = _split(_ungrouped(text), "a size")
    return _half(Decimal(10) ** min(0, _exponent(mantissa)) * _BYTES[unit])


def half_unit(number: Decimal) -> Decimal:
    """Return half a unit of the last written digit of a number: 0.005 for ``83.74``."""
    return Decimal(5).scaleb(_exponent(number) - 1)


def _half(unit: Decimal) -> Decimal:
    return unit / 2 if unit > 1 else Decimal(0)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent
