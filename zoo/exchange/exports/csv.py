"""One row a model for spreadsheets and pandas: the columns of ``zoo list``, in base units."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from zoo import escape
from zoo.claims import ModelEntry
from zoo.exchange import Exported, Exporter
from zoo.registry import COLUMNS, Row, row


def render(entries: Sequence[ModelEntry]) -> Exported:
    """Return one table of all entries."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        cells = _flat(row(entry))
        writer.writerow([_cell(cells[column]) for column in COLUMNS])
    return Exported({"models.csv": out.getvalue()})


def _flat(cells: Row) -> Row:
    """Return a row without mappings: ``source: {path}`` is ``source_path``."""
    flat: Row = {}
    for name, value in cells.items():
        inner = value if isinstance(value, dict) else {"": value}
        flat |= {f"{name}_{key}" if key else name: part for key, part in inner.items()}
    return flat


def _cell(value: Any) -> Any:
    match value:
        case None | int() | float():
            return value
        case list():
            return escape.csv_cell(", ".join(value))
        case _:
            return escape.csv_cell(str(value))


EXPORTER = Exporter(render, ".csv")
