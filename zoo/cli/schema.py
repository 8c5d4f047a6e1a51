"""``zoo schema``: the JSON Schema of what zoo reads and prints."""

from __future__ import annotations

from pathlib import Path

import click

from zoo import escape
from zoo.cli import _output
from zoo.index.schema import schema
from zoo.schemas import load, names

INDEX = "index"


@click.command("schema")
@click.argument("name", type=click.Choice([INDEX, *names()]), default=INDEX)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.")
def schema_command(name: str, output: Path | None) -> int:
    """Print a JSON Schema (2020-12), for editors and tests.

    'index' is the schema of a model-index document, 'config' that of zoo.toml, 'lock' and
    'baseline' those of these files, and the others those of what the command of that name prints
    as JSON ('run' is what 'verify' prints, 'diff-runs' what 'diff' says of two Runs)."""
    described = schema() if name == INDEX else load(name)
    text = escape.as_json(described)
    _output.deliver({f"{name}.json": text}, output, many=False)
    return 0


COMMAND = schema_command
