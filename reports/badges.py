"""Badges: for each model, and for the zoo, what Shields draws from an endpoint.

The form is https://shields.io/badges/endpoint-badge. A badge counts the claims that hold among all
that the page makes, so that it never says more than was tested. A wrong claim is wrong whoever
knows of it: the baseline moves no colour, since who reads a badge asks whether the page is right,
and not whether its keepers are surprised; how many are known is said beside how many are wrong.
Entries of the baseline that are outdated are no claims, and are left to the other formats.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zoo import escape
from zoo.findings import GRAVEST_FIRST, Finding, Verdict, by_model
from zoo.reports import Report, Style, known_of
from zoo.run import Run

COLOURS = {
    Verdict.FAIL: "red",
    Verdict.ERROR: "orange",
    Verdict.UNDECIDED: "yellow",
    Verdict.SKIP: "yellowgreen",
    Verdict.PASS: "brightgreen",
}
LONGEST_LABEL = 60


def render(run: Run, style: Style) -> dict[str, str]:
    """Return ``zoo.json`` for all, and a badge for each model, named after it."""
    models = by_model(run.findings)
    files = escape.file_names(models, ["zoo"])
    badges = {"zoo.json": _badge("zoo", list(run.findings))}
    badges |= {f"{files[name]}.json": _badge(name, found) for name, found in models.items()}
    return {name: escape.as_json(badge) for name, badge in badges.items()}


def _badge(label: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return a badge; Shields lets no page change the colour of one that is an error."""
    claims = [finding for finding in findings if finding.is_claim]
    gravest = min((f.verdict for f in claims), key=GRAVEST_FIRST.index, default=Verdict.SKIP)
    held = sum(finding.verdict is Verdict.PASS for finding in claims)
    tested = any(finding.verdict is not Verdict.SKIP for finding in claims)
    return {
        "schemaVersion": 1,
        "label": escape.line(escape.short(label, LONGEST_LABEL)),
        "message": _message(claims, held) if tested else "not tested",
        "color": COLOURS[gravest] if tested else "lightgrey",
        "isError": gravest is Verdict.FAIL,
    }


def _message(claims: Sequence[Finding], held: int) -> str:
    said = f"{held:,} of {len(claims):,} claims hold"
    if wrong := [finding for finding in claims if finding.verdict is Verdict.FAIL]:
        said += f", {len(wrong):,} wrong {known_of(wrong)}".rstrip()
    return said


REPORT = Report(render, many=True)
