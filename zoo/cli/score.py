"""``zoo score``: what kept predictions come to, under their own labels or others; runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from zoo import escape
from zoo.claims import plain
from zoo.cli import _access, _output
from zoo.datasets import real_labels
from zoo.errors import UsageError
from zoo.predictions import Predictions, table
from zoo.predictions.comparing import Flips, flips
from zoo.predictions.ledger import WHOLE
from zoo.predictions.table import Table
from zoo.sampling.bounds import in_percent

REAL = "real"
SHOWN = 5
KEPT = f"give a {WHOLE}, or the folder that holds it; 'zoo verify --predictions DIR' writes them"


@click.command("score")
@click.argument("predictions", type=click.Path(path_type=Path))
@click.option("--labels", metavar="real|PATH",
              help="Score by ReaL's labels: the list that timm ships, or a real.json.")  # fmt: skip
@click.option("--against", type=click.Path(path_type=Path), metavar="PREDICTIONS",
              help="Count the pictures on which these others do not agree.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How it is written.")  # fmt: skip
def score_command(predictions: Path, labels: str | None, against: Path | None, form: str) -> int:
    """Compute the accuracies of PREDICTIONS, which 'zoo verify --predictions' keeps.

    A file of predictions, or the folder that holds it. No network is built and no picture read."""
    _access.require("pyarrow", "pyarrow", "reading predictions")
    found = _read(predictions)
    other = None if against is None else flips(found.items, _read(against).items)
    scored = _relabelled(found, labels)
    document = _document(scored, found, labels, other)
    if form == "json":
        _output.emit(escape.as_json(document))
    else:
        _output.emit("".join(f"{escape.line(line)}\n" for line in _lines(document, found)))
    return 0


def _read(path: Path) -> Table:
    file = path / WHOLE if path.is_dir() else path
    try:
        found = table.read(file)
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror or error}",
            KEPT,
        ) from None
    except ValueError as error:
        raise UsageError(f"{file} holds no predictions: {error}", KEPT) from None
    if not found.items:
        raise UsageError(f"{file} holds no predictions: it has no rows", KEPT)
    return found


def _relabelled(found: Table, labels: str | None) -> Predictions:
    """Return the predictions with other labels; without the pictures that have none."""
    items = found.items
    if labels is not None:
        path = None if labels == REAL else Path(labels)
        if path is not None and not path.exists():
            raise UsageError(
                f"there are no labels at {labels}", "--labels takes real, or a real.json"
            )
        sets = real_labels([item.id for item in items], path)
        items = tuple(replace(item, accepted=sets[item.id]) for item in items if sets[item.id])
    if not items:
        raise UsageError("no class is right for any of these pictures by those labels")
    return Predictions(items, "", "", "")


def _document(
    scored: Predictions, found: Table, labels: str | None, other: Flips | None
) -> dict[str, Any]:
    total = len(scored.items)
    finite = not scored.not_finite
    return {
        "schema_version": "1",
        "pictures": total,
        "left_out": len(found.items) - total,
        "labels": labels or "their own",
        "not_finite": scored.not_finite,
        "top1": plain(in_percent(scored.correct(1), total)) if finite else None,
        "top5": plain(in_percent(scored.correct(5), total)) if finite else None,
        "correct": {"top1": scored.correct(1), "top5": scored.correct(5)},
        "ids": str(scored.ids),
        "outcome": str(scored.outcome),
        "flipped": None
        if other is None
        else {"top1": len(other.best), "top5": other.five, "margin": other.margin,
              "ids": list(other.best)},
        "rests_on": dict(found.said),
    }  # fmt: skip


def _lines(document: dict[str, Any], found: Table) -> Iterator[str]:
    said, total = found.said, document["pictures"]
    source, weights = said.get("source"), said.get("weights")
    if isinstance(source, dict) and weights is not None:
        yield f"{source.get('kind')} {source.get('reference')}, weights sha256:{weights}"
    yield f"  pictures    {total:,}, each once"
    if document["left_out"]:
        yield f"  left out    {document['left_out']:,}, for which no class is right"
    yield f"  labels      {document['labels']}"
    if document["not_finite"]:
        yield f"  not finite  {document['not_finite']:,}: no accuracy is computed"
    else:
        for name, key in (("Top-1", "top1"), ("Top-5", "top5")):
            yield f"  {name}       {document[key]:g} % ({document['correct'][key]:,} right)"
    yield f"  outcome     {document['outcome']}"
    flipped = document["flipped"]
    if flipped is not None:
        named = ", ".join(flipped["ids"][:SHOWN])
        more = ", …" if len(flipped["ids"]) > SHOWN else ""
        yield f"  flipped     {flipped['top1']:,} best classes, {flipped['top5']:,} best five" + (
            f"; margins up to {flipped['margin']:.3g}: {named}{more}" if named else ""
        )


COMMAND = score_command
