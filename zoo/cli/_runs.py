"""Reads Runs that 'zoo verify --format json' wrote."""

from __future__ import annotations

import json
from pathlib import Path

from zoo.errors import UsageError
from zoo.evidence import from_json
from zoo.run import Run


def read_run(path: Path) -> Run:
    """Return the Run in a file.

    Raises:
        UsageError: it cannot be read, or is no Run.
    """
    return from_json(text_of(path), str(path))


def text_of(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not JSON: it is not UTF-8 text") from None


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
