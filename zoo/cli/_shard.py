"""Cuts the chosen models into shards, so that several processes or machines share them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from zoo.claims import ModelEntry
from zoo.index import Problem

Shard = tuple[int, int]


def _parsed(context: click.Context, option: click.Parameter, text: str | None) -> Shard | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text, re.ASCII)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter(f"'{text}' is no share such as 1/8 or 8/8")
    return int(match[1]), int(match[2])


shard_option = click.option(
    "--shard",
    callback=_parsed,
    metavar="K/N",
    help="Only the K-th of N shares of the models; 'zoo report' puts their Runs together.",
)


def share(
    entries: Sequence[ModelEntry], unread: Sequence[Problem], shard: Shard | None
) -> tuple[list[ModelEntry], list[Problem]]:
    """Return every N-th model from the K-th on, so that large and small ones spread evenly.

    What cannot be read belongs to the first share. All shares together are all models, each once.
    """
    if shard is None:
        return list(entries), list(unread)
    number, of = shard
    return list(entries[number - 1 :: of]), list(unread) if number == 1 else []
