"""File sizes: bytes are exact, larger units are rounded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zoo.claims import Metric
from zoo.findings import Verdict
from zoo.validators import VALIDATORS


@pytest.mark.parametrize(
    ("text", "claimed", "allowed"),
    [
        ("102491893", "102491893", "0"),
        ("102491000", "102491000", "0"),  # nobody rounds bytes
        ("102,491,893", "102491893", "0"),
        ("1000 B", "1000", "0"),
        ("102 MB", "102000000", "500000"),
        ("102.5 MB", "102500000", "50000"),
        ("100 MB", "100000000", "500000"),
        ("98 MiB", "102760448", "524288"),
        ("1.5 GB", "1500000000", "50000000"),
    ],
)
def test_half_a_unit_of_the_last_digit_is_allowed(
    claim, text: str, claimed: str, allowed: str
) -> None:
    made = claim(Metric.FILE_SIZE, claimed, text=text)
    tolerance = VALIDATORS["file-size"].tolerance(made)
    assert tolerance.allowed(Decimal(claimed)) == Decimal(allowed)


@pytest.mark.parametrize(
    ("text", "claimed", "size", "verdict"),
    [
        ("1000", "1000", 1000, Verdict.PASS),
        ("1000", "1000", 1001, Verdict.FAIL),
        ("1 MB", "1000000", 1_499_999, Verdict.PASS),
        ("1 MB", "1000000", 1_500_001, Verdict.FAIL),
    ],
)
def test_the_bytes_of_the_file_decide(
    subject, claim, judged, weights_file, text: str, claimed: str, size: int, verdict: Verdict
) -> None:
    made = claim(Metric.FILE_SIZE, claimed, text=text)
    finding = judged("file-size", subject(weights=weights_file(size=size)), made)
    assert finding.measured == size
    assert finding.verdict is verdict
