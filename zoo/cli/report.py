"""``zoo report``: render what a Run says; measures nothing."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.cli import _report, _runs
from zoo.reports import REPORTS


@click.command("report")
@_runs.runs_argument
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="table",
              show_default=True, help="How the Run is written.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder to write.")
def report_command(runs: tuple[Path, ...], form: str, output: Path | None) -> int:
    """Render Runs that 'zoo verify --format json' wrote."""
    _report.deliver(_runs.read_runs(runs), form, output)
    return 0


COMMAND = report_command
