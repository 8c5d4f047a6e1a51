"""``zoo export``: the models of an index in another format."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.cli import _exchange, _output, _selection
from zoo.errors import UsageError
from zoo.exchange import EXPORTERS


@click.command("export")
@_selection.selection_options
@click.option("--format", "form", type=click.Choice(list(EXPORTERS)), required=True,
              help="How they are written.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE-OR-FOLDER",
              help="File to write, or folder for a page a model.")  # fmt: skip
def export_command(
    asked: _selection.Asked,
    form: str,
    output: Path | None,
) -> int:
    """Write models in another format.

    yaml and json are model-index documents, csv is a table, hf-card gives a Hugging Face model
    card a model, and eval-results a file a model for the folder .eval_results/ of its
    repository."""
    entries = _selection.chosen(asked)
    if not entries:
        return _selection.nothing_selected("no model of the index matches")
    exporter = EXPORTERS[form]
    exported = exporter.render(entries)
    _exchange.tell(exported.notes)
    if not exported.pages:
        raise UsageError(f"nothing can be written as {form}", "the reasons are said above")
    _exchange.warn_of_size(exported.pages, form)
    one = len(exported.pages) == 1 and output is not None and output.suffix == exporter.suffix
    folder = output is not None and output.is_dir()
    _output.deliver(exported.pages, output, many=folder or (exporter.many and not one))
    return 0


COMMAND = export_command
