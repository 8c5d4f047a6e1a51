"""``zoo lock``: pin the digests of weights, or compare them with those that were pinned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

import click

from zoo import escape
from zoo.claims import ModelEntry
from zoo.cli import _access, _fetching, _lock, _output, _selection
from zoo.errors import UsageError
from zoo.run import WeightsFile
from zoo.weights.pins import Pin, Pins, pin, pinned, read_pins, to_text

Outcomes = Iterable[tuple[ModelEntry, _fetching.Outcome]]


@click.command("lock")
@_selection.selection_options
@_lock.lock_option
@_access.access_options
@_fetching.jobs_option
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing: say whether the pins still hold. A file in the cache that is the pinned"
    " one is believed; for all others the URL is asked.",
)
@click.option("--update", is_flag=True, help="Also replace pins that no longer hold.")
def lock_command(
    asked: _selection.Asked,
    lock: Path | None,
    allowed: _access.Allowed,
    jobs: int | None,
    check: bool,
    update: bool,
) -> int:
    """Pin the SHA-256 of the weights of models in zoo.lock.

    Each URL is asked anew, whatever the cache holds. 'zoo verify' then says of every other file
    that it is not the one that was pinned. With --check, all models are compared unless some are
    named."""
    if check and update:
        raise UsageError("--check writes nothing, so that there is nothing to --update")
    asked = asked.or_all(check)
    registry = _selection.sound_registry(asked.index)
    entries = _selection.choose(registry, asked)
    if not entries:
        return _selection.nothing_selected("no model of the index matches")
    path = _lock.lock_path(lock, asked.index) if check else _lock.own_lock_path(lock, asked.index)
    if check and not path.exists():
        raise UsageError(f"there is no lock file {path}", "'zoo lock --all' writes one")
    pins = read_pins(path)
    access = _access.access(allowed, refresh=not check)
    if access.offline and not check:
        click.echo("offline: no URL is asked, only what is in the cache is pinned", err=True)
    gone = [name for name in pins if name not in registry] if asked.everything else []
    entries = entries if update else pinned(entries, pins)  # so that a stale copy is not believed
    with closing(_fetching.obtained(entries, access, jobs)) as outcomes:
        if check:
            return max((*_compare(outcomes, pins), *_gone(gone)), key=_gravity)
        return _write(path, pins, gone, outcomes, update=update)


def _gravity(code: int) -> int:
    """Return a number by which exit codes are ordered: a FAIL comes before all else."""
    return (0, 4, 1).index(code)


def _write(path: Path, pins: Pins, gone: list[str], outcomes: Outcomes, *, update: bool) -> int:
    """Pin what was obtained; a pin that no longer holds stays unless it is to be replaced."""
    today = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    fresh, codes = {name: each for name, each in pins.items() if name not in gone}, [0]
    for entry, outcome in outcomes:
        if not isinstance(outcome, WeightsFile):
            codes.append(_fetching.missing(entry, outcome))
            continue
        known, found = pins.get(entry.name), pin(entry, outcome, today)
        if known is not None and known.digest != found.digest and not update:
            codes.append(_say(entry, f"{_differ(known, found)}; --update replaces the pin"))
        elif outcome.mismatch:
            codes.append(_say(entry, f"{outcome.mismatch}; not pinned"))
        else:
            same = known is not None and known.digest == found.digest
            first = known.first_seen if known and same else today
            fresh[entry.name] = Pin(found.url, found.digest, found.size, first)
            _output.emit(f"{escape.terminal(entry.name)}  {found.digest}  first seen {first}\n")
    for name in gone:
        click.echo(f"{escape.terminal(name)}: unpinned, no longer in the index", err=True)
    text = to_text(fresh)
    if not fresh and not path.exists():
        click.echo(f"nothing is pinned: {escape.terminal(str(path))} is not written", err=True)
    elif text != to_text(pins) or not path.exists():
        _output.write_file(path, text)
        click.echo(f"wrote {escape.terminal(str(path))}", err=True)
    return max(codes, key=_gravity)


def _compare(outcomes: Outcomes, pins: Pins) -> Iterator[int]:
    """Yield the exit code for each model, and say what is wrong with its pin."""
    yield 0
    for entry, outcome in outcomes:
        known = pins.get(entry.name)
        if not isinstance(outcome, WeightsFile):
            yield _fetching.missing(entry, outcome)
        elif known is None:
            yield _say(entry, "is not pinned: run 'zoo lock'")
        elif known.digest != outcome.digest:
            words = f"{known.location}: {_differ(known, outcome)}"
            yield _say(entry, f"{words}; 'zoo lock --update' replaces the pin")
        elif outcome.mismatch:
            yield _say(entry, outcome.mismatch)
        elif entry.weights and known.url != entry.weights.text:
            yield _say(entry, f"is pinned as {known.url}: run 'zoo lock'")
        else:
            _output.emit(f"{escape.terminal(entry.name)}  {known.digest}  holds\n")


def _gone(names: list[str]) -> Iterator[int]:
    for name in names:
        click.echo(
            f"zoo: {escape.terminal(name)} is pinned and not in the index: run 'zoo lock --all'",
            err=True,
        )
        yield 1


def _differ(known: Pin, found: Pin | WeightsFile) -> str:
    return (
        f"pinned {known.digest} ({known.size:,} bytes, first seen {known.first_seen}),"
        f" found {found.digest} ({found.size:,} bytes)"
    )


def _say(entry: ModelEntry, what: str) -> int:
    click.echo(f"zoo: {_fetching.place(entry)}: {escape.terminal(what)}", err=True)
    return 1


COMMAND = lock_command
