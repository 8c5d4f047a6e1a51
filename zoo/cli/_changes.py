"""Shows what has changed between two registries, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from zoo import escape
from zoo.changes import Change, Difference, Side
from zoo.claims import ModelEntry, plain
from zoo.cli import _text
from zoo.statements import Statement

NOTHING = "–"
SAME_DIGEST = {True: "same digest", False: "another digest", None: ""}


def as_json(difference: Difference, a: Side, b: Side) -> str:
    """Return the difference by the schema ``diff``."""
    document = {
        "schema_version": "1",
        "a": {"name": a.name, "models": len(a.models)},
        "b": {"name": b.name, "models": len(b.models)},
        "added": [_model(entry) for entry in difference.added],
        "removed": [_model(entry) for entry in difference.removed],
        "changed": [_change(change) for change in difference.changed],
        "matched": [{"a": p.old.name, "b": p.new.name} for p in difference.matched],
        "ambiguous": [
            {"model": name, "candidates": list(found)}
            for name, found in difference.ambiguous.items()
        ],
        "summary": _counts(difference),
    }
    return escape.as_json(document)


def as_table(difference: Difference, a: Side, b: Side) -> str:
    """Return one line a change, those of a model together, and a summary at the end."""
    lines = [f"- {_place(entry)}" for entry in difference.removed]
    lines += [f"+ {_place(entry)}" for entry in difference.added]
    names = {pair.new.name: pair.old.name for pair in difference.matched}
    for model, changes in groupby(difference.changed, key=lambda change: change.model):
        was = f"{names[model]} = " if model in names else ""
        lines.append(f"~ {was}{model}")
        lines += _aligned(list(changes))
    return escape.terminal("\n".join([*lines, summary(difference)])) + "\n"


def as_markdown(difference: Difference, a: Side, b: Side) -> str:
    """Return a page with a table for each kind of change."""
    lines = [
        f"# What changed from {escape.code(a.name)} to {escape.code(b.name)}",
        "",
        f"{summary(difference)}.",
    ]
    for title, entries in (("Removed", difference.removed), ("Added", difference.added)):
        rows = [(entry.name, str(entry.location)) for entry in entries]
        lines += _text.section(title, ("model", "place"), rows)
    changes = [
        (c.model, c.field, *_values(c), SAME_DIGEST[c.same_digest], _places(c))
        for c in difference.changed
    ]
    lines += _text.section("Changed", ("model", "field", "old", "new", "remark", "place"), changes)
    matched = [(pair.old.name, pair.new.name) for pair in difference.matched]
    lines += _text.section("Compared by architecture", ("old", "new"), matched)
    unsettled = [(name, ", ".join(found)) for name, found in difference.ambiguous.items()]
    lines += _text.section("Not compared", ("model", "candidates"), unsettled)
    return "\n".join(lines) + "\n"


def summary(difference: Difference) -> str:
    """Return the counts in words."""
    if not difference:
        return "nothing changed"
    counts = _counts(difference)
    values = "1 value" if counts["changed"] == 1 else f"{counts['changed']} values"
    models = len({change.model for change in difference.changed})
    within = "" if not models else " of 1 model" if models == 1 else f" of {models} models"
    return f"{counts['added']} added, {counts['removed']} removed, {values}{within} changed"


def _counts(difference: Difference) -> dict[str, int]:
    return {
        "added": len(difference.added),
        "removed": len(difference.removed),
        "changed": len(difference.changed),
    }


def _model(entry: ModelEntry) -> dict[str, Any]:
    return {"model": entry.name, "location": asdict(entry.location)}


def _change(change: Change) -> dict[str, Any]:
    return {
        "model": change.model,
        "field": change.field,
        "old": _statement(change.old),
        "new": _statement(change.new),
        "same_digest": change.same_digest,
    }


def _statement(statement: Statement | None) -> dict[str, Any] | None:
    if statement is None:
        return None
    return {
        "value": plain(statement.claim.value) if statement.claim else statement.text,
        "text": statement.text,
        "location": asdict(statement.location),
    }


def _place(entry: ModelEntry) -> str:
    return f"{entry.name}  ({entry.location})"


def _aligned(changes: list[Change]) -> Iterator[str]:
    wide = max(len(change.field) for change in changes)
    for change in changes:
        old, new = _values(change)
        remark = SAME_DIGEST[change.same_digest]
        shown = f"  [{remark}]" if remark else ""
        yield f"    {change.field:<{wide}}  {old} → {new}{shown}  ({_places(change)})"


def _values(change: Change) -> tuple[str, str]:
    old, new = (NOTHING if said is None else said.text for said in (change.old, change.new))
    return old, new


def _places(change: Change) -> str:
    return " → ".join(str(said.location) for said in (change.old, change.new) if said)


FORMS = {"table": as_table, "json": as_json, "markdown": as_markdown}
