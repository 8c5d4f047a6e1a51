"""What a value's text means is exact, is read back, and grows with the number."""

from __future__ import annotations

import re
from fractions import Fraction

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.damage import survives
from zoo.claims import Digest
from zoo.cli._size import parsed
from zoo.conventions import OF_THE_PAGE, parse
from zoo.counting import RULES
from zoo.errors import Unavailable
from zoo.index.entries import hash_tail
from zoo.index.values import PARSERS, byte_rounding, half_unit, rounding

UNITS = {
    "count": {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12},
    "byte-count": {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10,
                   "MiB": 2**20, "GiB": 2**30},
    "percent": {"": 1, "%": 1},
    "fraction": {"": 1},
    "rate": {"": 1, "%": Fraction(1, 100)},
    "number": {"": 1},
}  # fmt: skip
DIGITS = st.text("0123456789", min_size=1, max_size=24) | st.sampled_from(["0", "1", "9", "10"])


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Draw a number as people write it, and as they should not."""
    whole = draw(DIGITS)
    if draw(st.booleans()):
        whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", whole)
    sign = draw(st.sampled_from(["", "", "", "+", "-"]))
    part = draw(st.just("") | DIGITS.map(lambda digits: f".{digits}"))
    power = draw(st.just("") | st.integers(-30, 30).map(lambda n: f"e{n}"))
    return f"{sign}{whole}{part}{power}"


@pytest.mark.parametrize("kind", UNITS)
@given(number=numbers(), data=st.data())
@example(number="1.00000000000000000000000000001", data=None)
def test_a_value_is_exactly_what_is_written_or_refused(
    kind: str, number: str, data: st.DataObject | None
) -> None:
    unit = data.draw(st.sampled_from(sorted(UNITS[kind]))) if data else ""
    gap = data.draw(st.sampled_from(["", " ", "\t"])) if data else ""
    value = survives(lambda: PARSERS[kind](f"{number}{gap}{unit}"), ValueError)
    if value is None:
        return
    said = Fraction(number.replace(",", "")) * Fraction(UNITS[kind][unit])
    slack = Fraction(1, 2) if UNITS[kind][unit] >= 2**20 else 0  # 98.6 MiB is no whole number
    assert abs(Fraction(value) - said) <= slack


@pytest.mark.parametrize("kind", UNITS)
@given(one=numbers(), other=numbers())
def test_a_larger_number_is_a_larger_value(kind: str, one: str, other: str) -> None:
    values = [survives(lambda text=text: PARSERS[kind](text), ValueError) for text in (one, other)]
    if None not in values:
        said = [Fraction(text.replace(",", "")) for text in (one, other)]
        assert (values[0] < values[1]) == (said[0] < said[1])


@pytest.mark.parametrize("kind", sorted(PARSERS))
@given(text=numbers() | st.text("0123456789.,eE+- x×KMGiB%sha256:\u00a0\t", max_size=24))
@example(text="1.00000000000000000000000e-4")
def test_a_value_that_is_printed_is_read_back(kind: str, text: str) -> None:
    value = survives(lambda: PARSERS[kind](text), ValueError)
    if value is not None:
        assert PARSERS[kind](str(value)) == PARSERS[kind](f" {value} ") == value


@given(numbers(), st.sampled_from(["", "K", "M", " G", "MB", " MiB"]))
def test_a_rounding_is_found_for_all_that_counts(number: str, unit: str) -> None:
    text = f"{number}{unit}"
    for kind, slack in (("count", rounding), ("byte-count", byte_rounding)):
        value = survives(lambda kind=kind: PARSERS[kind](text), ValueError)
        if value is not None:
            assert slack(text) >= 0
            assert half_unit(value) > 0


@given(
    st.text(max_size=12) | st.from_regex(r"\d{1,17}(\.\d{1,8})? ?[KMGTkmgtx]?i?B?", fullmatch=True)
)
def test_any_text_is_a_size_or_refused(text: str) -> None:
    size = survives(lambda: parsed(None, None, text), click.BadParameter)  # type: ignore[arg-type]
    assert size is None or size >= 0


PLACES = st.sampled_from([*OF_THE_PAGE, "224", "224×285", "1x3x224x224", "0", "9" * 10, "²", "x"])


@given(
    st.text(max_size=20)
    | st.tuples(st.sampled_from([*RULES, "MACS", "mac"]), PLACES).map(" at ".join),
    st.none() | st.integers(1, 4096),
)
def test_any_text_is_a_convention_of_counting_or_refused(text: str, size: int | None) -> None:
    found = survives(lambda: parse(text, size), Unavailable)
    if found is not None:
        rule, shape = found
        assert rule in RULES
        assert len(shape) == 4
        sides = "×".join(map(str, shape))
        assert parse(f" {rule.upper()}  AT {sides} ", None) == found


@given(st.text("0123456789abcdef", min_size=8, max_size=64), st.text(max_size=8))
def test_the_digits_of_a_files_name_do_not_hang_on_what_follows_it(digits: str, text: str) -> None:
    found = hash_tail(f"https://example.org/a/b-{digits}.pth")
    behind = f"https://example.org/a/b-{digits}.pth?x=-01234567.pth"
    assert hash_tail(behind) == found
    assert found is None or found == Digest("sha256", digits)
    tail = hash_tail(text)
    assert tail is None or 8 <= len(tail.hex) <= 64
