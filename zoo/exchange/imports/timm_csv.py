"""timm's tables of results: https://github.com/huggingface/pytorch-image-models, ``results/*.csv``.

A table says neither which weights were evaluated nor how many multiply-adds they take: its names
with a tag (``resnet50.a1_in1k``) stand for a file that timm knows. Errors (``top1_err``) and ranks
follow from the other columns and are not claims of their own. Where a model was evaluated at
several image sizes, the first row has its name, and the others are ``name@size``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.claims import Claim, Location, Metric, ModelEntry, SourceSpec, Value
from zoo.errors import UsageError, nearest
from zoo.exchange import Imported, Importer
from zoo.exchange.text import read_text
from zoo.index.schema import name as checked_name
from zoo.index.values import PARSERS

if TYPE_CHECKING:
    from _csv import Reader

COLLECTION = "timm results"
IMAGENET = "ImageNet"
# What each table was measured on, by the end of its file name.
DATASETS = {
    "results-imagenet": IMAGENET,
    "results-imagenet-real": "ImageNet-ReaL",
    "results-imagenet-a": "ImageNet-A",
    "results-imagenet-a-clean": "ImageNet-A-Clean",
    "results-imagenet-r": "ImageNet-R",
    "results-imagenet-r-clean": "ImageNet-R-Clean",
    "results-imagenetv2-matched-frequency": "ImageNetV2 Matched Frequency",
    "results-sketch": "ImageNet-Sketch",
}
# Each metric with its column, what the column's cells are and what they are without saying so.
COLUMNS = {
    Metric.PARAMETERS: ("param_count", "count", "M"),
    Metric.IMAGE_SIZE: ("img_size", "pixels", ""),
    Metric.CROP_PCT: ("crop_pct", "fraction", ""),
    Metric.INTERPOLATION: ("interpolation", "interpolation", ""),
    Metric.TOP_1: ("top1", "percent", "%"),
    Metric.TOP_5: ("top5", "percent", "%"),
}
REQUIRED = ("model", *(column for column, _, _ in COLUMNS.values()))
DERIVED = frozenset({"top1_err", "top5_err", "top1_diff", "top5_diff", "rank_diff"})
ACCURACIES = frozenset({Metric.TOP_1, Metric.TOP_5})
_SPELLINGS = {"param_count(m)": "param_count", "cropt_pct": "crop_pct"}  # of other years
_INTERPOLATIONS = ("bicubic", "bilinear", "lanczos", "nearest", "box", "hamming")


def recognises(source: str) -> bool:
    """Return whether a source is a CSV file by its name."""
    return source.casefold().endswith(".csv")


def dataset(source: str) -> str | None:
    """Return what a table was measured on, where its file name says it."""
    stem = Path(source).stem
    return next((name for end, name in DATASETS.items() if stem.endswith(end)), None)


def metrics(source: str) -> dict[Metric, str]:
    """Return the metrics that a table states, each with the dataset of the accuracies."""
    named = dataset(source) or IMAGENET
    return {metric: named if metric in ACCURACIES else "" for metric in COLUMNS}


def read(source: str) -> Imported:
    """Return a model for each row, as timm builds it.

    Raises:
        UsageError: it is no such table, with the line that is off.
    """
    rows = csv.reader(read_text(Path(source)).split("\n"), strict=True)
    notes: list[str] = []
    try:
        columns = _columns(next(rows, []), source)
        entries = _entries(rows, columns, source, notes)
    except csv.Error as error:
        raise UsageError(f"{source}:{rows.line_num}: this is not CSV: {error}") from None
    if not entries:
        raise UsageError(f"{source}:1: the table has no rows")
    return Imported(entries, (*_notes(entries, columns, source), *notes))


def _entries(
    rows: Reader, columns: list[str], source: str, notes: list[str]
) -> tuple[ModelEntry, ...]:
    entries: dict[str, ModelEntry] = {}
    for cells in rows:
        if cells:
            place = Location(source, rows.line_num, 1)
            entry = _named_apart(_entry(cells, columns, place, notes), entries)
            entries[entry.name] = entry
    return tuple(entries.values())


def _columns(header: list[str], source: str) -> list[str]:
    names = [cell.strip().casefold() for cell in header]
    columns = [_SPELLINGS.get(name, name) for name in names]
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        found = nearest(missing[0], columns) if len(missing) < len(REQUIRED) else ""
        wanted = f"the first line of timm's tables names {', '.join(REQUIRED)}"
        what = "column" if len(missing) == 1 else "columns"
        raise UsageError(
            f"{source}:1: no table of timm: the {what} {', '.join(missing)} cannot be found",
            found or wanted,
        )
    return columns


def _notes(entries: Iterable[ModelEntry], columns: list[str], source: str) -> Iterator[str]:
    further = sum(entry.name != entry.source.reference for entry in entries)
    if further:
        yield f"{further} rows are of a model at a further image size: they are named model@size"
    if dataset(source) is None:
        yield "the file's name does not say what it was measured on: taken for ImageNet"
    others = [column for column in columns if column not in {*REQUIRED, *DERIVED}]
    if others:
        yield f"not carried over: {', '.join(others)}"


def _entry(cells: list[str], columns: list[str], place: Location, notes: list[str]) -> ModelEntry:
    if len(cells) != len(columns):
        raise UsageError(f"{place}: {len(cells)} cells, where the first line has {len(columns)}")
    row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    try:
        model = _model_name(row)
    except ValueError as error:
        raise UsageError(f"{place}: model: {error}") from None
    claims = tuple(_claims(model, row, place, notes))
    return ModelEntry(model, place, "", SourceSpec("timm", model, {}, place), COLLECTION, claims)


def _model_name(row: Mapping[str, str]) -> str:
    """Return the name of a row's model, or raise ValueError where it cannot stand in an index."""
    model = checked_name(row["model"])
    checked_name(_sized(model, row["img_size"]))
    if not model.isprintable():
        raise ValueError("a name has no invisible characters")
    return model


