"""One row a model for spreadsheets and pandas: the columns of ``zoo list``, in base units."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from zoo import escape
from zoo.claims import Claim, Metric, ModelEntry
from zoo.exchange import Exported, Exporter
from zoo.exchange.document import RESULTS, left_out
from zoo.registry import COLUMNS as LISTED
from zoo.registry import Row, row

# The columns that say what the accuracies in others were reached on.
DATASETS = {"top1": "top1_dataset", "top5": "top5_dataset"}
COLUMNS = (*LISTED, *DATASETS.values())
KEPT = frozenset(
    {"In Collection", "Weights", "Code", "Paper", "Parameters", "FLOPs", "File Size", "Image Size",
     "Crop Pct", "Interpolation", "Tasks", "Training Data", "Dataset", *RESULTS.values()}
)  # fmt: skip


def render(entries: Sequence[ModelEntry]) -> Exported:
    """Return one table of all entries."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        cells = _flat(row(entry)) | _datasets(entry)
        writer.writerow([_cell(cells[column]) for column in COLUMNS])
    return Exported({"models.csv": out.getvalue()}, tuple(_notes(entries)))


def _notes(entries: Sequence[ModelEntry]) -> Iterator[str]:
    yield from left_out(entries, KEPT)
    further = sum(sum(c.metric in RESULTS for c in e.claims) > len(_first(e)) for e in entries)
    if further:
        yield f"of {further} models only the first of several accuracies is carried over"
    mirrored = sum(bool(entry.mirrors) for entry in entries)
    if mirrored:
        yield f"of {mirrored} models only the first of several weights URLs is carried over"


def _first(entry: ModelEntry) -> list[Claim]:
    return [claim for metric in RESULTS if (claim := entry.claimed(metric)) is not None]


def _datasets(entry: ModelEntry) -> Row:
    first = {claim.metric: claim.dataset for claim in _first(entry)}
    return {
        DATASETS["top1"]: first.get(Metric.TOP_1),
        DATASETS["top5"]: first.get(Metric.TOP_5),
    }


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
            return escape.csv_cell(", ".join(map(_item, value)))
        case _:
            return escape.csv_cell(str(value))


def _item(text: str) -> str:
    """Return one of a list, in quotes where it would be taken for several."""
    quoted = '"' + text.replace('"', '""') + '"'
    return quoted if set(text) & set(',"\n') or text != text.strip() else text


EXPORTER = Exporter(render, ".csv")
