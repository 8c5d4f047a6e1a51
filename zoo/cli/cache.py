"""``zoo cache``: list, prove and clear what is kept: fetched weights and decoded pictures."""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import click

from zoo import escape
from zoo.cli import _access, _output, _size
from zoo.crops import packs
from zoo.errors import UsageError
from zoo.weights.durable import writing
from zoo.weights.store import Loss, Store
from zoo.weights.upkeep import DAY, Held, aside, damaged, held, remove, surplus, sweep

DAMAGED = 1
DECODED = "decoded pictures"
PREDICTED = "predictions"
_TIMES = {"h": DAY / 24, "d": DAY, "w": 7 * DAY}


def _age(context: click.Context, option: click.Parameter, text: str | None) -> float | None:
    """Return the seconds of an age such as ``30d``."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,6})([hdw])", text, re.ASCII)
    if match is None:
        raise click.BadParameter(f"'{text}' is no age such as 12h, 30d or 4w")
    return int(match[1]) * _TIMES[match[2]]


@click.group("cache")
def cache_command() -> None:
    """List, prove and clear the store of fetched weights and decoded pictures.

    It is in $ZOO_CACHE_DIR, else in the cache folder of this platform."""


@cache_command.command("dir")
def dir_command() -> int:
    """Print the folder of the store."""
    _output.emit(f"{_access.cache_folder()}\n")
    return 0


@cache_command.command("list")
def list_command() -> int:
    """List the stored files, the last used first.

    Then what lies aside and is never used as a file: what is in quarantine, since its URL should
    not give it, and what is not complete. Then the decoded pictures, by how they were cropped,
    and the predictions, by model."""
    store = _store()
    files, others = held(store), aside(store)
    for each in (*files, *others):
        _output.emit(_line(each))
    _total(files, "stored")
    for kind in sorted({each.aside for each in others}):
        _total([each for each in others if each.aside == kind], kind)
    crops, predicted = _crops(store), _predictions(store)
    for alike in (*_by_folder(crops), *predicted):
        _output.emit(_line(alike))
    if crops:
        _total(crops, f"of {DECODED}")
    if predicted:
        _total(predicted, f"of {PREDICTED}")
    return 0


@cache_command.command("verify")
def verify_command() -> int:
    """Hash all stored files; remove those that are damaged, and exit 1 if there were any."""
    store = _store()
    proven = [_proven(each, loss) for each, loss in damaged(store)]
    proven += [_proven(each, _crops_loss(each)) for each in _crops(store)]
    _total([each for each, loss in proven if loss is None], "sound")
    return DAMAGED if {loss for _, loss in proven} & _WORDS.keys() else 0


_WORDS = {Loss.REMOVED: "damaged, removed", Loss.LEFT: "damaged, could not be removed"}


def _proven(each: Held, loss: Loss | None) -> tuple[Held, Loss | None]:
    """Say at once of a stored file that it is damaged; one that is gone meanwhile is no fault."""
    if loss in _WORDS:
        _output.emit(f"{_WORDS[loss]}: {_line(each)}")
    return each, loss


@cache_command.command("prune")
@click.option(
    "--older-than", callback=_age, metavar="AGE", help="Not used for so long: 12h, 30d, 4w."
)
@click.option(
    "--max-size", callback=_size.parsed, metavar="SIZE", help="All beyond: 500MB, 10GB, 10GiB."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def prune_command(older_than: float | None, max_size: int | None, dry_run: bool) -> int:
    """Remove what is old or too much, the longest unused first.

    What is in quarantine, what is not complete, decoded pictures and predictions count like all
    else. What dead processes have left goes in any case, a day after they wrote it."""
    if older_than is None and max_size is None:
        raise UsageError("prune what?", "say --older-than 30d or --max-size 10GB")
    store, now = _store(), time.time()
    before = None if older_than is None else now - older_than
    kept = (*held(store), *aside(store), *_crops(store), *_predictions(store))
    out = surplus(kept, before=before, most=max_size)
    for each in out:
        _output.emit(_line(each))
    if not dry_run:
        with writing(store.folder):
            remove(store, out)
        sweep(store.folder, now)
        packs.sweep(store.folder, now)
        packs.drop_empty(store.folder)
    _total(out, "to be removed" if dry_run else "removed")
    return 0


def _store() -> Store:
    return Store(_access.cache_folder())


def _crops(store: Store) -> list[Held]:
    """Return the packs of decoded pictures, the one that was used last first."""
    return [
        Held(pack.path, None, pack.size, pack.used, (packs.described(pack),), DECODED)
        for pack in packs.held(store.folder)
    ]


def _predictions(store: Store) -> list[Held]:
    """Return the folders of predictions, the one that was used last first."""
    found = []
    for folder in (store.folder / "predictions").glob("*"):
        with contextlib.suppress(OSError, ValueError):  # gone in the meantime, or empty
            files = [path.stat() for path in folder.iterdir()]
            size, used = sum(file.st_size for file in files), max(file.st_mtime for file in files)
            found.append(Held(folder, None, size, used, (folder.name,), PREDICTED))
    return sorted(found, key=lambda each: (-each.used, each.path.name))


def _by_folder(crops: list[Held]) -> list[Held]:
    """Return one for all packs whose pictures were cropped alike, by the same versions."""
    folders: dict[Path, list[Held]] = {}
    for each in crops:
        folders.setdefault(each.path.parent, []).append(each)
    return [replace(alike[0], size=sum(each.size for each in alike)) for alike in folders.values()]


def _crops_loss(each: Held) -> Loss | None:
    """Remove a pack with a picture that is not what it was, and say so."""
    if packs.is_sound(each.path):
        return None
    try:
        each.path.unlink()
    except FileNotFoundError:
        return Loss.ABSENT
    except OSError:
        return Loss.LEFT
    return Loss.REMOVED


def _line(each: Held) -> str:
    used = datetime.fromtimestamp(each.used, timezone.utc).strftime("%Y-%m-%d")
    urls = " ".join(escape.line(url) for url in each.urls)
    words = [str(each.digest or "-"), f"{each.size} bytes", f"used {used}", each.aside, urls]
    return "  ".join(word for word in words if word) + "\n"


def _total(files: list[Held], what: str) -> None:
    noun = "file" if len(files) == 1 else "files"
    size = sum(each.size for each in files)
    click.echo(f"{len(files)} {noun} {what}, {size:,} bytes", err=True)


COMMAND = cache_command
