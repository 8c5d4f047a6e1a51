"""GitLab's code quality report: what stands open, at the claim's own line in a merge request.

Claims that hold, and those that were not tested, are no defects of the page and not listed; what
the baseline knows is of severity ``info``. The form is GitLab's subset of the CodeClimate
specification
(https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
"""

from __future__ import annotations

from typing import Any

from zoo import escape
from zoo.claims import Location
from zoo.findings import Finding, Verdict
from zoo.reports import Report, Style, _words, standing
from zoo.reports._identity import entries, fingerprint, fingerprint_of_entry, gravest, named
from zoo.run import Outdated, Run

SEVERITIES = {Verdict.FAIL: "major", Verdict.ERROR: "minor", Verdict.UNDECIDED: "info"}


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the list as ``gl-code-quality-report.json``, the gravest first."""
    listed = [pair for pair in named(run) if pair[0].verdict in SEVERITIES]
    document = [_found(finding, name) for finding, name in gravest(listed)]
    document += [_outdated(entry, name) for entry, name in entries(run)]
    return {"gl-code-quality-report.json": escape.as_json(document)}


def _found(finding: Finding, name: str) -> dict[str, Any]:
    told = f"{_words.name(finding.model)} {_words.name(name)}: {_words.message(finding)}"
    return _defect(
        rule=finding.rule,
        told=f"{standing(finding)} {told}",
        same=fingerprint(finding, name),
        severity="info" if finding.known else SEVERITIES[finding.verdict],
        place=finding.location,
    )


def _outdated(entry: Outdated, name: str) -> dict[str, Any]:
    """Return an entry of the baseline that is outdated, at its own line."""
    return _defect(
        rule="baseline",
        told=f"baseline {_words.name(name)}: {_words.value(entry.message)}",
        same=fingerprint_of_entry(name),
        severity="major",
        place=entry.location,
    )


def _defect(*, rule: str, told: str, same: str, severity: str, place: Location) -> dict[str, Any]:
    return {
        "description": told.replace("\n", " "),
        "check_name": rule,
        "fingerprint": same,
        "severity": severity,
        "location": {"path": _words.path(place), "lines": {"begin": place.line}},
    }


REPORT = Report(render)
