"""Renders a Run in a format and puts it where the user wants it."""

from __future__ import annotations

from pathlib import Path

from zoo.cli import _folder, _output
from zoo.reports import REPORTS, Style
from zoo.reports._words import counts, number
from zoo.run import Run

_NOTHING = Run("", "1970-01-01T00:00:00Z", {}, (), ())  # has the pages that every report has


def check_place(form: str, output: Path | None) -> None:
    """Find out before the work begins whether its report can be written.

    Which pages there will be is not known by then, but for those that every report has.

    Raises:
        UsageError: the file or folder cannot be made there, or holds what zoo has not written.
    """
    report = REPORTS[form]
    _output.check_place(output, many=report.many)
    if report.many and output is not None:
        _folder.require_own(report.render(_NOTHING, Style()), output, form)


def deliver(run: Run, form: str, output: Path | None, *, must: bool = False) -> None:
    """Render a Run and write it to standard output, a file or a folder.

    Args:
        must: also where a page is written over a file that zoo has not written: after hours of
            measuring nothing may be lost.

    Raises:
        UsageError: it cannot be written, or such a file is in the way.
    """
    report = REPORTS[form]
    shown = output is None
    style = Style(shown and _output.colour(), _output.width(), folder=not shown)
    pages = report.render(run, style)
    if report.many and output is not None:
        if not must:
            _folder.require_own(pages, output, form)
        _folder.write(pages, output, form)
    else:
        _output.deliver(pages, output, many=False)


def summary(run: Run) -> str:
    """Return what came of a Run in a line, for whoever does not see the report."""
    models = len({finding.model for finding in run.findings})
    return f"{number(models, 'model')}: {counts(run)}"
