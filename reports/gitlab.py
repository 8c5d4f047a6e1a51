"""GitLab's code quality report: what stands open, at the claim's own line in a merge request.

Claims that hold, and those that were not tested, are no defects of the page and not listed. The
form is GitLab's subset of the CodeClimate specification
(https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
"""

from __future__ import annotations

from typing import Any

from zoo.findings import Finding, Verdict
from zoo.reports import Report, Style, _words
from zoo.reports._identity import fingerprint, gravest, named
from zoo.reports.json import write
from zoo.run import Run

SEVERITIES = {Verdict.FAIL: "major", Verdict.ERROR: "minor", Verdict.UNDECIDED: "info"}


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the list as ``gl-code-quality-report.json``, the gravest first."""
    listed = [pair for pair in named(run) if pair[0].verdict in SEVERITIES]
    document = [_defect(finding, name) for finding, name in gravest(listed)]
    return {"gl-code-quality-report.json": write(document)}


def _defect(finding: Finding, name: str) -> dict[str, Any]:
    told = f"{_words.name(finding.model)} {_words.name(name)}: {_words.message(finding)}"
    return {
        "description": f"{finding.verdict} {told}".replace("\n", " "),
        "check_name": finding.rule,
        "fingerprint": fingerprint(finding, name),
        "severity": SEVERITIES[finding.verdict],
        "location": {"path": _words.path(finding), "lines": {"begin": finding.location.line}},
    }


REPORT = Report(render)