def _sized(model: str, size: object) -> str:
    return f"{model}@{size}"


def _claims(
    model: str, row: Mapping[str, str], place: Location, notes: list[str]
) -> Iterator[Claim]:
    for metric, (column, kind, unit) in COLUMNS.items():
        cell = row[column]
        if not cell:
            continue
        text = cell.replace(",", "") if re.fullmatch(r"[\d,]+\.\d+", cell) else cell
        text += unit if text[-1:].isdigit() else ""
        on = (dataset(place.path) or IMAGENET) if metric in ACCURACIES else ""
        try:
            yield Claim(model, metric, _value(text, kind), place, text, on)
        except ValueError as error:
            if metric is not Metric.CROP_PCT or not re.fullmatch(r"\d+\.\d+", text, re.ASCII):
                raise UsageError(f"{place}: {column}: {error}") from None
            notes.append(f"{place}: {model}: crop_pct {text} is not carried over: {error}")


def _value(text: str, kind: str) -> Value:
    if kind == "interpolation":
        if text not in _INTERPOLATIONS:
            raise ValueError(f"not one of {', '.join(_INTERPOLATIONS)}")
        return text
    return PARSERS[kind](text)


def _named_apart(entry: ModelEntry, entries: Mapping[str, ModelEntry]) -> ModelEntry:
    """Return an entry under a name that no earlier one has, or raise where the row is the same."""
    first = entries.get(entry.name)
    if first is None:
        return entry
    name = _sized(entry.name, entry.value(Metric.IMAGE_SIZE))
    again = entries.get(name) or first
    if again.value(Metric.IMAGE_SIZE) == entry.value(Metric.IMAGE_SIZE):
        raise UsageError(
            f"{entry.location}: the model '{entry.name}' is already on line {again.location.line}"
        )
    claims = tuple(replace(claim, model=name) for claim in entry.claims)
    return replace(entry, name=name, claims=claims)


IMPORTER = Importer(recognises, read)
