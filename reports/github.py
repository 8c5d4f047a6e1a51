"""Annotations of a GitHub workflow: commands to its runner, for the gravest that was found.

The runner shows ten of a kind for each step and drops the rest without a word, so that ten are
made and the rest is summed up in the last line, which is no command. What several claims of a
model share, such as weights that cannot be had, is said once. What the baseline knows is counted
in that line only; entries of it that are outdated are errors and come first, and leave half of the
ten to what else is said. FAIL is an error, ERROR a warning, UNDECIDED a notice
(https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from zoo import escape
from zoo.claims import Location
from zoo.findings import GRAVEST_FIRST, Finding, Verdict
from zoo.reports import Report, Style, _words
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
    found = gathered(run)
    outdated = [_outdated(entry) for entry in run.outdated[: MOST - min(len(found), MOST // 2)]]
    room = MOST - len(outdated)
    annotations = [*outdated, *(_annotation(each) for each in found[:room])]
    lines = [*annotations, _summary(run, found[room:], len(outdated))]
    return {"annotations.txt": "\n".join(lines) + "\n"}


def gathered(run: Run) -> list[Annotation]:
    """Return what there is to say of findings that are open or wrong, the gravest first."""
    shared: dict[tuple[str, Verdict, str, str], list[tuple[Finding, str]]] = {}
    for finding, name in named(run):
        if finding.verdict in COMMANDS and finding.known is None:
            key = (finding.model, finding.verdict, finding.message, finding.hint)
            shared.setdefault(key, []).append((finding, name))
    found = [Annotation(pairs[0][0], tuple(name for _, name in pairs)) for pairs in shared.values()]
    return sorted(found, key=lambda each: GRAVEST_FIRST.index(each.finding.verdict))


def _annotation(annotation: Annotation) -> str:
    finding = annotation.finding
    claims = _words.name(", ".join(annotation.claims))
    title = f"{finding.verdict}: {_words.name(finding.model)} {claims}"
    message = f"{claims}: {_words.message(finding)}"
    return _command(COMMANDS[finding.verdict], finding.location, title, message)


def _outdated(entry: Outdated) -> str:
    title = f"baseline: {_words.name(entry.model)} {_words.name(entry.rule)}"
    return _command("error", entry.location, title, _words.value(entry.message))


def _command(kind: str, place: Location, title: str, message: str) -> str:
    properties = {
        "file": _words.path(place),
        "line": str(place.line),
        "col": str(place.column),
        "title": title,
    }
    return escape.github_command(kind, properties, message)


def _summary(run: Run, rest: list[Annotation], outdated: int) -> str:
    """Sum up, given what has no annotation, and how many outdated entries have one."""
    said = f"zoo verify: {_words.counts(run)}"
    more: Counter[str] = Counter()
    for annotation in rest:
        more[annotation.finding.verdict.value] += len(annotation.claims)
    if unsaid := len(run.outdated) - outdated:
        more["outdated"] = unsaid
    if not more:
        return said
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in more.items())
    return f"{said}; {more.total():,} more that have no annotation: {kinds}"


REPORT = Report(render)
