"""Writes results: to standard output, to a file, or into a folder."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from zoo import escape
from zoo.atomic import aside
from zoo.cli import _text
from zoo.errors import UsageError, ZooError

UNBOUNDED = 1000  # no terminal: one line a row, for grep and head


def colour() -> bool:
    """Return whether standard output is to be coloured, by FORCE_COLOR, NO_COLOR and terminal."""
    if os.environ.get("FORCE_COLOR"):
        return True
    return not os.environ.get("NO_COLOR") and sys.stdout is not None and sys.stdout.isatty()


def width() -> int:
    """Return the width to write for: the terminal's, or $COLUMNS, else as wide as it comes."""
    return shutil.get_terminal_size((UNBOUNDED, 24)).columns


def emit(text: str) -> None:
    """Write to standard output; a reader that has gone away, or never was there, is no error.

    Raises:
        UsageError: what standard output leads to cannot be written, such as a full disk.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        forget_stdout()
    except OSError as error:
        forget_stdout()
        raise UsageError(f"cannot write to standard output: {error.strerror}") from None


def forget_stdout() -> None:
    """Let what is still buffered go nowhere, since Python would try to write it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_place(output: Path | None, *, many: bool) -> None:
    """Find out before the work begins whether its result can be written.

    Raises:
        UsageError: the file or folder cannot be made there.
    """
    if output is None:
        return
    if not many and _is_outlet(output):
        if not os.access(output, os.W_OK):
            raise UsageError(f"cannot write {output}: it may not be written to")
        return
    folder = output if many else output.parent
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise UsageError(f"cannot write {output}: {existing} is not a folder")
    if not many and output.is_dir():
        raise UsageError(f"cannot write {output}: it is a folder")
    if not os.access(existing, os.W_OK):
        raise UsageError(f"cannot write {output}: {existing} may not be written to")


def write_file(path: Path, text: str) -> None:
    """Write a whole file or none: beside its place first, then renamed.

    A link stays one. A device or a pipe, such as /dev/stdout, is written to and never replaced.

    Raises:
        UsageError: the folder cannot be written to.
    """
    target = Path(os.path.realpath(path))
    try:
        if _is_outlet(path):
            path.write_bytes(text.encode())
            return
        with aside(target.parent, prefix=f".{target.name}-") as hidden:
            hidden.write_bytes(text.encode())
            hidden.replace(target)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


def _is_outlet(path: Path) -> bool:
    """Return whether something is there that takes text and is no file: a device, a pipe."""
    return path.exists() and not (path.is_file() or path.is_dir())


def deliver(pages: Mapping[str, str], output: Path | None, *, many: bool) -> None:
    """Write pages to standard output, a file, or a folder where a format makes several.

    Raises:
        UsageError: the place cannot be written to.
    """
    if output is None:
        emit("\n".join(pages.values()))
    elif many:
        for name, text in pages.items():
            write_file(output / name, text)
        click.echo(f"wrote {_text.many(len(pages), 'page')} to {output}", err=True)
    else:
        write_file(output, "".join(pages.values()))
        click.echo(f"wrote {output}", err=True)


def complain(error: ZooError) -> None:
    """Print an error and what to do about it on standard error."""
    click.echo(f"zoo: {escape.terminal(error.message)}", err=True)
    if error.hint:
        click.echo(f"  → {escape.terminal(error.hint)}", err=True)
