"""The baseline of a verification: where it is, and what is said of it beside the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

import click

from zoo import escape
from zoo.baseline import Entry, Pair, apply, read
from zoo.cli import _selection
from zoo.run import Run

F = TypeVar("F", bound=Callable[..., Any])
SHOWN = 5


def baseline_option(function: F) -> F:
    """Add ``--baseline``."""
    return click.option(
        "--baseline",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Failures that are known: only others count, and entries that are outdated.",
    )(function)


def today() -> date:
    """Return the day that it is, UTC."""
    return datetime.now(timezone.utc).date()


def entries_of(baseline: Path | None) -> list[Entry] | None:
    """Return what the baseline that was named, or is set, knows; None where there is none.

    Raises:
        UsageError: it is not there, or cannot be read.
    """
    setting = _selection.config().get("baseline")
    path = baseline or (Path(setting) if setting else None)
    return None if path is None else read(path)


def applied(run: Run, entries: Sequence[Entry] | None, day: date, *, complete: bool) -> Run:
    """Return a Run with what the baseline knows, and say what it has entries on and did not test.

    Args:
        complete: whether every model of the index was selected.
    """
    if entries is None:
        return run
    marked, left = apply(run, entries, day, complete=complete)
    _tell(left)
    for outdated in marked.outdated:
        click.echo(f"zoo: {escape.line(str(outdated))}", err=True)
    return marked


def _tell(left: Sequence[Pair]) -> None:
    if not left:
        return
    noun = "entry" if len(left) == 1 else "entries"
    click.echo(f"baseline: {len(left)} {noun} left alone:", err=True)
    counts: dict[str, int] = {}
    for each in left:
        counts[each.words] = counts.get(each.words, 0) + 1
    for words, count in list(counts.items())[:SHOWN]:
        click.echo(f"  {count} {escape.line(words)}", err=True)
    if len(counts) > SHOWN:
        click.echo(f"  {sum(list(counts.values())[SHOWN:])} for other reasons", err=True)
