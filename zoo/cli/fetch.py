"""``zoo fetch``: obtain and hash weights."""

from __future__ import annotations

from pathlib import Path

import click

from zoo import escape
from zoo.claims import ModelEntry
from zoo.cli import _access, _output, _progress, _selection
from zoo.errors import Skipped, ZooError
from zoo.run import WeightsFile
from zoo.weights import Access, obtain


@click.command("fetch")
@_selection.selection_options
@_selection.index_option
@_access.access_options
def fetch_command(
    models: tuple[str, ...],
    everything: bool,
    patterns: str | None,
    index: Path | None,
    offline: bool,
    allow_http: bool,
) -> int:
    """Obtain and hash the weights of models."""
    entries = _selection.choose(_selection.sound_registry(index), models, patterns, everything)
    if not entries:
        return _selection.nothing_selected("no model of the index matches")
    codes = []
    for entry in entries:
        with _progress.listener() as listener:
            access = _access.access(
                offline=offline, allow_http=allow_http, listener=listener.progress
            )
            outcome = _obtain(entry, access)
        codes.append(_tell(entry, outcome))
    return 1 if 1 in codes else max(codes)


def _obtain(entry: ModelEntry, access: Access) -> WeightsFile | ZooError:
    try:
        return obtain(entry, access)
    except ZooError as error:
        return error


def _tell(entry: ModelEntry, outcome: WeightsFile | ZooError) -> int:
    match outcome:
        case WeightsFile(mismatch=""):
            _output.emit(_line(entry, outcome))
            return 0
        case WeightsFile():
            _output.emit(_line(entry, outcome))
            click.echo(f"zoo: {_place(entry)}: {escape.terminal(outcome.mismatch)}", err=True)
            return 1
        case Skipped():
            click.echo(f"{entry.name}: {outcome.message}", err=True)
            return 0
        case _:
            _output.complain(type(outcome)(f"{_place(entry)}: {outcome.message}", outcome.hint))
            return 4


def _line(entry: ModelEntry, weights: WeightsFile) -> str:
    name, path = escape.terminal(entry.name), escape.terminal(str(weights.path))
    return f"{name}  {weights.digest}  {weights.size} bytes  {weights.assurance}  {path}\n"


def _place(entry: ModelEntry) -> str:
    location = entry.weights.location if entry.weights else entry.location
    return escape.terminal(f"{location}: {entry.name}")


COMMAND = fetch_command
