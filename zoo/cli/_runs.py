"""Reads Runs that 'zoo verify --format json' wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from zoo.errors import UsageError
from zoo.evidence import WHAT, from_json
from zoo.run import Run, merge

runs_argument = click.argument(
    "runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN.json..."
)


def read_runs(paths: Iterable[Path]) -> Run:
    """Return the Runs in files as one.

    Raises:
        UsageError: one cannot be read, is no Run, or does not go with the others.
    """
    return merge([read_run(path) for path in paths])


def read_run(path: Path) -> Run:
    """Return the Run in a file.

    Raises:
        UsageError: it cannot be read, or is no Run.
    """
    return from_json(_text(path), str(path))


def _text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", WHAT) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not JSON: it is not UTF-8 text", WHAT) from None


def is_run(path: Path) -> bool:
    """Return whether a file is a Run, of whatever version, and not an index or something else."""
    if path.suffix != ".json" or not path.is_file():
        return False
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and {"schema_version", "findings", "subjects"} <= set(
        document
    )
