"""Obtains the weights of many models at a time, and gives them in the order of the models."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import click

from zoo import escape
from zoo.claims import ModelEntry
from zoo.cli import _output, _progress, _selection
from zoo.errors import Skipped, ZooError
from zoo.run import WeightsFile
from zoo.weights import Access, obtain

JOBS = 4
Outcome = WeightsFile | ZooError


jobs_option = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Files to fetch at a time.  [default: {JOBS}]",
)


def obtained(
    entries: Sequence[ModelEntry], access: Access, jobs: int | None
) -> Generator[tuple[ModelEntry, Outcome], None, None]:
    """Yield each model with its weights file, or why it cannot be had, in the given order.

    A KeyboardInterrupt ends all downloads at once; what has come of them is kept.
    """
    number = jobs or _selection.config().get("jobs", JOBS)
    with _progress.files() as shown, ThreadPoolExecutor(number) as pool:
        try:
            futures = [pool.submit(_obtain, entry, access, shown) for entry in entries]
            for entry, future in zip(entries, futures, strict=True):
                yield entry, future.result()
        except BaseException:
            access.halt.now()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def missing(entry: ModelEntry, error: ZooError) -> int:
    """Say why a model's weights file cannot be had, and return the exit code for it."""
    if isinstance(error, Skipped):
        click.echo(escape.terminal(f"{entry.name}: {error.message}"), err=True)
        return 0
    _output.complain(type(error)(f"{place(entry)}: {error.message}", error.hint))
    return 4


def gravest(codes: Iterable[int]) -> int:
    """Return the exit code for several models: a FAIL comes before all else."""
    return max(codes, key=(0, 4, 1).index)


def place(entry: ModelEntry) -> str:
    """Return where a model's weights are named, and which model it is."""
    location = entry.weights.location if entry.weights else entry.location
    return escape.terminal(f"{location}: {entry.name}")


def _obtain(
    entry: ModelEntry, access: Access, shown: _progress.FileLines | _progress.FileBars
) -> Outcome:
    try:
        return obtain(entry, replace(access, progress=partial(shown.file, entry.name)))
    except ZooError as error:
        return error
    finally:
        shown.done(entry.name)
