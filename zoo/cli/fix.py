"""``zoo fix``: write what was measured back into the index, as a diff or for good."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from zoo import escape
from zoo.claims import Claim, ModelEntry
from zoo.cli import _output, _rewriting, _runs, _selection, _text
from zoo.errors import UsageError, nearest
from zoo.findings import Tolerance
from zoo.fixing import ALWAYS, ON_REQUEST, Asked, Files, Fix, Left, apply_to_files, plan, unified
from zoo.index import read_index
from zoo.validators import VALIDATORS

SHOWN = 20
FAILED = 1


@click.command("fix")
@_runs.runs_argument
@_selection.index_option
@click.option(
    "--only",
    metavar="RULE,RULE",
    help=f"Mend what these rules found.  [default: {','.join(ALWAYS)}; on request also"
    f" {','.join(ON_REQUEST)}]",
)
@click.option(
    "--flops",
    type=click.Choice(["value", "convention"]),
    default="value",
    show_default=True,
    help="Of FLOPs, write the measured count, or keep the published one and add the convention"
    " that gives it exactly.",
)
@click.option("--pin", is_flag=True, help="Add the SHA-256 of weights where the page has none.")
@click.option("--write", is_flag=True, help="Change the files; without it, print the diff.")
def fix_command(
    runs: tuple[Path, ...],
    index: Path | None,
    only: str | None,
    flops: str,
    pin: bool,
    write: bool,
) -> int:
    """Make failed claims say what was measured, and change nothing else.

    Without --write, a diff is printed that 'git apply' takes. What is not certain is left alone,
    and said: claims that are UNDECIDED or ERROR, values that other models inherit, a Run of
    another index."""
    asked = Asked(_rules(only), conventions=flops == "convention", pins=pin)
    path = _selection.index_path(index)
    if write:
        _require_own(path)
    entries = dict(_selection.sound_registry(index))
    decided = plan(_runs.read_runs(runs), entries, asked, _allowed)
    fixes = [each for each in decided if isinstance(each, Fix)]
    found = apply_to_files(fixes, entries, lambda instead: _reread(path, instead))
    _tell([each for each in decided if isinstance(each, Left)])
    _tell(found.left)
    if not found.changed:
        click.echo("there is nothing to write", err=True)
    elif write:
        _write(found)
    else:
        _show(found)
    return FAILED if found.misread else 0


def _rules(only: str | None) -> tuple[str, ...]:
    names = tuple(part.strip() for part in (only or "").split(",") if part.strip())
    known = (*ALWAYS, *ON_REQUEST)
    for name in names:
        if name not in known:
            hint = nearest(name, known) or f"zoo fix knows {', '.join(known)}"
            raise UsageError(f"what '{name}' finds cannot be mended by writing a value", hint)
    return names or ALWAYS


def _require_own(path: Path) -> None:
    if path == _selection.bundled():
        raise UsageError("the index is the one that comes with zoo: it is not written to")


def _allowed(rule: str, claim: Claim) -> Tolerance:
    return VALIDATORS[rule].tolerance(claim)


def _reread(path: Path, instead: Mapping[str, bytes]) -> Mapping[str, ModelEntry] | None:
    index = read_index(path, instead=instead)
    return None if index.errors else {entry.name: entry for entry in index.entries}


def _show(found: Files) -> None:
    for path, (old, new) in found.changed.items():
        text = unified(_rewriting.in_repository(Path(path)), old, new)
        to_person = sys.stdout is not None and sys.stdout.isatty()
        _output.emit(escape.terminal(text) if to_person else text)
    count = len(found.done)
    noun = "change" if count == 1 else "changes"
    click.echo(f"{count} {noun} in {_files(found)}; --write makes them", err=True)


def _write(found: Files) -> None:
    for path, (old, new) in found.changed.items():
        _rewriting.rewrite(Path(path), old, new)
        for fix in found.done:
            if fix.location.path == path:
                _output.emit(f"{escape.line(str(fix))}\n")
    click.echo(f"wrote {_files(found)}", err=True)


def _files(found: Files) -> str:
    count = len(found.changed)
    return "1 file" if count == 1 else f"{count} files"


def _tell(left: Iterable[Left]) -> None:
    """Say what is left alone, the same reason once."""
    by_words: dict[str, list[str]] = {}
    for each in left:
        by_words.setdefault(each.words, []).append(f"{each.model} {each.rule}")
    for words, names in by_words.items():
        text = f"left alone: {_text.listed(names, SHOWN)}: {words}"
        click.echo(escape.line(text), err=True)


COMMAND = fix_command
