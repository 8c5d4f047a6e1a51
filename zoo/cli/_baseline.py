"""The baseline of a verification: where it is, and what is said of it beside the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timezone
from pathlib import Path

import click

from zoo import escape
from zoo.baseline import Entry, Pair, apply, read
from zoo.cli import _selection
from zoo.run import Run

SHOWN = 5


baseline_option = click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Failures that are known: only others count, and entries that are outdated.",
)


def today() -> date:
    """Return the day that it is, UTC."""
    return datetime.now(timezone.utc).date()


def entries_of(baseline: Path | None) -> list[Entry] | None:
    """Return what the baseline that was named, or is set, knows; None where there is none.

    Raises:
        UsageError: it is not there, or cannot be read.
    """
    path = _selection.named_path(baseline, "baseline")
    return None if path is None else read(path)


def applied(
    run: Run, entries: Sequence[Entry] | None, day: date, *, complete: bool, shown: bool
) -> Run:
    """Return a Run with what the baseline knows, and say which of its entries are not about it.

    Args:
        complete: whether every model of the index was selected.
        shown: whether the report shows what is outdated where this is said.
    """
    if entries is None:
        return run
    marked, left = apply(run, entries, day, complete=complete)
    _tell(left)
    for outdated in () if shown else marked.outdated:
        click.echo(f"zoo: {escape.line(str(outdated))}", err=True)
    return marked


def _tell(left: Sequence[Pair]) -> None:
    if not left:
        return
    noun = "entry" if len(left) == 1 else "entries"
    counts = Counter(each.words for each in left).most_common()
    parts = [f"{count} × {words}" for words, count in counts[:SHOWN]]
    if len(counts) > SHOWN:
        parts.append(f"{sum(count for _, count in counts[SHOWN:])} × for other reasons")
    text = f"baseline: {len(left)} {noun} left alone ({', '.join(parts)})"
    click.echo(escape.line(text), err=True)
