"""Whether the programs of a shell line take it: nothing is run, and no file has to be there."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import click

from scripts.examples import ROOT, Block, commands
from zoo.cli import COMMANDS, _main
from zoo.cli._rules import chosen
from zoo.errors import ZooError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHELLS = ("sh", "bash")
# Other programs that examples run; what they take is not known here.
OTHERS = frozenset("cat cd cp cut echo find git head ls mkdir sed sort tail".split())
SCRIPT = re.compile(r"\s*(?:- run: |run: |- )(?=(?:\S*/)?zoo [a-z-])")
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")


class NotTaken(Exception):
    """A program is not there, or does not take what a line gives it."""


def lines(block: Block) -> Iterator[str]:
    """Yield the lines of a block that are commands: of a console without what they print."""
    if block.language == "console":
        yield from (command for command, _, _ in commands(block))
    elif block.language in SHELLS:
        yield from "\n".join(block.lines).replace("\\\n", " ").splitlines()
    elif block.language == "yaml":
        yield from (line[found.end() :] for line in block.lines if (found := SCRIPT.match(line)))


def check(line: str) -> None:
    """Raise NotTaken where a program of the line does not take its part of it."""
    line = re.sub(r"\$\w+", "1", line.replace("\\\n", " "))
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    for program, *arguments in _simple(list(words)):
        name = Path(program).name
        if name in TAKE:
            TAKE[name](arguments)
        elif name not in OTHERS:
            raise NotTaken(f"nothing here knows whether '{program}' can be run")


def check_mention(text: str) -> None:
    """Raise NotTaken where running text names a command or an option that zoo has not."""
    _, name, *rest = re.split(r"[\s\\|]+", f"{text} ")
    if name.startswith(("-", "…")):
        return
    if name not in COMMANDS:
        raise NotTaken(f"there is no command '{name}'")
    known = set(_options(COMMANDS[name]))
    if unknown := set(OPTION.findall(" ".join(rest))) - known - {"--help"}:
        raise NotTaken(f"zoo {name} has no {', '.join(sorted(unknown))}")


def _options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        yield from parameter.opts
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _options(below)


def _simple(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the simple commands of a line, without redirections and variables."""
    command: list[str] = []
    rest = iter([*words, ";"])
    for word in rest:
        if word in {";", "&&", "||", "|", "&"}:
            if command:
                yield command
            command = []
        elif re.fullmatch(r"[<>]+", word):
            next(rest)
        elif command or not re.match(r"\w+=", word):
            command.append(word)


def _zoo(arguments: list[str]) -> None:
    """Let click parse the arguments as it would; files need not be there."""
    with mock.patch.object(click.Path, "convert", lambda self, value, *_: Path(value)):
        try:
            context = _context(_main.zoo, "zoo", arguments)
        except click.exceptions.Exit:  # --help, --version
            return
        except click.ClickException as error:
            raise NotTaken(error.format_message()) from None
    only, skip = (context.params.get(name) for name in ("only", "skip"))
    if context.info_name == "verify":
        try:
            chosen(only, skip)
        except ZooError as error:
            raise NotTaken(error.message) from None


def _context(command: click.Command, name: str, arguments: list[str]) -> click.Context:
    context = command.make_context(name, list(arguments))
    if not isinstance(command, click.Group):
        return context
    below, found, rest = command.resolve_command(context, list(arguments))
    assert below is not None and found is not None
    return _context(found, below, rest)


def _make(arguments: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):(?!=)", makefile, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) \?=", makefile, re.MULTILINE))
    given = {word for word in arguments if word.partition("=")[0] in variables}
    if unknown := set(arguments) - targets - given:
        raise NotTaken(f"the Makefile has no target {', '.join(sorted(unknown))}")


def _python(arguments: list[str]) -> None:
    """Look for a script of ours and for its options, which its text has in quotes."""
    if arguments[0] == "-m":
        return TAKE[arguments[1]](arguments[2:])
    script = ROOT / arguments[0]
    if not script.is_file():
        raise NotTaken(f"there is no {arguments[0]}")
    text = script.read_text(encoding="utf-8")
    options = [word.partition("=")[0] for word in arguments if word.startswith("--")]
    if unknown := [option for option in options if f'"{option}"' not in text]:
        raise NotTaken(f"{arguments[0]} has no {', '.join(unknown)}")
    return None


def _pip(arguments: list[str]) -> None:
    """Look for the extras of ours that are installed."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for word in arguments[1:]:
        name, _, extras = word.rstrip("]").partition("[")
        if name in {project["name"], ".", "-e ."} and extras:
            unknown = set(extras.split(",")) - project["optional-dependencies"].keys()
            if unknown:
                raise NotTaken(f"{name} has no extra {', '.join(sorted(unknown))}")


def _pytest(arguments: list[str]) -> None:
    paths = [word for word in arguments if word.startswith("tests/")]
    if gone := [path for path in paths if not (ROOT / path).exists()]:
        raise NotTaken(f"there is no {', '.join(gone)}")


TAKE = {"make": _make, "pip": _pip, "pytest": _pytest, "python": _python, "python3": _python,
        "zoo": _zoo}  # fmt: skip
