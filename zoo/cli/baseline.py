"""``zoo baseline``: record what fails today, so that only what is new fails tomorrow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from zoo import escape
from zoo.baseline import Entry, Pair, State, Terms, Update, parse, read, to_text, update
from zoo.cli import _baseline, _output, _runs
from zoo.errors import UsageError
from zoo.findings import show
from zoo.run import Run

NAME = "baseline.yml"


@click.command("baseline")
@_runs.runs_argument
@click.option("--reason", metavar="TEXT", help="Of all new entries.  [default: what was found]")
@click.option("--issue", metavar="URL", help="Where the new entries are dealt with.")
@click.option(
    "--expires",
    metavar="DATE",
    help="The last day on which new entries are borne (2027-01-31), and old ones that had a day.",
)
@click.option(
    "--errors",
    is_flag=True,
    help="Also record ERRORs that stay until somebody acts: code or URLs that are refused, names"
    " that no longer are there. Others, as of the network, never are recorded.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=NAME, show_default=True,
    help="File to write, or to bring up to date.",
)  # fmt: skip
def baseline_command(
    runs: tuple[Path, ...],
    reason: str | None,
    issue: str | None,
    expires: str | None,
    errors: bool,
    output: Path,
) -> int:
    """Record the FAILs of Runs, with the reason why they are borne.

    Reasons, issues and days that the file has already are kept; what holds now is dropped; models
    that the Runs are not about stay as they are."""
    terms = Terms(_said(reason), issue or "", _day(expires), errors)
    run = _runs.read_runs(runs)
    old = read(output) if output.exists() else []
    found = update(old, run.findings, terms)
    text = to_text(found.entries)
    _check(found, text, output)
    _tell(found, run)
    if output.exists() and text == output.read_text(encoding="utf-8"):
        click.echo(f"{escape.terminal(str(output))} is up to date", err=True)
        return 0
    _output.write_file(output, text)
    click.echo(f"wrote {escape.terminal(str(output))}", err=True)
    return 0


def _said(reason: str | None) -> str:
    if reason is not None and not reason.strip():
        raise UsageError("--reason is empty", "leave it out, and each entry says what was found")
    return reason or ""


def _day(expires: str | None) -> str:
    try:
        day = date.fromisoformat(expires) if expires is not None else None
    except ValueError:
        raise UsageError(
            f"--expires: there is no day {expires}", "write it as 2027-01-31"
        ) from None
    if day is not None and day < _baseline.today():
        raise UsageError(f"--expires: {day} is over")
    return day.isoformat() if day else ""


def _check(found: Update, text: str, output: Path) -> None:
    """Find out before it is written whether the text would be read as it is meant."""
    again = parse(text, str(output))
    wanted = [str(entry) + entry.reason for entry in found.entries]
    if [str(entry) + entry.reason for entry in again] != wanted:
        raise UsageError(f"{output}: a value of the Run cannot be written so that it is read back")


def _tell(found: Update, run: Run) -> None:
    """Say what has changed in the file, one line an entry."""
    instead = [each.entry for each in found.replaced]
    over = [each.entry for each in found.dropped]
    for sign, entries in (("-", [*over, *instead]), ("+", found.added)):
        for entry in entries:
            click.echo(f"{sign} {_line(entry)}", err=True)
    for each in found.replaced:
        reason = escape.line(each.entry.reason)
        click.echo(f"  another failure now; its reason was: {reason}", err=True)
    day = _baseline.today().isoformat()
    late = [e for e in found.entries if e.expires and e.expires < day]
    for words, count in (
        ("known already", len(found.kept) - len(_untested(found.kept))),
        ("not tested by these Runs, kept", len(_untested(found.kept))),
        ("no failure any more, dropped", len(found.dropped)),
        ("replaced by another failure", len(found.replaced)),
        ("added", len(found.added)),
        ("expired (--expires gives another day)", len(late)),
        ("ERRORs that are not recorded, since nobody knows what holds", len(found.unrecorded)),
    ):
        if count:
            click.echo(f"{words}: {count}", err=True)
    if not run.findings:
        click.echo("the Runs have no findings", err=True)


def _untested(kept: tuple[Pair, ...]) -> list[Pair]:
    return [each for each in kept if each.state is State.OPEN]


def _line(entry: Entry) -> str:
    found = entry.obstacle or f"measured {show(entry.measured)}"
    return escape.line(f"{entry.model} {entry.what}: claimed {show(entry.claimed)}, {found}")


COMMAND = baseline_command
