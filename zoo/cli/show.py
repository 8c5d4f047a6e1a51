"""``zoo show``: everything that is said of one model, with its place."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from zoo import escape
from zoo.claims import ModelEntry
from zoo.cli import _output, _selection
from zoo.index.schema import names_field
from zoo.registry import Registry, row


@click.command("show")
@click.argument("model")
@_selection.index_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How it is written.")  # fmt: skip
def show_command(model: str, index: Path | None, form: str) -> int:
    """Show all that is claimed of one model."""
    found = _selection.open_index(index)
    entry = _selection.lookup(Registry(found.entries), model)
    _output.emit(_json(entry) if form == "json" else _text(entry))
    return 2 if found.errors else 0


def _json(entry: ModelEntry) -> str:
    fields = {
        name: {"text": field.text, "location": asdict(field.location)}
        for name, field in entry.fields.items()
    }
    return escape.as_json(row(entry) | {"fields": fields})


def _text(entry: ModelEntry) -> str:
    wide = max((len(name) for name in entry.fields), default=0)
    lines = [f"{entry.name}  ({entry.location})"]
    own = {name for name in entry.fields if not names_field(name.partition(" (")[0])}
    lines += [
        f"{'*' if name in own else ' '} {name:<{wide}}  {field.text}  ({field.location})"
        for name, field in entry.fields.items()
    ]
    lines.append(f"  built by {entry.source.kind} from {entry.source.reference}")
    if own:
        lines.append("* a custom field: kept as it is written, and tested by nothing")
    return escape.terminal("\n".join(lines)) + "\n"


COMMAND = show_command
