"""Lays text out in columns for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from zoo import escape

GAP = "  "


def columns(rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> str:
    """Return rows as lines whose cells are aligned.

    Args:
        rows: of equally many cells; numbers are shown with commas.
        right: numbers of the columns that are aligned on the right.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    lines = [
        GAP.join(_padded(cell, widths[i], right=i in right) for i, cell in enumerate(row))
        for row in cells
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else escape.line(str(value))


def _padded(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - cell_len(cell))
    return space + cell if right else cell + space
