"""Annotations of a GitHub workflow: commands to its runner, for the gravest that was found.

The runner shows ten of a kind for each step and drops the rest without a word, so that ten are
made and the rest is summed up in the last line, which is no command. What several claims of a
model share, such as weights that cannot be had, is said once, and what the baseline knows is not
said; entries of it that are outdated come first. FAIL is an error, ERROR a warning,
UNDECIDED a notice
(https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from zoo import escape
from zoo.findings import Finding, Verdict
from zoo.reports import GRAVEST_FIRST, Report, Style, _words, known_of
from zoo.reports._identity import named
from zoo.run import Outdated, Run

MOST = 10
COMMANDS = {Verdict.FAIL: "error", Verdict.ERROR: "warning", Verdict.UNDECIDED: "notice"}


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is said once: a finding, and the names of the claims of its model that share it."""

    finding: Finding
    claims: tuple[str, ...]


def render(run: Run, style: Style) -> dict[str, str]:
    """Return at most ten commands, each on a line, and a line that sums up."""
    outdated = [_outdated(entry) for entry in run.outdated[:MOST]]
    found, room = gathered(run), MOST - len(outdated)
    lines = [*outdated, *(_command(annotation) for annotation in found[:room])]
    return {"annotations.txt": "\n".join([*lines, _summary(run, found[room:])]) + "\n"}


def gathered(run: Run) -> list[Annotation]:
    """Return what there is to say of findings that are open or wrong, the gravest first."""
    shared: dict[tuple[str, Verdict, str, str], list[tuple[Finding, str]]] = {}
    for finding, name in named(run):
        if finding.verdict in COMMANDS and finding.known is None:
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


def _outdated(entry: Outdated) -> str:
    """Return the command for an entry of the baseline that is outdated, at its own line."""
    properties = {
        "file": _words.name(entry.location.path),
        "line": str(entry.location.line),
        "title": f"baseline: {_words.name(entry.model)} {entry.rule}",
    }
    told = ",".join(f"{key}={escape.github_property(text)}" for key, text in properties.items())
    return f"::error {told}::{escape.github_data(_words.value(entry.message))}"


def _summary(run: Run, rest: list[Annotation]) -> str:
    counts = ", ".join(f"{count:,} {name.upper()}" for name, count in run.summary.items() if count)
    said = " ".join(
        filter(None, (f"zoo verify: {counts or 'nothing was selected'}", known_of(run.findings)))
    )
    if not rest:
        return said
    more = Counter(annotation.finding.verdict.value for annotation in rest)
    kinds = ", ".join(f"{count:,} {verdict}" for verdict, count in more.items())
    return f"{said}; {len(rest):,} more that have no annotation: {kinds}"


REPORT = Report(render)
