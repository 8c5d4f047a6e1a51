"""Says in words why a claim fails, as far as its finding knows, for an entry of the baseline."""

from __future__ import annotations

import re

from zoo.findings import Finding, Verdict, show

_BOUNDS = re.compile(r"(?: \[[^\]]*\])?(?: \(±[^)]*\))?(?:; )?")
_PLACE = re.compile(r"\S*:\d+: ")


def reason_of(finding: Finding) -> str:
    """Return what the finding says beyond its numbers; never empty."""
    if finding.verdict is Verdict.ERROR:
        said = _PLACE.sub("", finding.message, count=1)
        return "; ".join(filter(None, (said, finding.hint)))
    words = _beyond_the_values(finding)
    cause = finding.cause or {}
    if cause.get("kind") == "flops-convention" and cause.get("exact") is not True:
        words = f"{words}; no counting rule that is known here gives it"
    elif cause:  # what is said before it is how the measurement was made
        words = words.partition("; ")[2] or words
    return words or f"measured: {finding.method or finding.rule}"


def _beyond_the_values(finding: Finding) -> str:
    """Return a message without the claimed and the measured value that it begins with."""
    claimed, measured = (show(value, finding.unit) for value in (finding.claimed, finding.measured))
    values = f"claimed {claimed}, measured {measured}"
    if not finding.message.startswith(values):
        return finding.message
    rest = finding.message[len(values) :]
    bounds = _BOUNDS.match(rest)
    return rest[bounds.end() :] if bounds else rest
