"""Tells on standard error what is going on: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TransferSpeedColumn,
)

from zoo import escape
from zoo.diagnosis import DIAGNOSED
from zoo.options import Listener

SHARED = "architectures"  # what is done for all models at once
CHECKED = "pictures of the dataset"
_TOLD = {SHARED: "counted", CHECKED: "checked", DIAGNOSED: "scored"}


class Lines(Listener):
    """One line a model, for logs."""

    def __init__(self) -> None:
        self._done: dict[str, int] = {}

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def model(self, name: str) -> None:
        """Print the model's name."""
        click.echo(f"verifying {escape.terminal(name)}", err=True)

    def say(self, text: str) -> None:
        """Print it."""
        click.echo(f"note: {escape.line(text)}", err=True)

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Print how far what takes long is, at each tenth of it."""
        if what not in _TOLD or not total or total < 10:
            return
        before = self._done.get(what, 0)
        self._done[what] = done
        if done * 10 // total > (before if before < done else 0) * 10 // total:
            click.echo(f"{_TOLD[what]} {done:,} of {total:,} {what}", err=True)


class Bars(Listener):
    """A bar for what is being done now; it is gone when all is done."""

    def __init__(self) -> None:
        self._progress = _bars(TaskProgressColumn())
        self._task = self._progress.add_task("", total=None)
        self._model = self._step = ""

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def model(self, name: str) -> None:
        """Show the model's name."""
        self._model = escape.terminal(name)
        self._show("", 0, None)

    def step(self, rule: str) -> None:
        """Show the validator's name."""
        self._step = rule
        self._show("", 0, None)

    def say(self, text: str) -> None:
        """Print it above the bar."""
        self._progress.console.print(f"note: {escape.line(text)}", markup=False, highlight=False)

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Show how much is done."""
        self._show(escape.terminal(what), done, total)

    def _show(self, what: str, done: int, total: int | None) -> None:
        words = " ".join(part for part in (self._model, self._step, what) if part)
        self._progress.update(self._task, description=words, completed=done, total=total)


class FileLines:
    """A line when a model's file is begun to be read, for logs; from any thread."""

    def __init__(self) -> None:
        self._begun: set[str] = set()

    def __enter__(self) -> FileLines:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def file(self, model: str, what: str, done: int, total: int | None) -> None:
        """Print which file is read, and how large it is where that is known."""
        if model in self._begun:
            return
        self._begun.add(model)
        size = "" if total is None else f" ({total:,} bytes)"
        click.echo(f"reading {escape.line(what)} of {escape.line(model)}{size}", err=True)

    def done(self, model: str) -> None:
        """A model's file is there, or cannot be had."""


class FileBars:
    """A bar for each file that is on its way; it is gone when the file is there."""

    def __init__(self) -> None:
        self._progress = _bars(DownloadColumn(binary_units=True), TransferSpeedColumn())
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> FileBars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def file(self, model: str, what: str, done: int, total: int | None) -> None:
        """Show how much of a model's file is here."""
        if model not in self._tasks:
            words = f"{escape.line(model)} {escape.line(what)}"
            self._tasks[model] = self._progress.add_task(words, total=total)
        self._progress.update(self._tasks[model], completed=done, total=total)

    def done(self, model: str) -> None:
        """Take the model's bar away."""
        if model in self._tasks:
            self._progress.remove_task(self._tasks.pop(model))


def listener() -> Lines | Bars:
    """Return the listener that fits standard error."""
    return Bars() if _watched() else Lines()


def files() -> FileLines | FileBars:
    """Return what shows files on their way, as it fits standard error."""
    return FileBars() if _watched() else FileLines()


def _watched() -> bool:
    terminal = sys.stderr is not None and sys.stderr.isatty()
    return terminal and not os.environ.get("CI")


def _bars(*columns: ProgressColumn) -> Progress:
    """Return bars on standard error; what is printed meanwhile stays above them.

    Standard output is only led through them where it is the same terminal.
    """
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),
    )
