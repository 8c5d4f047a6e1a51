"""``zoo fetch``: obtain and hash weights."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from zoo import escape
from zoo.claims import ModelEntry
from zoo.cli import _access, _fetching, _lock, _output, _selection
from zoo.run import WeightsFile


@click.command("fetch")
@_selection.selection_options
@_lock.lock_option
@_access.access_options
@_fetching.jobs_option
def fetch_command(
    asked: _selection.Asked,
    lock: Path | None,
    allowed: _access.Allowed,
    jobs: int | None,
) -> int:
    """Obtain and hash the weights of models.

    What broke off is gone on with by the next fetch."""
    entries = _selection.chosen(asked)
    if not entries:
        return _selection.nothing_selected("no model of the index matches")
    entries = _lock.with_pins(entries, lock, asked.index)
    with closing(_fetching.obtained(entries, _access.access(allowed), jobs)) as outcomes:
        codes = [_tell(entry, outcome) for entry, outcome in outcomes]
    return _fetching.gravest(codes)


def _tell(entry: ModelEntry, outcome: _fetching.Outcome) -> int:
    match outcome:
        case WeightsFile(mismatch=""):
            _output.emit(_line(entry, outcome))
            return 0
        case WeightsFile():
            _output.emit(_line(entry, outcome))
            told = f"zoo: {_fetching.place(entry)}: {escape.terminal(outcome.mismatch)}"
            click.echo(told, err=True)
            return 1
        case _:
            return _fetching.missing(entry, outcome)


def _line(entry: ModelEntry, weights: WeightsFile) -> str:
    name, path = escape.terminal(entry.name), escape.terminal(str(weights.path))
    return f"{name}  {weights.digest}  {weights.size} bytes  {weights.assurance}  {path}\n"


COMMAND = fetch_command
