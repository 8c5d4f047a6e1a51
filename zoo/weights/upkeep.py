"""Lists, proves and clears what is in the store."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zoo.claims import Digest
from zoo.weights import partial, proof, turn
from zoo.weights.durable import LOOSE
from zoo.weights.origin import written_now
from zoo.weights.store import Store

DAY = 86_400.0
LEFT = DAY  # seconds after which what nobody goes on with is removed
KEPT = 14 * DAY  # seconds for which the beginning of a file is kept


@dataclass(frozen=True, slots=True)
class Held:
    """A file of the store.

    Attributes:
        size: in bytes.
        used: when it was used last, in seconds since 1970.
        urls: what gave it, in the order of the alphabet.
    """

    path: Path
    digest: Digest
    size: int
    used: float
    urls: tuple[str, ...] = ()


def held(store: Store) -> list[Held]:
    """Return the files of the store, the one that was used last first."""
    urls: dict[str, list[str]] = {}
    for _, url, digits in _records(store.folder):
        urls.setdefault(digits, []).append(url)
    found: list[Held] = []
    for path in (store.folder / "sha256").glob("??/*"):
        with contextlib.suppress(OSError):  # gone in the meantime
            used, size = proof.last_use(store.folder, path), path.stat().st_size
            named = tuple(sorted(urls.get(path.name, ())))
            found.append(Held(path, Digest("sha256", path.name), size, used, named))
    return sorted(found, key=lambda each: (-each.used, each.path.name))


def damaged(store: Store) -> Iterator[tuple[Held, bool]]:
    """Hash every file of the store, and yield it with whether it was damaged, and so removed."""
    for each in held(store):
        yield each, store.prove(each.path) is None


def surplus(files: list[Held], *, before: float | None, most: int | None) -> list[Held]:
    """Return the files to remove, given as ``held`` gives them.

    Args:
        before: those that were not used since, in seconds since 1970.
        most: and the longest unused of the others, until so many bytes are left.
    """
    total, out = 0, []
    for each in files:
        total += each.size
        if (before is not None and each.used < before) or (most is not None and total > most):
            out.append(each)
    return out


def remove(store: Store, files: list[Held]) -> None:
    """Remove files with all that is noted about them.

    Raises:
        OSError: the folder cannot be written to.
    """
    gone = {each.path.name for each in files}
    for record, _, digits in _records(store.folder):
        if digits in gone or not store.path(Digest("sha256", digits)).exists():
            record.unlink(missing_ok=True)
    for each in files:
        each.path.unlink(missing_ok=True)
        (store.folder / proof.FOLDER / each.path.name).unlink(missing_ok=True)


def sweep(folder: Path, now: float) -> list[Path]:
    """Remove what dead processes have left and nobody goes on with; never a living one's.

    Args:
        folder: of the store.
        now: seconds since 1970.

    Returns what was removed, in the order of the alphabet.
    """
    gone = [path for path in sorted((folder / partial.FOLDER).glob("*")) if _stale(path, now)]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    for lock in (folder / turn.FOLDER).glob("*"):
        with contextlib.suppress(OSError):
            if now - lock.stat().st_mtime > KEPT and not turn.busy(folder, lock.name):
                lock.unlink()
    return gone


def old_quarantine(folder: Path, before: float) -> list[Path]:
    """Return what lies in quarantine since before a time, in seconds since 1970."""
    found = sorted((folder / "quarantine").glob("*"))
    return [path for path in found if _touched(path) < before]


def _stale(path: Path, now: float) -> bool:
    if path.name.startswith(LOOSE):
        return now - _touched(path) > LEFT
    age = now - max(_touched(path), _touched(path / "data"))
    name, _, owner = path.name.partition(".")
    if not owner:
        return age > KEPT
    return age > LEFT and not (written_now(path) and turn.busy(path.parents[1], name))


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _records(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield which URL gave which digest, with the file that says so."""
    for path in sorted((folder / "urls").glob("*")):
        try:
            record = json.loads(path.read_bytes())
            yield path, str(record["url"]), Digest.parse(f"sha256:{record['sha256']}").hex
        except (OSError, ValueError, KeyError, TypeError):
            continue
