"""Renders a Run in a format and puts it where the user wants it."""

from __future__ import annotations

from pathlib import Path

from zoo.cli import _output
from zoo.reports import REPORTS, Style
from zoo.run import Run


def deliver(run: Run, form: str, output: Path | None) -> None:
    """Render a Run and write it to standard output, a file or a folder."""
    report = REPORTS[form]
    style = Style(colour=output is None and _output.colour(), width=_output.width())
    _output.deliver(report.render(run, style), output, many=report.many)
