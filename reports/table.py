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
from zoo.run import Run

COLOURS = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.UNDECIDED: "yellow",
    Verdict.ERROR: "bold magenta",
    Verdict.SKIP: "dim",
}
DIGEST_SHOWN = len("sha256:") + 12
UNBOUNDED = 10_000


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
    parts: list[RenderableType] = [Text(escape.terminal(name), style="bold")]
    if tested:
        table = _table(tested)
        fits = Console(width=UNBOUNDED).measure(table).maximum <= width
        parts.append(table if fits else Group(*map(_stacked, tested)))
    return Group(*parts, *said, Text())


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=True, header_style="dim")
    for column in ("verdict", "metric", "claimed", "measured", "place"):
        right = column in ("claimed", "measured")
        table.add_column(column, no_wrap=True, justify="right" if right else "left")
    for finding in findings:
        table.add_row(
            Text(standing(finding), style=COLOURS[finding.verdict]),
            finding.metric or "",
            _value(finding.claimed, finding.unit),
            _value(finding.measured, finding.unit),
            Text(escape.terminal(str(finding.location)), style="dim"),
        )
    return table


def _stacked(finding: Finding) -> RenderableType:
    """Return a finding as lines below each other, for a terminal too narrow for the table."""
    head = Text(f"{finding.metric or finding.rule}: ")
    head.append(standing(finding), style=COLOURS[finding.verdict])
    lines = Text(f"claimed  {_value(finding.claimed, finding.unit)}\n")
    if finding.measured is not None:
        lines.append(f"measured {_value(finding.measured, finding.unit)}\n")
    lines.append(escape.terminal(str(finding.location)), style="dim")
    return Group(Padding(head, (0, 0, 0, 1)), Padding(lines, (0, 0, 0, 4)))


def _value(value: object, unit: str) -> str:
    text = escape.terminal(show(value, unit))
    cut = text.startswith("sha256:") and len(text) > DIGEST_SHOWN
    return f"{text[:DIGEST_SHOWN]}…" if cut else text


def _reason(reason: Reason) -> Text:
    text = Text.assemble(
        (reason.verdict.value, COLOURS[reason.verdict]),
        f" {reason.metrics}: {escape.terminal(reason.message)}",
    )
    if reason.known not in ("", "known"):  # that alone stands in the table
        text.append(f"\n{escape.terminal(reason.known)}", style="dim")
    if reason.hint:
        text.append(f"\n→ {escape.terminal(reason.hint)}", style="dim")
    return text


def _summary(run: Run) -> Text:
    counts = [
        Text(f"{count} {name.upper()}", style=COLOURS[Verdict(name.upper())])
        for name, count in run.summary.items()
        if count
    ]
    models = len({finding.model for finding in run.findings})
    noun = "model" if models == 1 else "models"
    summary = Text(f"{models} {noun}: ").append(Text(", ").join(counts))
    known = known_of(run.findings)
    return summary.append(f" {known}") if known else summary


REPORT = Report(render)
