"""Finds the index and the models that a command is about."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from zoo import escape
from zoo.claims import ModelEntry
from zoo.cli import _options
from zoo.config import read_config
from zoo.errors import IndexFault, UsageError, nearest
from zoo.index import Index, Problem, read_index
from zoo.registry import Registry

NOTHING_SELECTED = 5
# Errors that spoil one model and leave the others as they are.
SPOILING = frozenset({"bad-value"})


@cache
def config() -> Mapping[str, Any]:
    """Return the settings of the working folder."""
    return read_config(Path.cwd())


def named_path(given: Path | None, setting: str) -> Path | None:
    """Return the path of an option, else that of a setting of the working folder, if it has one."""
    named = given or config().get(setting)
    return Path(named) if named else None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which models a command is asked for.

    Attributes:
        models: by name.
        patterns: of names, with commas between them.
        index: where the index is, if it is said.
    """

    models: tuple[str, ...] = ()
    everything: bool = False
    patterns: str | None = None
    index: Path | None = None

    @property
    def nothing(self) -> bool:
        """Whether no model is asked for."""
        return not (self.models or self.everything or self.wanted)

    @property
    def wanted(self) -> list[str]:
        """The patterns, one by one."""
        return [part.strip() for part in (self.patterns or "").split(",") if part.strip()]

    def or_all(self, wish: bool = True) -> Asked:
        """Return that every model is asked for, if that is the wish where none is named."""
        return replace(self, everything=self.everything or (wish and self.nothing))


index_option = click.option(
    "--index",
    type=click.Path(path_type=Path),
    help="File or folder of the index. Default: $ZOO_INDEX, else model-index/ of this folder, "
    "else the index that comes with zoo.",
)
selection_options = _options.gathered(
    "asked",
    Asked,
    click.argument("models", nargs=-1, metavar="[MODEL]..."),
    click.option("--all", "everything", is_flag=True, help="Every model of the index."),
    click.option("--name", "patterns", metavar="PAT,PAT", help="Models that match a pattern."),
    index_option,
)


def index_path(given: Path | None) -> Path:
    """Return where the index is, by the documented order of places."""
    named = given or os.environ.get("ZOO_INDEX") or config().get("index")
    if named:
        return Path(named)
    here = Path("model-index")
    return here if here.is_dir() else bundled()


def bundled() -> Path:
    """Return the folder of the index that comes with zoo."""
    return Path(str(files("zoo") / "bundled-index"))


def open_index(given: Path | None) -> Index:
    """Read the index, and print what is wrong with it on standard error."""
    index = read_index(index_path(given))
    for problem in index.problems:
        click.echo(describe(problem), err=True)
    tell_if_empty(index)
    return index


def tell_if_empty(index: Index) -> None:
    """Say how models are listed where none is, and nothing is wrong either."""
    if not index.entries and not index.problems:
        click.echo("note: no model is listed here", err=True)
        click.echo("  → a page lists them in a comment: 'Type: model-index', 'Models'", err=True)


def sound_registry(given: Path | None) -> Registry:
    """Return the models of an index that has no errors, or raise."""
    index = open_index(given)
    if index.errors:
        raise _faulty(len(index.errors))
    return Registry(index.entries)


def _faulty(count: int) -> IndexFault:
    noun = "error" if count == 1 else "errors"
    return IndexFault(f"the index has {count} {noun}: nothing was done", "mend what is said above")


def with_unread(asked: Asked) -> tuple[list[ModelEntry], list[Problem]]:
    """Return the chosen models, and what is wrong with those of them that cannot be read.

    Raises:
        IndexFault: the index has errors of another kind.
        UsageError: a model is not in the index, or none was asked for.
    """
    registry, spoiled = spoiled_apart(asked.index)
    unread = [problem for problem in spoiled if _is_asked_for(problem, asked)]
    named = {name for problem in unread for name in _names(problem.model or "")}
    known = replace(asked, models=tuple(name for name in asked.models if name not in named))
    return [] if unread and known.nothing else choose(registry, known), unread


def spoiled_apart(given: Path | None) -> tuple[Registry, list[Problem]]:
    """Return the models of an index, and what is wrong with those that have an unreadable value.

    Raises:
        IndexFault: the index has errors of another kind.
    """
    index = open_index(given)
    spoiled = [problem for problem in index.errors if spoils_one(problem)]
    if len(spoiled) < len(index.errors):
        raise _faulty(len(index.errors))
    return Registry(index.entries), spoiled


def spoils_one(problem: Problem) -> bool:
    """Return whether an error keeps one model from being verified, and not the whole index."""
    return problem.rule in SPOILING and bool(problem.model)


def _is_asked_for(problem: Problem, asked: Asked) -> bool:
    name = problem.model or ""
    return bool(
        asked.everything
        or not _names(name).isdisjoint(asked.models)
        or any(_matches(name, part) for part in asked.wanted)
    )


def describe(problem: Problem) -> str:
    """Return a problem and what to do about it as text for a terminal."""
    hint = f"\n  → {escape.terminal(problem.hint)}" if problem.hint else ""
    return f"{escape.line(str(problem))}{hint}"


def chosen(asked: Asked) -> list[ModelEntry]:
    """Return the models that are asked for, of an index without errors.

    Raises:
        IndexFault: the index has errors.
        UsageError: as ``choose``.
    """
    return choose(sound_registry(asked.index), asked)


def choose(registry: Registry, asked: Asked) -> list[ModelEntry]:
    """Return the chosen models in the order of the index, each once.

    Raises:
        UsageError: a model is not in the index, or none was asked for.
    """
    named = {lookup(registry, name).name for name in asked.models}
    wanted = asked.wanted
    idle = [part for part in wanted if not any(_matches(name, part) for name in registry)]
    if idle and len(idle) < len(wanted):
        raise UsageError(f"no model of the index matches '{idle[0]}'", nearest(idle[0], registry))
    if asked.nothing:
        raise UsageError("no model was asked for", "name models, or say --all or --name PATTERN")
    return [
        entry
        for name, entry in registry.items()
        if asked.everything or name in named or any(_matches(name, part) for part in wanted)
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
    if Path(name).is_file():
        hint = "that is a file: --index FILE reads an index, 'zoo report FILE' a Run"
    raise UsageError(f"there is no model '{name}' in the index", hint)


def _bare(name: str) -> str:
    """Return a model's name without its library."""
    return name.rpartition("/")[2]


def _names(name: str) -> set[str]:
    """Return what a model may be called."""
    return {name, _bare(name)}


def _matches(name: str, pattern: str) -> bool:
    return any(fnmatchcase(each, pattern) for each in _names(name))


def nothing_selected(what: str) -> int:
    """Say that nothing was selected and return the exit code for it."""
    click.echo(f"zoo: nothing selected: {what}", err=True)
    return NOTHING_SELECTED
