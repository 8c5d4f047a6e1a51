"""``zoo report``: render what a Run says; measures nothing."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.cli import _report
from zoo.errors import UsageError
from zoo.reports import REPORTS
from zoo.run import from_json, merge


@click.command("report")
@click.argument(
    "runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN.json..."
)
@click.option(
    "--format", "form", type=click.Choice(list(REPORTS)), default="table", show_default=True
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder to write.")
def report_command(runs: tuple[Path, ...], form: str, output: Path | None) -> int:
    """Render Runs that 'zoo verify --format json' wrote."""
    read = [from_json(_text(path), str(path)) for path in runs]
    _report.deliver(merge(read), form, output)
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not JSON: it is not UTF-8 text") from None


COMMAND = report_command
