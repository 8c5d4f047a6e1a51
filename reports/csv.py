"""A table for spreadsheets and data frames: one row a finding, numbers as numbers.

After them there is a row for each entry of the baseline that is outdated. It has no verdict, since
it is no claim, and the kind in the column ``outdated``.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from zoo import escape
from zoo.findings import Finding
from zoo.reports import Report, Style
from zoo.run import Outdated, Run, SubjectRecord

COLUMNS = (
    "model", "rule", "metric", "dataset", "verdict", "claimed", "measured", "deviation",
    "tolerance_absolute", "tolerance_relative", "unit", "message", "hint", "method",
    "conditions", "cause", "path", "line", "column", "pointer", "weights_url", "weights_sha256",
    "weights_size", "weights_assurance", "known", "known_reason", "known_issue", "known_expires",
    "outdated",
)  # fmt: skip


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the table as ``findings.csv``, with the columns' names in its first line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    subjects = {subject.model: subject for subject in run.subjects}
    for finding in run.findings:
        row = _finding(finding) | _weights(subjects.get(finding.model))
        writer.writerow({name: _cell(value) for name, value in row.items()})
    for entry in run.outdated:
        writer.writerow({name: _cell(value) for name, value in _outdated(entry).items()})
    return {"findings.csv": out.getvalue()}


def _finding(finding: Finding) -> dict[str, Any]:
    policy, known = finding.tolerance or {}, finding.known
    return {
        "model": finding.model,
        "rule": finding.rule,
        "metric": finding.metric,
        "dataset": finding.dataset,
        "verdict": finding.verdict.value,
        "claimed": finding.claimed,
        "measured": finding.measured,
        "deviation": finding.deviation,
        "tolerance_absolute": policy.get("absolute"),
        "tolerance_relative": policy.get("relative"),
        "unit": finding.unit,
        "message": finding.message,
        "hint": finding.hint,
        "method": finding.method,
        "conditions": finding.conditions or None,
        "cause": finding.cause,
        **asdict(finding.location),
        "known": _truth(known is not None),
        "known_reason": known and known.reason,
        "known_issue": known and known.issue,
        "known_expires": known and known.expires,
    }


def _weights(subject: SubjectRecord | None) -> dict[str, Any]:
    weights = subject.weights if subject else None
    if weights is None:
        return {}
    return {
        "weights_url": weights.url,
        "weights_sha256": weights.digest.hex,
        "weights_size": weights.size,
        "weights_assurance": weights.assurance,
    }


def _outdated(entry: Outdated) -> dict[str, Any]:
    own = {"model": entry.model, "rule": entry.rule, "message": entry.message}
    place = asdict(entry.location)
    return own | place | {"known": _truth(False), "outdated": entry.kind}


def _truth(holds: bool) -> str:
    return "true" if holds else "false"


def _cell(value: Any) -> Any:
    """Return a number as it is, a text as safe text on one line, and all else as JSON."""
    match value:
        case None | int() | float():
            return value
        case str():
            return escape.csv_cell(value).replace("\n", "\\n")
        case _:
            return escape.csv_cell(json.dumps(value, ensure_ascii=False))


REPORT = Report(render)
