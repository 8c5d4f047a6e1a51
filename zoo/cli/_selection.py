"""Finds the index and the models that a command is about."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import click

from zoo import escape
from zoo.claims import ModelEntry
from zoo.config import read_config
from zoo.errors import IndexFault, UsageError, nearest
from zoo.index import Index, Problem, read_index
from zoo.registry import Registry

NOTHING_SELECTED = 5
# Errors that spoil one model and leave the others as they are.
SPOILING = frozenset({"bad-value"})

F = TypeVar("F", bound=Callable[..., Any])


@cache
def config() -> Mapping[str, Any]:
    """Return the settings of the working folder."""
    return read_config(Path.cwd())


def index_option(function: F) -> F:
    """Add ``--index``."""
    return click.option(
        "--index",
        type=click.Path(path_type=Path),
        help="File or folder of the index. Default: $ZOO_INDEX, else model-index/ of this folder, "
        "else the index that comes with zoo.",
    )(function)


def selection_options(function: F) -> F:
    """Add the arguments that choose models."""
    for option in (
        click.option("--name", "patterns", metavar="PAT,PAT", help="Models that match a pattern."),
        click.option("--all", "everything", is_flag=True, help="Every model of the index."),
        click.argument("models", nargs=-1, metavar="[MODEL]..."),
    ):
        function = option(function)
    return function


def index_path(given: Path | None) -> Path:
    """Return where the index is, by the documented order of places."""
    named = given or os.environ.get("ZOO_INDEX") or config().get("index")
    if named:
        return Path(named)
    here = Path("model-index")
    return here if here.is_dir() else Path(str(files("zoo") / "bundled-index"))


def open_index(given: Path | None) -> Index:
    """Read the index, and print what is wrong with it on standard error."""
    index = read_index(index_path(given))
    for problem in index.problems:
        click.echo(describe(problem), err=True)
    return index


def sound_registry(given: Path | None) -> Registry:
    """Return the models of an index that has no errors, or raise."""
    index = open_index(given)
    if index.errors:
        raise _faulty(len(index.errors))
    return Registry(index.entries)


def _faulty(count: int) -> IndexFault:
    noun = "error" if count == 1 else "errors"
    return IndexFault(f"the index has {count} {noun}: nothing was done", "mend what is said above")


def with_unread(
    given: Path | None, models: tuple[str, ...], patterns: str | None, everything: bool
) -> tuple[list[ModelEntry], list[Problem]]:
    """Return the chosen models, and what is wrong with those of them that cannot be read.

    Raises:
        IndexFault: the index has errors of another kind.
        UsageError: a model is not in the index, or none was asked for.
    """
    registry, spoiled = spoiled_apart(given)
    unread = of_models(spoiled, models, patterns, everything)
    known = [name for name in models if not of_models(unread, [name], None, False)]
    if known or patterns or everything or not unread:
        return choose(registry, known, patterns, everything), unread
    return [], unread


def spoiled_apart(given: Path | None) -> tuple[Registry, list[Problem]]:
    """Return the models of an index, and what is wrong with those that have an unreadable value.

    Raises:
        IndexFault: the index has errors of another kind.
    """
    index = open_index(given)
    spoiled = [problem for problem in index.errors if problem.rule in SPOILING and problem.model]
    if len(spoiled) < len(index.errors):
        raise _faulty(len(index.errors))
    return Registry(index.entries), spoiled


def of_models(
    problems: Iterable[Problem], models: Iterable[str], patterns: str | None, everything: bool
) -> list[Problem]:
    """Return the problems of the models that are chosen."""
    named = set(models)
    wanted = [part.strip() for part in (patterns or "").split(",") if part.strip()]
    return [
        problem
        for problem in problems
        if (name := problem.model or "")
        and (
            everything
            or {name, _bare(name)} & named
            or any(_matches(name, part) for part in wanted)
        )
    ]


def describe(problem: Problem) -> str:
    """Return a problem and what to do about it as text for a terminal."""
    hint = f"\n  → {escape.terminal(problem.hint)}" if problem.hint else ""
    return f"{escape.line(str(problem))}{hint}"


def choose(
    registry: Registry, models: Iterable[str], patterns: str | None, everything: bool
) -> list[ModelEntry]:
    """Return the chosen models in the order of the index, each once.

    Raises:
        UsageError: a model is not in the index, or none was asked for.
    """
    named = {lookup(registry, name).name for name in models}
    wanted = [part.strip() for part in (patterns or "").split(",") if part.strip()]
    idle = [part for part in wanted if not any(_matches(name, part) for name in registry)]
    if idle and len(idle) < len(wanted):
        raise UsageError(f"no model of the index matches '{idle[0]}'", nearest(idle[0], registry))
    if not (named or wanted or everything):
        raise UsageError("no model was asked for", "name models, or say --all or --name PATTERN")
    return [
        entry
        for name, entry in registry.items()
        if everything or name in named or any(_matches(name, part) for part in wanted)
    ]


def lookup(registry: Registry, name: str) -> ModelEntry:
    """Return the model of a name, which need not say its library where that is clear.

    Raises:
        UsageError: there is none, or there are several; the hint has the nearest names.
    """
    if name in registry:
        return registry[name]
    found = [full for full in registry if _bare(full) == name]
    if len(found) == 1:
        return registry[found[0]]
    if found:
        raise UsageError(f"there are several models '{name}'", f"say {' or '.join(found)}")
    hint = nearest(name, {_bare(full) for full in registry}) or "see 'zoo list'"
    raise UsageError(f"there is no model '{name}' in the index", hint)


def _bare(name: str) -> str:
    """Return a model's name without its library."""
    return name.rpartition("/")[2]


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(_bare(name), pattern)


def nothing_selected(what: str) -> int:
    """Say that nothing was selected and return the exit code for it."""
    click.echo(f"zoo: nothing selected: {what}", err=True)
    return NOTHING_SELECTED
