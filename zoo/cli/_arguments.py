"""The options of a verification that are needed to do it again, for the record of the Run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import click

from zoo.claims import ModelEntry
from zoo.cli import _measuring, _selection
from zoo.options import EVERY_DATASET
from zoo.run import Run, SubjectRecord

# What selects models, says where output goes, or moves no verdict.
LEFT_OUT = frozenset(
    "everything patterns changed_since shard form output baseline strict offline paranoid workers "
    "engine predictions crop_cache record".split()
)


def recorded(run: Run, entries: Sequence[ModelEntry], context: click.Context) -> Run:
    """Return a Run with the options that it was made with, given or from the settings.

    A dataset that is named is an option only of the models that claim something on it.
    """
    shared = tuple(_shared(context))
    named = _named(context)
    claimed = {
        entry.name: {claim.dataset for claim in entry.claims if claim.dataset} for entry in entries
    }

    def own(subject: SubjectRecord) -> tuple[str, ...]:
        wanted = claimed.get(subject.model, set())
        sets = (("--dataset", f"{name}={path}") for name, path in named if name in wanted)
        return (*shared, *(word for pair in sets for word in pair))

    each = [own(subject) for subject in run.subjects]
    if len(set(each)) <= 1:
        return replace(run, arguments=each[0] if each else shared)
    subjects = zip(run.subjects, each, strict=True)
    return replace(run, subjects=tuple(replace(one, arguments=args) for one, args in subjects))


def _shared(context: click.Context) -> Iterator[str]:
    """Yield the options that hold for all models."""
    for option in context.command.params:
        if not isinstance(option, click.Option) or option.name in LEFT_OUT:
            continue
        match _value(context, str(option.name)):
            case True:
                yield option.opts[0]
            case None | False:
                pass
            case value:
                yield from (option.opts[0], str(value))


def _value(context: click.Context, name: str) -> Any:
    """Return the value of an option: as given, or else from the environment or the settings."""
    if name == "datasets":
        return _datasets(context).get(EVERY_DATASET)
    if name == "seed" and _value(context, "budget") is None:
        return None
    given = context.params[name]
    if given is not None and given is not False:
        return given
    named = os.environ.get("ZOO_INDEX") if name == "index" else None
    return named or _selection.config().get(name.replace("_", "-"))


def _named(context: click.Context) -> list[tuple[str, str]]:
    return [item for item in _datasets(context).items() if item[0] != EVERY_DATASET]


def _datasets(context: click.Context) -> dict[str, str]:
    """Return the paths of datasets by name, as they are written."""
    settings: dict[str, str] = _selection.config().get("datasets", {})
    return settings | _measuring.written(context.params["datasets"])
