"""``zoo verify``: measure what is claimed, and judge."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import click

from zoo import __version__
from zoo.cli import (
    _access,
    _arguments,
    _baseline,
    _changed,
    _golden,
    _lock,
    _measuring,
    _progress,
    _report,
    _rules,
    _selection,
    _shard,
)
from zoo.reports import REPORTS
from zoo.run import Run, exit_code
from zoo.verify import verify, was_interrupted

INTERRUPTED = 130


@click.command("verify", epilog="'zoo --help' lists what it exits with.")
@_selection.selection_options
@_changed.changed_option
@_shard.shard_option
@_rules.rule_options
@_measuring.measuring_options
@_lock.lock_option
@_baseline.baseline_option
@_golden.golden_options
@_access.access_options
@click.option("--strict", is_flag=True, help="UNDECIDED and SKIP count as not verified (exit 4).")
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="table",
              show_default=True, help="How the Run is written.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder to write.")
def verify_command(
    asked: _selection.Asked,
    changed_since: str | None,
    shard: _shard.Shard | None,
    only: str | None,
    skip: str | None,
    measuring: _measuring.Measuring,
    lock: Path | None,
    baseline: Path | None,
    goldens: _golden.Goldens,
    allowed: _access.Allowed,
    strict: bool,
    form: str,
    output: Path | None,
) -> int:
    """Measure what is claimed, and say whether it holds."""
    asked = asked.or_all(changed_since is not None)
    chosen, unread = _shard.share(*_selection.with_unread(asked), shard)
    selected = _rules.chosen(only, skip)
    if not chosen and not unread:
        return _selection.nothing_selected("no model of the index matches")
    pinned = _lock.with_pins(chosen, lock, asked.index)
    candidates = _golden.with_goldens(pinned, _golden.folder_of(goldens, selected))
    if candidates and not _rules.tested(candidates, selected):
        return _selection.nothing_selected(f"no claim is tested by {', '.join(selected) or 'none'}")
    entries, unread = _changed.touched(candidates, chosen, unread, changed_since, asked.index, lock)
    _rules.require_torch(selected)
    _report.check_place(form, output)
    known = _baseline.entries_of(baseline)
    started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    with _progress.listener() as listener:
        access = _access.access(allowed, listener.progress)
        options = _measuring.options_of(measuring, candidates, access, listener)
        validators = _golden.validators(goldens, started, options.device.name).values()
        run = verify(
            entries,
            validators,
            selected,
            options,
            version=__version__,
            started=started,
            unread=unread,
        )
    shown = form == "table" and output is None
    complete = asked.everything and changed_since is None and shard is None
    run = _baseline.applied(run, known, _baseline.today(), complete=complete, shown=shown)
    run = _arguments.recorded(run, entries, click.get_current_context())
    _report.deliver(run, form, output, must=True)
    if output is not None:
        click.echo(_report.summary(run), err=True)
    return _exit_code(run, strict=strict, none_touched=changed_since is not None)


def _exit_code(run: Run, *, strict: bool, none_touched: bool) -> int:
    """Return what the process exits with.

    Args:
        none_touched: whether it is in order that nothing was verified.
    """
    if was_interrupted(run):
        click.echo("interrupted: what was not tested by then is SKIP", err=True)
        return INTERRUPTED
    if none_touched and not run.findings:
        return 0
    return exit_code(run, strict=strict)


COMMAND = verify_command
