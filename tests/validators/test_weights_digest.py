"""Digests: a whole one is a proof, the digits in a file's name are a label."""

from __future__ import annotations

import pytest

from zoo.claims import Digest, Metric
from zoo.findings import Verdict

HEX = "04464dd2" + "ab" * 28


@pytest.mark.parametrize(
    ("digits", "assurance", "verdict", "remark"),
    [
        (HEX, "sha256", Verdict.PASS, "the whole digest was declared"),
        (HEX[:8], "prefix", Verdict.PASS, "a label, not a proof"),
        (HEX[:20], "prefix", Verdict.PASS, "a label, not a proof"),
        ("04464dd3", "unpinned", Verdict.FAIL, "these are not the bytes that index.md names"),
        ("cd" * 32, "unpinned", Verdict.FAIL, "these are not the bytes that index.md names"),
    ],
)
def test_the_finding_says_how_much_was_compared(
    subject, claim, judged, weights_file, digits, assurance, verdict, remark
) -> None:
    made = claim(Metric.WEIGHTS_DIGEST, Digest("sha256", digits))
    finding = judged("weights-digest", subject(weights=weights_file(HEX, 10, assurance)), made)
    assert finding.verdict is verdict
    assert remark in finding.message
    assert finding.claimed == f"sha256:{digits}"
    assert finding.measured == f"sha256:{HEX}"
    assert finding.conditions == {"assurance": assurance}
