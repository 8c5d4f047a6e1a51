"""A table for spreadsheets and data frames: one row a finding, numbers as numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from zoo import escape
from zoo.findings import Finding
from zoo.reports import Report, Style
from zoo.run import Run, SubjectRecord

COLUMNS = (
    "model", "rule", "metric", "verdict", "claimed", "measured", "deviation",
    "tolerance_absolute", "tolerance_relative", "unit", "message", "hint", "method",
    "conditions", "cause", "path", "line", "column", "pointer", "weights_url", "weights_sha256",
    "weights_size", "weights_assurance",
)  # fmt: skip


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the table as ``findings.csv``, with the columns' names in its first line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    subjects = {subject.model: subject for subject in run.subjects}
    for finding in run.findings:
        writer.writerow(map(_cell, _values(finding, subjects.get(finding.model))))
    return {"findings.csv": out.getvalue()}


def _values(finding: Finding, subject: SubjectRecord | None) -> Iterator[Any]:
    tolerance = finding.tolerance or {}
    place = finding.location
    yield from (finding.model, finding.rule, finding.metric, finding.verdict.value)
    yield from (finding.claimed, finding.measured, finding.deviation)
    yield from (tolerance.get("absolute"), tolerance.get("relative"), finding.unit)
    yield from (finding.message, finding.hint, finding.method)
    yield from (finding.conditions or None, finding.cause)
    yield from (place.path, place.line, place.column, place.pointer)
    weights = subject.weights if subject else None
    if weights is None:
        yield from (None, None, None, None)
    else:
        yield from (weights.url, weights.digest.hex, weights.size, weights.assurance)


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
