"""Shows what has changed between two Runs, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from itertools import groupby
from typing import Any

from zoo import escape
from zoo.cli import _text
from zoo.findings import Finding, show
from zoo.reports import standing
from zoo.run import Run
from zoo.run_changes import FindingChange, Kind, RunDifference, Setting

NOTHING = "–"
_SAYING_WHY = (Kind.ERRED, Kind.LEFT_OPEN, Kind.OPEN)


def as_json(difference: RunDifference, a: tuple[str, Run], b: tuple[str, Run]) -> str:
    """Return the difference by the schema ``diff-runs``."""
    document = {
        "schema_version": "1",
        "a": _side(*a),
        "b": _side(*b),
        "added": list(difference.added),
        "removed": list(difference.removed),
        "findings": [_change(change) for change in difference.findings],
        "settings": [asdict(setting) for setting in difference.settings],
        "summary": _counts(difference),
    }
    return escape.as_json(document)


def as_table(difference: RunDifference, a: tuple[str, Run], b: tuple[str, Run]) -> str:
    """Return a line for each change, those of a kind together, and a summary at the end."""
    lines = [f"- {model}" for model in difference.removed]
    lines += [f"+ {model}" for model in difference.added]
    for kind, changes in groupby(difference.findings, key=lambda change: change.kind):
        lines.append(kind.value)
        lines += [f"    {_words(change)}" for change in changes]
    if difference.settings:
        lines.append("under other conditions")
        lines += [f"    {_setting(setting)}" for setting in difference.settings]
    return "".join(f"{escape.line(line)}\n" for line in [*lines, summary(difference)])


def as_markdown(difference: RunDifference, a: tuple[str, Run], b: tuple[str, Run]) -> str:
    """Return a page with a table for each kind of change."""
    lines = [
        f"# What changed from {escape.code(a[0])} to {escape.code(b[0])}",
        "",
        f"{summary(difference)}.",
    ]
    lines += _text.section("Removed", ("model",), [(model,) for model in difference.removed])
    lines += _text.section("Added", ("model",), [(model,) for model in difference.added])
    for kind, changes in groupby(difference.findings, key=lambda change: change.kind):
        header = ("model", "metric", "verdict", "claimed", "measured", "place")
        lines += _text.section(_title(kind), header, [_row(change) for change in changes])
    settings = [(s.model, s.name, s.old or NOTHING, s.new or NOTHING) for s in difference.settings]
    lines += _text.section("Under other conditions", ("model", "what", "old", "new"), settings)
    return "\n".join(lines) + "\n"


def summary(difference: RunDifference) -> str:
    """Return the counts in words."""
    parts = [f"{count} {name}" for name, count in _counts(difference).items() if count]
    return ", ".join(parts) if difference else "no verdict and no measured value changed"


def _counts(difference: RunDifference) -> dict[str, int]:
    kinds = Counter(change.kind for change in difference.findings)
    models = {"added": len(difference.added), "removed": len(difference.removed)}
    return models | {kind.value: kinds[kind] for kind in Kind}


def _title(kind: Kind) -> str:
    return kind.value[0].upper() + kind.value[1:]


def _side(name: str, run: Run) -> dict[str, Any]:
    models = {finding.model for finding in run.findings}
    return {"name": name, "started": run.started, "models": len(models), "summary": run.summary}


def _change(change: FindingChange) -> dict[str, Any]:
    finding = change.present
    return {
        "kind": change.kind.value,
        "model": finding.model,
        "rule": finding.rule,
        "metric": finding.metric,
        "dataset": finding.dataset,
        "a": _finding(change.old),
        "b": _finding(change.new),
    }


def _finding(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    return {
        "verdict": finding.verdict.value,
        "known": finding.known is not None,
        "claimed": finding.claimed,
        "measured": finding.measured,
        "message": finding.message,
        "location": asdict(finding.location),
    }


def _words(change: FindingChange) -> str:
    model, metric, verdict, claimed, measured, place = _row(change)
    said = f"{model} {metric}: {verdict}, claimed {claimed}, measured {measured}  ({place})"
    why = change.new.message if change.new and change.kind in _SAYING_WHY else ""
    return f"{said}: {why}" if why else said


def _row(change: FindingChange) -> tuple[str, ...]:
    finding = change.present
    return (
        finding.model,
        finding.what,
        _both(change, standing),
        _both(change, lambda each: show(each.claimed, each.unit)),
        _both(change, lambda each: show(each.measured, each.unit)),
        str(finding.location),
    )


def _both(change: FindingChange, said: Callable[[Finding], str]) -> str:
    old, new = ((said(each) or NOTHING) if each else NOTHING for each in (change.old, change.new))
    return old if old == new else f"{old} → {new}"


def _setting(setting: Setting) -> str:
    whose = f"{setting.model} " if setting.model else ""
    return f"{whose}{setting.name}: {setting.old or NOTHING} → {setting.new or NOTHING}"


FORMS = {"table": as_table, "json": as_json, "markdown": as_markdown}
