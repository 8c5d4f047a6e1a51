"""``zoo verify``: measure what is claimed, and judge."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from zoo import __version__
from zoo.cli import (
    _access,
    _arguments,
    _lock,
    _measuring,
    _output,
    _progress,
    _report,
    _rules,
    _selection,
)
from zoo.reports import REPORTS
from zoo.run import exit_code
from zoo.validators import VALIDATORS
from zoo.verify import verify, was_interrupted

INTERRUPTED = 130


@click.command("verify")
@_selection.selection_options
@_selection.index_option
@_rules.rule_options
@_measuring.measuring_options
@_lock.lock_option
@_access.access_options
@click.option("--strict", is_flag=True, help="UNDECIDED and SKIP count as not verified (exit 4).")
@click.option(
    "--format", "form", type=click.Choice(list(REPORTS)), default="table", show_default=True
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder to write.")
def verify_command(
    models: tuple[str, ...],
    everything: bool,
    patterns: str | None,
    index: Path | None,
    only: str | None,
    skip: str | None,
    lock: Path | None,
    offline: bool,
    allow_http: bool,
    paranoid: bool,
    strict: bool,
    form: str,
    output: Path | None,
    **measuring: Any,
) -> int:
    """Measure what is claimed, and say whether it holds."""
    chosen, unread = _selection.with_unread(index, models, patterns, everything)
    selected = _rules.chosen(only, skip)
    if not chosen and not unread:
        return _selection.nothing_selected("no model of the index matches")
    entries = _lock.with_pins(chosen, lock, index)
    if entries and not _rules.tested(entries, selected):
        return _selection.nothing_selected(f"no claim is tested by {', '.join(selected) or 'none'}")
    _rules.require_torch(selected)
    _output.check_place(output, many=REPORTS[form].many)
    with _progress.listener() as listener:
        access = _access.access(
            offline=offline, allow_http=allow_http, paranoid=paranoid, listener=listener.progress
        )
        run = verify(
            entries,
            VALIDATORS.values(),
            selected,
            _measuring.options_of(measuring, entries, access, listener),
            version=__version__,
            started=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            unread=unread,
        )
    run = _arguments.recorded(run, entries, click.get_current_context())
    _report.deliver(run, form, output)
    if was_interrupted(run):
        click.echo("interrupted: what was not tested by then is SKIP", err=True)
        return INTERRUPTED
    return exit_code(run, strict=strict)


COMMAND = verify_command
