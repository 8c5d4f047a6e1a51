"""``zoo dataset``: whether labelled pictures are what they should be, before a model is scored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from zoo import escape
from zoo.cli import _access, _output, _progress
from zoo.datasets import LAYOUTS, NAMES, inspect_dataset
from zoo.errors import Unavailable
from zoo.inventory import Inventory, take_inventory

NOT_IN_ORDER = 4
SHOWN = 20  # of each kind in the text; the JSON has all


@click.group("dataset")
def dataset_command() -> None:
    """Look at labelled pictures before a model is scored on them."""


@dataset_command.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", type=click.Choice(NAMES, case_sensitive=False), default=None,
              help="The published dataset that it must be, all of it.")  # fmt: skip
@click.option("--layout", type=click.Choice(list(LAYOUTS)), default=None,
              help="How it lies on disk.  [default: the first that it looks like]")  # fmt: skip
@click.option("--label-sets", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="ReaL's real.json.  [default: the list that timm ships]")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How it is written.")  # fmt: skip
def check_command(
    path: Path, name: str | None, layout: str | None, label_sets: Path | None, form: str
) -> int:
    """Say what the dataset at PATH is, and all that is not in order.

    Its count, its classes, what is missing, extra or there twice, pictures that cannot be decoded,
    and its fingerprint. Exits with 0 if it is in order, else with 4. Writes nothing."""
    _access.require("pillow", "PIL", "looking at pictures")
    try:
        dataset = inspect_dataset(
            path, name or "", layout=layout or "", label_sets=label_sets, complete=name is not None
        )
    except Unavailable as error:
        _output.complain(error)
        return NOT_IN_ORDER
    with _progress.listener() as listener:
        found = take_inventory(
            dataset, lambda done, total: listener.progress(_progress.CHECKED, done, total)
        )
    if form == "json":
        _output.emit(escape.as_json(found.to_json()))
    else:
        _output.emit("".join(f"{escape.line(line)}\n" for line in _lines(found, name)))
    return 0 if found.in_order else NOT_IN_ORDER


def _lines(found: Inventory, name: str | None) -> Iterator[str]:
    dataset = found.dataset
    yield f"{dataset.path}: {dataset.layout}"
    yield f"  pictures     {len(dataset.pictures):,}"
    yield f"  classes      {_classes(found)}"
    if dataset.classes is not None:
        yield f"  scored       on {len(dataset.classes):,} classes only"
    yield f"  whole        {dataset.whole or 'not shown to be a published dataset in full'}"
    yield f"  fingerprint  {found.fingerprint or 'none, since bytes of pictures are not there'}"
    for kind, messages in _kinds(found):
        yield from (f"  {kind:<12} {message}" for message in messages[:SHOWN])
        if len(messages) > SHOWN:
            yield f"  {kind:<12} and {len(messages) - SHOWN:,} more (--format json has all)"
    yield from (f"  note         {note}" for note in dataset.notes)
    yield _verdict(found, name)


def _classes(found: Inventory) -> str:
    counts = set(found.classes.values())
    if not counts:
        return "0"
    each = f"{min(counts):,}" if len(counts) == 1 else f"{min(counts):,} to {max(counts):,}"
    return f"{len(found.classes):,}, with {each} pictures each"


def _kinds(found: Inventory) -> list[tuple[str, list[str]]]:
    named = [(kind, found.named(kind)) for kind in ("missing", "extra", "duplicate", "malformed")]
    same = [f"the same bytes: {', '.join(ids[:SHOWN])}" for ids in found.same]
    return [*named, ("corrupt", list(found.corrupt)), ("duplicate", same)]


def _verdict(found: Inventory, name: str | None) -> str:
    if found.in_order:
        few = f", with a few duplicates, as {found.dataset.whole} has them" if found.same else ""
        return f"in order{few}"
    counts: dict[str, int] = {}
    for kind, messages in _kinds(found):
        counts[kind] = counts.get(kind, 0) + len(messages)
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    lacking = name is not None and found.dataset.whole != name
    return f"{f'this is not {name}, or not all of it' if lacking else 'not in order'}: {said}"


COMMAND = dataset_command
