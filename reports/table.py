"""A table for the terminal: verdict, claim and place, then what is to be done about it."""

from __future__ import annotations

import io
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from zoo import escape
from zoo.findings import Finding, Verdict, show
from zoo.reports import Reason, Report, Style, folded, known_of, reasons, standing
from zoo.reports._words import in_short, number
from zoo.run import Run

COLOURS = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.UNDECIDED: "yellow",
    Verdict.ERROR: "bold magenta",
    Verdict.SKIP: "dim",
}
COLUMNS = ("verdict", "metric", "claimed", "measured", "place")


def render(run: Run, style: Style) -> dict[str, str]:
    """Return a table for each model, the reasons below it, and a line that sums up."""
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=style.colour,
        color_system="standard" if style.colour else None,
        width=style.width,
        highlight=False,
        emoji=False,
        markup=False,
    )
    for model, findings in groupby(run.findings, key=lambda finding: finding.model):
        console.print(_model(model, list(findings), style.width))
    for outdated in run.outdated:
        line = Text("baseline ", style="bold red")
        console.print(line.append(escape.terminal(str(outdated)), style="not bold default"))
    console.print(_summary(run))
    lines = escape.lines(out.getvalue()).splitlines()
    return {"report.txt": "\n".join(line.rstrip() for line in lines) + "\n"}


def _model(name: str, findings: list[Finding], width: int) -> RenderableType:
    tested = folded(f for f in findings if f.verdict is not Verdict.SKIP)
    said = [Padding(_reason(reason), (0, 0, 0, 2)) for reason in reasons(findings)]
    parts: list[RenderableType] = [Text(escape.line(name), style="bold")]
    if tested:
        rows = list(map(_row, tested))
        fits = _width(rows) <= width
        parts.append(_table(rows) if fits else Group(*map(_stacked, tested)))
    return Group(*parts, *said, Text())


def _row(finding: Finding) -> list[Text]:
    return [
        Text(standing(finding), style=COLOURS[finding.verdict]),
        Text(escape.line(finding.what if finding.metric else "")),
        Text(_value(finding.claimed, finding.unit)),
        Text(_value(finding.measured, finding.unit)),
        Text(escape.line(str(finding.location)), style="dim"),
    ]


def _width(rows: list[list[Text]]) -> int:
    """Return how wide a table of rows is, with a blank on each side of a cell."""
    columns = zip(map(Text, COLUMNS), *rows, strict=True)
    return sum(max(cell.cell_len for cell in column) + 2 for column in columns)


def _table(rows: list[list[Text]]) -> Table:
    table = Table(box=None, pad_edge=True, header_style="dim")
    for column in COLUMNS:
        right = column in ("claimed", "measured")
        table.add_column(column, no_wrap=True, justify="right" if right else "left")
    for row in rows:
        table.add_row(*row)
    return table


def _stacked(finding: Finding) -> RenderableType:
    """Return a finding as lines below each other, for a terminal too narrow for the table."""
    head = Text(f"{escape.line(finding.what)}: ")
    head.append(standing(finding), style=COLOURS[finding.verdict])
    lines = Text(f"claimed  {_value(finding.claimed, finding.unit)}\n")
    if finding.measured is not None:
        lines.append(f"measured {_value(finding.measured, finding.unit)}\n")
    lines.append(escape.line(str(finding.location)), style="dim")
    return Group(Padding(head, (0, 0, 0, 1)), Padding(lines, (0, 0, 0, 4)))


def _value(value: object, unit: str) -> str:
    return in_short(escape.line(show(value, unit)))


def _reason(reason: Reason) -> Text:
    text = Text.assemble(
        (reason.verdict.value, COLOURS[reason.verdict]),
        f" {escape.line(reason.metrics)}: {escape.terminal(reason.message)}",
    )
    if reason.known not in ("", "known"):  # that alone stands in the table
        text.append(f"\n{escape.terminal(reason.known)}", style="dim")
    if reason.hint:
        text.append(f"\n→ {escape.terminal(reason.hint)}", style="dim")
    return text


def _summary(run: Run) -> Text:
    counts = [
        Text(f"{count:,} {name.upper()}", style=COLOURS[Verdict(name.upper())])
        for name, count in run.summary.items()
        if count
    ]
    models = len({finding.model for finding in run.findings})
    summary = Text(number(models, "model"))
    if counts:
        summary.append(": ").append(Text(", ").join(counts))
    known = known_of(run.findings, run.outdated)
    return summary.append(f" {known}") if known else summary


REPORT = Report(render)
