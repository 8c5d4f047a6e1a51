"""``zoo check``: what can be said of an index without network and without torch."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from zoo.cli import _output, _selection
from zoo.index import Index, read_index


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@_selection.index_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True)  # fmt: skip
def check_command(paths: tuple[Path, ...], index: Path | None, form: str) -> int:
    """Check index files without network or torch.

    Syntax, schema, values and duplicates, each with file, line and column. Writes nothing."""
    found = read_index(*(paths or (_selection.index_path(index),)))
    _output.emit(_json(found) if form == "json" else _text(found))
    return 1 if found.errors else 0


def _json(index: Index) -> str:
    document = {
        "schema_version": "1",
        "files": list(index.files),
        "models": [entry.name for entry in index.entries],
        "findings": [asdict(problem) for problem in index.problems],
        "summary": _counts(index),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _text(index: Index) -> str:
    lines = [_selection.describe(problem) for problem in index.problems]
    counts = _counts(index)
    lines.append(
        f"{len(index.files)} files, {len(index.entries)} models: "
        f"{counts['errors']} errors, {counts['warnings']} warnings"
    )
    return "\n".join(lines) + "\n"


def _counts(index: Index) -> dict[str, int]:
    errors = len(index.errors)
    return {"errors": errors, "warnings": len(index.problems) - errors}


COMMAND = check_command
