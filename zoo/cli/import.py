"""``zoo import``: a model index from what others publish."""  # noqa: N999  (the command's name)

from __future__ import annotations

from pathlib import Path

import click

from zoo.cli import _exchange, _output
from zoo.errors import UsageError
from zoo.exchange import EXPORTERS, IMPORTERS, Importer


@click.command("import")
@click.argument("source")
@click.option("--from", "form", type=click.Choice(list(IMPORTERS)),
              help="What SOURCE is. Default: by its name.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="File to write, as JSON if it ends in .json.")  # fmt: skip
def import_command(source: str, form: str | None, output: Path | None) -> int:
    """Make a model index of SOURCE.

    SOURCE is a table of results of timm (.csv), a Hugging Face model card (.md), or 'torchvision'
    for the weights that the installed torchvision publishes; --from torchvision also takes names
    such as resnet50,vit_*. What cannot be carried over is said on standard error."""
    importer = IMPORTERS[form] if form else _recognised(source)
    imported = importer.read(source)
    written = "json" if output is not None and output.suffix == ".json" else "yaml"
    pages = EXPORTERS[written].render(imported.entries).pages
    _exchange.tell(imported.notes)
    _exchange.warn_of_size(pages, written)
    _output.deliver(pages, output, many=False)
    count = len(imported.entries)
    _exchange.tell([f"{count} {'model' if count == 1 else 'models'} imported"])
    return 0


def _recognised(source: str) -> Importer:
    for importer in IMPORTERS.values():
        if importer.recognises(source):
            return importer
    raise UsageError(
        f"what '{source}' is cannot be told by its name", f"say --from {'|'.join(IMPORTERS)}"
    )


COMMAND = import_command
