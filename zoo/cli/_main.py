"""The entry to the command line: finds the command, and turns every error into a message."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

import click

from zoo import __version__
from zoo.catalog import Catalog
from zoo.cli import _output
from zoo.errors import UsageError, ZooError, nearest

COMMANDS: Catalog[click.Command] = Catalog("zoo.cli", "COMMAND")
USAGE, INTERNAL, INTERRUPTED = 2, 3, 130
COMPLETION = "_ZOO_COMPLETE"  # by which a shell asks click what may follow
# Importing torch and timm makes a million objects that stay: looking through them for circular
# garbage at every 700th, as Python does, took a sixth of the time until the first batch.
COLLECT_AFTER = 100_000
_HELP = frozenset({"-h", "--help", "--version"})
EXIT_CODES = {
    0: "every tested claim is borne out",
    1: "a claim failed",
    USAGE: "usage",
    INTERNAL: "internal error",
    4: "something could not be verified and nothing failed",
    5: "nothing selected",
    INTERRUPTED: "interrupted",
}


class _Commands(click.Group):
    """The commands of the catalog, each imported when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return COMMANDS.get(name)

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
            hint = nearest(arguments[0], COMMANDS) or f"commands are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command '{arguments[0]}' ({hint})", context)
        return super().resolve_command(context, arguments)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"Exit codes: {', '.join(f'{code} {said}' for code, said in EXIT_CODES.items())}.",
)
@click.version_option(__version__, prog_name="zoo", message="%(prog)s %(version)s")
def zoo() -> None:
    """Is the published number true? Registry and reproducibility validator for model zoos."""


def main() -> NoReturn:
    """Run the command line of this process and exit."""
    gc.set_threshold(COLLECT_AFTER)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code; every error ends here as a message."""
    try:
        return _invoke(list(arguments)) or 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except ZooError as error:
        _output.complain(error)
        return USAGE
    except SystemExit as end:
        if COMPLETION in os.environ:
            return int(end.code or 0)
        click.echo("zoo: the code of a model ended this process", err=True)
        return INTERNAL
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted: nothing was left half-written", err=True)
        return INTERRUPTED
    except Exception as error:
        return _unforeseen(error, arguments)


def _unforeseen(error: Exception, arguments: Sequence[str]) -> int:
    """Say what has ended a command, and return the exit code: 3, unless the system refused it."""
    if isinstance(error, BrokenPipeError) and not _HELP.isdisjoint(arguments):
        _output.forget_stdout()  # the reader of click's help has gone away
        return 0
    if isinstance(error, OSError) and _is_named(error.filename, arguments):
        _output.complain(UsageError(f"cannot use {error.filename}: {error.strerror}"))
        return USAGE
    if isinstance(error, FileNotFoundError) and not _is_somewhere():
        _output.complain(UsageError("the working folder is gone", "go to one that is there"))
        return USAGE
    traceback.print_exception(error)  # the one place where it reaches a user: it is our fault
    click.echo("zoo: internal error: please report it with the lines above", err=True)
    return INTERNAL


def _invoke(arguments: list[str]) -> int | None:
    """Run one command without click's own ``main``, which hides what has ended it."""
    if COMPLETION in os.environ:
        zoo.main(arguments, prog_name="zoo", standalone_mode=False)
    with zoo.make_context("zoo", arguments) as context:
        code: int | None = zoo.invoke(context)
        return code


def _is_somewhere() -> bool:
    """Return whether the working folder is there still."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _is_named(path: object, arguments: Iterable[str]) -> bool:
    """Return whether a path that the system refuses, as for its length, is one the user gave."""
    return isinstance(path, str) and any(word.endswith(path) for word in arguments)
