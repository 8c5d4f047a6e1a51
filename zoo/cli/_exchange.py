"""Says on standard error what an exchange of models could not carry over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from zoo import escape
from zoo.index.reader import MAX_FILE

READ_BACK = frozenset({"yaml", "json"})


def tell(notes: Iterable[str]) -> None:
    """Print notes, one a line."""
    for note in notes:
        click.echo(escape.terminal(note), err=True)


def warn_of_size(pages: Mapping[str, str], form: str) -> None:
    """Say so where zoo would refuse to read what is written."""
    if form in READ_BACK and any(len(text.encode()) > MAX_FILE for text in pages.values()):
        tell([f"larger than the {MAX_FILE // 2**20} MiB that zoo reads: choose fewer models"])
