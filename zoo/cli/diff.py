"""``zoo diff``: what has changed between two registries, or between two Runs."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.changes import Difference, compare
from zoo.cli import _changes, _exchange, _output, _run_changes, _runs, _sides, _text
from zoo.errors import UsageError
from zoo.revision import is_revision
from zoo.run_changes import compare_runs

SHOWN = 5


@click.command("diff")
@click.argument("a")
@click.argument("b")
@click.option("--format", "form", type=click.Choice(list(_changes.FORMS)), default="table",
              show_default=True, help="How it is written.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.")
@click.option("--fail-on-change", is_flag=True, help="Exit 1 if something changed.")
def diff_command(a: str, b: str, form: str, output: Path | None, fail_on_change: bool) -> int:
    """Say what has changed from A to B.

    Each is an index (file or folder), REV:path in the git repository of this folder (such as
    HEAD~1:model-index), or one of timm's tables of results (.csv); or both are Runs that 'zoo
    verify --format json' wrote."""
    kinds = [_runs.is_run(Path(side)) for side in (a, b)]
    if any(kinds):
        return _diff_runs(a, b, kinds, form, output, fail_on_change=fail_on_change)
    old, new = _sides.open_side(a), _sides.open_side(b)
    difference = compare(old, new)
    _tell(difference)
    _output.deliver({"": _changes.FORMS[form](difference, old, new)}, output, many=False)
    return 1 if fail_on_change and difference else 0


def _diff_runs(
    a: str, b: str, kinds: list[bool], form: str, output: Path | None, *, fail_on_change: bool
) -> int:
    """Say what has changed between two Runs."""
    if not all(kinds):
        run, other = (a, b) if kinds[0] else (b, a)
        if not Path(other).exists() and not is_revision(other):
            raise UsageError(f"there is no file {other}", "compare two of a kind")
        raise UsageError(f"{run} is a Run and {other} is none", "compare two of a kind")
    old, new = _runs.read_run(Path(a)), _runs.read_run(Path(b))
    difference = compare_runs(old, new)
    text = _run_changes.FORMS[form](difference, (a, old), (b, new))
    _output.deliver({"": text}, output, many=False)
    return 1 if fail_on_change and difference else 0


def _tell(difference: Difference) -> None:
    """Say which models were not found by their exact names."""
    pairs = [f"{pair.old.name} with {pair.new.name}" for pair in difference.matched]
    for what, names in (
        ("compared by architecture, since there is one candidate only", pairs),
        ("not compared, since there are several candidates", list(difference.ambiguous)),
    ):
        if names:
            _exchange.tell([f"{what}: {_text.listed(names, SHOWN)}"])


COMMAND = diff_command
