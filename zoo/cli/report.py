"""``zoo report``: render what a Run says; measures nothing."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.cli import _report
from zoo.cli._runs import read_run
from zoo.reports import REPORTS
from zoo.run import merge


@click.command("report")
@click.argument(
    "runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN.json..."
)
@click.option("--format", "form", type=click.Choice(list(REPORTS)), default="table",
              show_default=True, help="How the Run is written.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder to write.")
def report_command(runs: tuple[Path, ...], form: str, output: Path | None) -> int:
    """Render Runs that 'zoo verify --format json' wrote."""
    _report.deliver(merge([read_run(path) for path in runs]), form, output)
    return 0


COMMAND = report_command
