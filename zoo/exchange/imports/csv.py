"""The table that ``zoo export --format csv`` writes: one row a model, in base units.

It says of each model what the first accuracies are and on which dataset, and not what builds it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from zoo import escape
from zoo.claims import Claim, Location, Metric, ModelEntry, SourceSpec, Text
from zoo.errors import UsageError
from zoo.exchange import Imported, Importer
from zoo.exchange.exports.csv import COLUMNS, DATASETS
from zoo.exchange.text import read_text
from zoo.index.schema import name as checked_name
from zoo.index.values import PARSERS

# Each metric with its column and what the column's cells are.
METRICS = {
    Metric.PARAMETERS: ("parameters", "count"),
    Metric.FLOPS: ("flops", "count"),
    Metric.FILE_SIZE: ("file_size", "byte-count"),
    Metric.IMAGE_SIZE: ("image_size", "pixels"),
    Metric.CROP_PCT: ("crop_pct", "fraction"),
    Metric.INTERPOLATION: ("interpolation", ""),
    Metric.TOP_1: ("top1", "percent"),
    Metric.TOP_5: ("top5", "percent"),
}
_HEADER = ",".join(COLUMNS)


def recognises(source: str) -> bool:
    """Return whether a source is a file that begins with the line of zoo's columns."""
    path = Path(source)
    if not (source.casefold().endswith(".csv") and path.is_file()):
        return False
    try:
        with path.open("rb") as stream:
            return stream.readline(1000).rstrip() == _HEADER.encode()
    except OSError:  # whoever reads it says why it cannot be read
        return False


def read(source: str) -> Imported:
    """Return a model for each row.

    Raises:
        UsageError: it is no such table, with the line that is off.
    """
    rows = csv.reader(read_text(Path(source)).split("\n"), strict=True)
    entries: dict[str, ModelEntry] = {}
    try:
        if next(rows, []) != list(COLUMNS):
            raise UsageError(f"{source}:1: no table of zoo: the columns are not {_HEADER}")
        for cells in filter(None, rows):
            entry = _entry(cells, Location(source, rows.line_num, 1))
            if entries.setdefault(entry.name, entry) is not entry:
                raise UsageError(f"{entry.location}: the model '{entry.name}' is there twice")
    except csv.Error as error:
        raise UsageError(f"{source}:{rows.line_num}: this is not CSV: {error}") from None
    return Imported(tuple(entries.values()))


def _entry(cells: list[str], place: Location) -> ModelEntry:
    if len(cells) != len(COLUMNS):
        raise UsageError(f"{place}: {len(cells)} cells, where the first line has {len(COLUMNS)}")
    row = {column: escape.csv_text(cell) for column, cell in zip(COLUMNS, cells, strict=True)}
    try:
        name = checked_name(row["name"])
        claims = tuple(_claims(name, row, place))
    except ValueError as error:
        raise UsageError(f"{place}: {error}") from None
    return ModelEntry(
        name=name,
        location=place,
        root="",
        source=SourceSpec("", name, {}, place),
        collection=row["collection"],
        claims=claims,
        weights=Text(row["weights"], place) if row["weights"] else None,
        code=row["code"] or None,
        paper=row["paper"] or None,
        tasks=_listed(row["tasks"]),
        training_data=_listed(row["training_data"]),
    )


def _claims(model: str, row: Mapping[str, str], place: Location) -> Iterator[Claim]:
    for metric, (column, kind) in METRICS.items():
        if text := row[column]:
            value = PARSERS[kind](text) if kind else text
            on = row[DATASETS[column]] if column in DATASETS else ""
            yield Claim(model, metric, value, place, text, on)


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(next(csv.reader([cell], skipinitialspace=True), []))


IMPORTER = Importer(recognises, read)
