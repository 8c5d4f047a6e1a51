"""Tells on standard error what is going on: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
from types import TracebackType

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

from zoo import escape
from zoo.build import Listener

SHARED = "architectures"  # what is done for all models at once


class Lines(Listener):
    """One line a model, for logs."""

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def model(self, name: str) -> None:
        """Print the model's name."""
        click.echo(f"verifying {escape.terminal(name)}", err=True)

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Print how far what concerns all models is, at each tenth of it."""
        if (
            what == SHARED
            and total
            and total >= 10
            and done * 10 // total > (done - 1) * 10 // total
        ):
            click.echo(f"counted {done} of {total} {what}", err=True)


class Bars(Listener):
    """A bar for what is being done now; it is gone when all is done."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("", total=None)
        self._model = self._step = ""

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def model(self, name: str) -> None:
        """Show the model's name."""
        self._model = escape.terminal(name)
        self._show("", 0, None)

    def step(self, rule: str) -> None:
        """Show the validator's name."""
        self._step = rule
        self._show("", 0, None)

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Show how much is done."""
        self._show(escape.terminal(what), done, total)

    def _show(self, what: str, done: int, total: int | None) -> None:
        words = " ".join(part for part in (self._model, self._step, what) if part)
        self._progress.update(self._task, description=words, completed=done, total=total)


def listener() -> Lines | Bars:
    """Return the listener that fits standard error."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    return Bars() if terminal and not os.environ.get("CI") else Lines()
