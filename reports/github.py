"""Annotations of a GitHub workflow: commands to its runner, for the gravest that was found.

The runner shows ten of a kind for each step and drops the rest without a word, so that ten are
made and the rest is summed up in the last line, which is no command. What several claims of a
model share, such as weights that cannot be had, is said once. FAIL is an error, ERROR a warning,
UNDECIDED a notice
(https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from zoo import escape
from zoo.findings import Finding, Verdict
from zoo.reports import GRAVEST_FIRST, Report, Style, _words
from zoo.reports._identity import named
from zoo.run import Run

MOST = 10
COMMANDS = {Verdict.FAIL: "error", Verdict.ERROR: "warning", Verdict.UNDECIDED: "notice"}


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is said once: a finding, and the names of the claims of its model that share it."""

    finding: Finding
    claims: tuple[str, ...]


def render(run: Run, style: Style) -> dict[str, str]:
    """Return at most ten commands, each on a line, and a line that sums up."""
    found = gathered(run)
    lines = [_command(annotation) for annotation in found[:MOST]]
    return {"annotations.txt": "\n".join([*lines, _summary(run, found[MOST:])]) + "\n"}


def gathered(run: Run) -> list[Annotation]:
    """Return what there is to say of findings that are open or wrong, the gravest first."""
    shared: dict[tuple[str, Verdict, str, str], list[tuple[Finding, str]]] = {}
    for finding, name in named(run):
        if finding.verdict in COMMANDS:
            key = (finding.model, finding.verdict, finding.message, finding.hint)
            shared.setdefault(key, []).append((finding, name))
    found = [Annotation(pairs[0][0], tuple(name for _, name in pairs)) for pairs in shared.values()]
    return sorted(found, key=lambda each: GRAVEST_FIRST.index(each.finding.verdict))


def _command(annotation: Annotation) -> str:
    finding, place = annotation.finding, annotation.finding.location
    claims = _words.name(", ".join(annotation.claims))
    properties = {
        "file": _words.path(finding),
        "line": str(place.line),
        "col": str(place.column),
        "title": f"{finding.verdict}: {_words.name(finding.model)} {claims}",
    }
    told = ",".join(f"{key}={escape.github_property(text)}" for key, text in properties.items())
    message = f"{claims}: {_words.message(finding)}"
    return f"::{COMMANDS[finding.verdict]} {told}::{escape.github_data(message)}"


def _summary(run: Run, rest: list[Annotation]) -> str:
    counts = ", ".join(f"{count:,} {name.upper()}" for name, count in run.summary.items() if count)
    said = f"zoo verify: {counts or 'nothing was selected'}"
    if not rest:
        return said
    more = Counter(annotation.finding.verdict.value for annotation in rest)
    kinds = ", ".join(f"{count:,} {verdict}" for verdict, count in more.items())
    return f"{said}; {len(rest):,} more that have no annotation: {kinds}"


REPORT = Report(render)
