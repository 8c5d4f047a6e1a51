"""What the text of a field means."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zoo.claims import Digest
from zoo.index.values import (
    PARSERS,
    byte_count,
    byte_rounding,
    count,
    digest,
    fraction,
    layer_count,
    number,
    percent,
    pixels,
    rate,
    rounding,
)

# What is a value of no kind at all.
NEVER = [
    "",
    " ",
    "no",
    "true",
    "null",
    "12:30",
    "٣",
    "३",
    "1_000",
    "0x1F",
    "0o17",
    "NaN",
    ".nan",
    "inf",
    ".inf",
    "-inf",
    "1e999",
    "1e",
    "1.",
    ".5",
    "1..5",
    "1.2.3",
    "1 2",
    "1,5",
    "½",
    "²",
    "about 5",
    "1\n2",
    "9" * 5000,
    "0." + "1" * 5000,
    "1e-5000",
]


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("text", NEVER, ids=lambda text: ascii(text[:12]))
def test_what_is_no_value_is_refused_with_what_was_wanted(kind, text):
    with pytest.raises(ValueError, match=r"^not ") as error:
        PARSERS[kind](text)
    assert len(str(error.value)) < 100
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("28090000", 28090000),
        ("1,234,567", 1234567),
        ("1,234", 1234),
        ("25.6M", 25_600_000),
        ("25.6 m", 25_600_000),
        ("4.1 G", 4_100_000_000),
        ("4.1B", 4_100_000_000),
        ("1.5K", 1500),
        ("2T", 2 * 10**12),
        ("1e3", 1000),
        ("4.1E9", 4_100_000_000),
        ("0e50", 0),
        ("0.0", 0),
        ("-0", 0),
        ("+7", 7),
        ("  7\t", 7),
        ("1000000000000000000", 10**18),
    ],
)
def test_a_count_is_read_in_base_units(text, value):
    assert count(text) == value
    assert str(count(text)) == str(value)


@pytest.mark.parametrize(
    "text",
    ["-1", "1.5", "0.0001K", "25.6 MB", "25.6 MM", "12,34", "1,2345", "1,234M", "1,234,567.5",
     ",123", "1000000000000000001", "1e19", "5%", f"1.{'0' * 28}1", f"{10**18}.{'0' * 12}1"],
)  # fmt: skip
def test_what_counts_nothing_is_no_count(text):
    with pytest.raises(ValueError, match=r"^not a count such as"):
        count(text)


@given(st.integers(0, 10**18))
def test_a_count_written_out_is_that_count(n):
    assert count(f"{n}") == n
    assert count(f"{n:,}") == n


@given(st.integers(0, 10**9), st.sampled_from([("K", 3), ("M", 6), ("G", 9), ("B", 9)]))
def test_a_unit_multiplies_a_count(n, unit):
    letter, zeros = unit
    assert count(f"{n}{letter}") == count(f"{n}{'0' * zeros}") == n * 10**zeros


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("102491893", 102491893),
        ("102,491,893", 102491893),
        ("102 MB", 102 * 10**6),
        ("102.4 mb", 102_400_000),
        ("98 MiB", 98 * 2**20),
        ("0.5 KiB", 512),
        ("1.5GB", 1_500_000_000),
        ("2 GiB", 2 * 2**30),
        ("8 KB", 8000),
        ("17 B", 17),
    ],
)
def test_a_size_is_read_in_bytes(text, value):
    assert byte_count(text) == value


@pytest.mark.parametrize("text", ["102M", "98 Mi", "-5 MB", "0.1 B", "1.0000001 MB", "2000000 TB"])
def test_a_size_in_no_unit_of_bytes_is_refused(text):
    with pytest.raises(ValueError, match=r"^not a size such as"):
        byte_count(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("83.74%", "83.74"),
        ("83.74 %", "83.74"),
        ("83.740", "83.740"),
        (" 0% ", "0"),
        ("100", "100"),
        ("0.7834", "0.7834"),
        ("1e1", "10"),
    ],
)
def test_a_percentage_is_read_as_written_and_its_scale_is_not_guessed(text, value):
    assert percent(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["100.01", "-0.1", "83.74%%", "%", "83,74", "5 K", "83.74 percent"]
)
def test_what_is_no_percentage_is_refused(text):
    with pytest.raises(ValueError, match=r"^not a percentage"):
        percent(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0.875", "0.875"), ("1", "1"), ("1.0", "1"), ("1.15", "1.15")]
)
def test_a_fraction_is_above_0_and_at_most_2(text, value):
    assert fraction(text) == Decimal(value)


@pytest.mark.parametrize("text", ["0", "0.0", "-0.5", "2.001", "87.5", "87.5%", "0.9 G"])
def test_what_is_no_fraction_is_refused(text):
    with pytest.raises(ValueError, match=r"^not a share"):
        fraction(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("224", 224),
        ("224x224", 224),
        ("224 × 224", 224),
        (" 1 ", 1),
        ("16384", 16384),
        ("0224", 224),
    ],
)
def test_pixels_are_the_side_of_a_square(text, value):
    assert pixels(text) == value


@pytest.mark.parametrize(
    "text", ["0", "-224", "224.0", "224x256", "3x224x224", "16385", "999999", "224px", "1e2"]
)
def test_what_is_no_square_of_pixels_is_refused(text):
    with pytest.raises(ValueError, match=r"^not the side of a square image"):
        pixels(text)


@pytest.mark.parametrize(("text", "value"), [("50", "50"), (" 1202 ", "1202"), ("007", "7")])
def test_layers_are_counted(text, value):
    assert layer_count(text) == Decimal(value)


@pytest.mark.parametrize("text", ["0", "many", "-5", "50.0", "12 + 12", "100000", "1e2", "1k"])
def test_what_is_no_number_of_layers_is_refused(text):
    with pytest.raises(ValueError, match=r"^not a number of layers"):
        layer_count(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0.2", "0.2"), ("0", "0"), ("20%", "0.2"), ("12.5 %", "0.125")]
)
def test_a_rate_is_a_share_of_the_values(text, value):
    assert rate(text) == Decimal(value)


@pytest.mark.parametrize("text", ["7", "1", "100%", "-0.1", "0.2 K", "0.1, 0.2", "%", "0.2%%"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(ValueError, match=r"^not a rate"):
        rate(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0.485", "0.485"), ("-1.5", "-1.5"), ("1e-3", "0.001"), ("0", "0")]
)
def test_a_number_is_read_as_written(text, value):
    assert number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["5 K", "5%", "1e19", "-1e19"])
def test_a_number_has_no_unit_and_a_moderate_size(text):
    with pytest.raises(ValueError, match=r"^not a number$"):
        number(text)


@pytest.mark.parametrize(
    "text",
    ["0123456789abcdef", "sha256:", "sha256:0123456", "sha256:" + "0" * 65, "sha256:0123456G",
     "sha256:0123ABCD", "md5:0123456789abcdef", "SHA256:01234567", "sha256 01234567"],
)  # fmt: skip
def test_what_is_no_digest_is_refused(text):
    with pytest.raises(ValueError, match=r"^not 'sha256:'"):
        digest(text)


HEX = st.text("0123456789abcdef", min_size=8, max_size=64)


@given(HEX)
def test_a_digest_is_read_back_as_it_is_printed(digits):
    printed = Digest("sha256", digits)
    assert digest(str(printed)) == Digest.parse(str(printed)) == printed


@given(HEX, st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_digest_matches_what_begins_with_it(digits, rest):
    measured = Digest("sha256", (digits + rest)[:64])
    assert Digest("sha256", digits).matches(measured)
    assert measured.whole
    other = Digest("sha256", ("f" if digits[0] != "f" else "0") + digits[1:])
    assert not other.matches(measured)


@given(st.text(), st.sampled_from(sorted(PARSERS)))
def test_any_text_is_a_value_or_refused(text, kind):
    try:
        value = PARSERS[kind](text)
    except ValueError as error:
        assert str(error).startswith("not ")
    else:
        assert isinstance(value, Digest) or value.is_finite()


@pytest.mark.parametrize(
    ("text", "half_a_unit"),
    [
        ("28088024", 0),
        ("28090000", 5_000),
        ("1,230,000", 5_000),
        ("4.7M", 50_000),
        ("4.70M", 5_000),
        ("25 M", 500_000),
        ("20M", 5_000_000),
        ("4.1 G", 50_000_000),
        ("1e3", 500),
        ("12e2", 50),
        ("7", 0),
        ("10", 5),
        ("0", 0),
        ("1.234567M", 0),
    ],
)
def test_a_rounded_count_may_be_off_by_half_its_last_significant_digit(text, half_a_unit):
    assert rounding(text) == half_a_unit


@pytest.mark.parametrize(
    ("text", "half_a_unit"),
    [
        ("102491893", 0),
        ("1000", 0),
        ("1,000,000", 0),
        ("1e3", 0),
        ("512 B", 0),
        ("102 MB", 500_000),
        ("100 MB", 500_000),
        ("102.4 MB", 50_000),
        ("102.40 MB", 5_000),
        ("98 MiB", 2**19),
        ("1 KiB", 512),
    ],
)
def test_a_size_in_a_larger_unit_may_be_off_by_half_its_last_written_digit(text, half_a_unit):
    assert byte_rounding(text) == half_a_unit


@given(st.integers(1, 10**12), st.integers(0, 9))
def test_a_number_is_within_the_rounding_of_its_rounded_text(n, digits):
    unit = 10**digits
    rounded = (n + unit // 2) // unit * unit
    assume(rounded)
    assert abs(rounded - n) <= rounding(str(rounded))


@given(st.integers(1, 10**12))
def test_a_rounding_is_at_most_half_of_the_count(n):
    text = str(n)
    zeros = len(text) - len(re.sub("0+$", "", text))
    assert rounding(text) == (Decimal(10) ** zeros / 2 if zeros else 0)
    assert rounding(text) <= Decimal(n) / 2
