"""``zoo list``: browse the registry."""

from __future__ import annotations

import csv
import io
from itertools import accumulate
from pathlib import Path
from typing import Any

import click
from rich.cells import cell_len

from zoo import escape
from zoo.cli import _output, _selection
from zoo.errors import UsageError, nearest
from zoo.findings import show
from zoo.query import parse
from zoo.registry import KINDS, Registry, Row

GAP = 2
SHOWN = ("name", "parameters", "flops", "image_size", "top1", "top5", "collection", "source")
PERCENT = frozenset({"top1", "top5"})


@click.command("list")
@_selection.index_option
@click.option("--where", metavar="EXPR", help="Only models for which it holds: 'top1 > 80'.")
@click.option("--collection", help="Only models of this collection.")
@click.option("--sort", metavar="KEY", help="Column to sort by; -KEY sorts downwards.")
@click.option("--columns", metavar="KEY,KEY", help="Columns to show (not for JSON).")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "markdown"]),
              default="table", show_default=True, help="How it is written.")  # fmt: skip
def list_command(
    index: Path | None,
    where: str | None,
    collection: str | None,
    sort: str | None,
    columns: str | None,
    form: str,
) -> int:
    """Browse the registry: what is claimed of each model."""
    found = _selection.open_index(index)
    rows = Registry(found.entries).rows()
    if where is not None:
        holds = parse(where, KINDS)
        rows = [row for row in rows if holds(row)]
    if collection is not None:
        rows = _of_collection(rows, collection)
    if sort:
        rows = _sorted(rows, sort)
    _output.emit(_FORMS[form](rows, _columns(columns)))
    if found.errors:
        return 2
    return 0 if rows else _selection.nothing_selected("no model in the index matches")


def _of_collection(rows: list[Row], collection: str) -> list[Row]:
    """Return the rows of a collection; a model may be in several, which its row lists."""
    known = {part for row in rows for part in _collections(row)}
    if collection not in known:
        raise UsageError(
            f"no model is in the collection '{collection}'", nearest(collection, known)
        )
    return [row for row in rows if collection in _collections(row)]


def _collections(row: Row) -> set[str]:
    whole = row["collection"]
    return {whole, *whole.split(", ")} if whole else set()


def _column(name: str) -> str:
    folded = name.strip().replace("-", "_")
    if folded not in KINDS:
        hint = nearest(folded, KINDS) or f"columns are {', '.join(KINDS)}"
        raise UsageError(f"there is no column '{name.strip()}'", hint)
    return folded


def _columns(given: str | None) -> list[str]:
    return [_column(name) for name in given.split(",")] if given else list(SHOWN)


def _sorted(rows: list[Row], key: str) -> list[Row]:
    """Return rows by a column; those without a value come last either way."""
    column = _column(key.removeprefix("-"))
    filled = [row for row in rows if row[column] is not None]
    empty = [row for row in rows if row[column] is None]
    filled.sort(key=lambda row: _order(row[column]), reverse=key.startswith("-"))
    return filled + empty


def _order(value: Any) -> Any:
    if isinstance(value, dict):
        return (value["path"], value["line"])
    return value.casefold() if isinstance(value, str) else value


def _cell(row: Row, column: str) -> str:
    value = row[column]
    if isinstance(value, dict):
        return f"{value['path']}:{value['line']}"
    return show(value, "%" if column in PERCENT and value is not None else "")


def _json(rows: list[Row], columns: list[str]) -> str:
    return escape.as_json(rows)


def _csv(rows: list[Row], columns: list[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_cell(row, column) for column in columns])
    return out.getvalue()


def _csv_cell(row: Row, column: str) -> object:
    value = row[column]
    if value is None or isinstance(value, int | float):
        return value
    return escape.csv_cell(_cell(row, column))


def _markdown(rows: list[Row], columns: list[str]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"|{'|'.join(' --- ' for _ in columns)}|"]
    lines += [
        f"| {' | '.join(escape.markdown(_cell(row, column)) for column in columns)} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _table(rows: list[Row], columns: list[str]) -> str:
    """Return aligned columns; on a terminal too narrow, the last ones are left out and named."""
    filled = [_column_of_text(rows, column) for column in columns]
    room = _output.width() + GAP
    fitting = [total <= room for total in accumulate(len(cells[0]) + GAP for cells in filled)]
    shown = max(1, sum(fitting))
    if left_out := columns[shown:]:
        click.echo(f"too narrow for {', '.join(left_out)}: choose with --columns", err=True)
    lines = [(" " * GAP).join(cells).rstrip() for cells in zip(*filled[:shown], strict=True)]
    header = click.style(lines[0], dim=True) if _output.colour() else lines[0]
    return "\n".join([header, *lines[1:]]) + "\n"


def _column_of_text(rows: list[Row], column: str) -> list[str]:
    """Return the name and the cells of a column, all of one width."""
    number = any(isinstance(row[column], int | float) for row in rows)
    cells = [column, *(escape.terminal(_cell(row, column)) for row in rows)]
    width = max(map(cell_len, cells))
    spaces = (" " * (width - cell_len(cell)) for cell in cells)
    return [s + cell if number else cell + s for cell, s in zip(cells, spaces, strict=True)]


_FORMS = {"table": _table, "json": _json, "csv": _csv, "markdown": _markdown}

COMMAND = list_command
