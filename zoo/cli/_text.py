"""Lays rows out: in columns for a terminal, or as a table of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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


def listed(names: Sequence[str], most: int) -> str:
    """Return names with commas between them; of those beyond so many, how many there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def many(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural but for one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def section(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a section of Markdown with a table; none, where there is no row."""
    if rows:
        yield from ("", f"## {title}", "", f"| {' | '.join(header)} |")
        yield f"|{'|'.join(':--' for _ in header)}|"
        for row in rows:
            yield f"| {' | '.join(escape.markdown(cell) for cell in row)} |"


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else escape.line(str(value))


def _padded(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - cell_len(cell))
    return space + cell if right else cell + space
