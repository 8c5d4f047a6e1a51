"""Lists, proves and clears what is in the store."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from zoo.atomic import LOOSE
from zoo.claims import Digest
from zoo.weights import origin, partial, proof, turn
from zoo.weights.origin import written_now
from zoo.weights.store import Loss, Store

DAY = 86_400.0
LEFT = DAY  # seconds after which what nobody goes on with is removed
KEPT = 14 * DAY  # seconds for which the beginning of a file is kept
QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Held:
    """A file of the store, or what lies aside: in quarantine, or a file that is not complete.

    Attributes:
        digest: None for a file that is not complete.
        size: in bytes.
        used: when it was used or written last, in seconds since 1970.
        urls: what gave it, in the order of the alphabet.
        aside: why it is of no use, or empty for a file of the store.
    """

    path: Path
    digest: Digest | None
    size: int
    used: float
    urls: tuple[str, ...] = ()
    aside: str = ""


def held(store: Store) -> list[Held]:
    """Return the files of the store, the one that was used last first."""
    urls = _urls_by_digest(store.folder)
    found: list[Held] = []
    for path in (store.folder / "sha256").glob("??/*"):
        with contextlib.suppress(OSError):  # gone in the meantime
            used, size = proof.last_use(store.folder, path), path.stat().st_size
            digest = Digest("sha256", path.name)
            found.append(Held(path, digest, size, used, urls.get(path.name, ())))
    return sorted(found, key=_order)


def aside(store: Store) -> list[Held]:
    """Return what lies in quarantine, and what is not complete and nobody writes, the last first.

    Neither is ever used as a file: the one is evidence, and a fetch goes on with the other.
    """
    return sorted((*_quarantined(store.folder), *_incomplete(store.folder)), key=_order)


def _order(each: Held) -> tuple[float, str]:
    return -each.used, each.path.name


def _quarantined(folder: Path) -> Iterator[Held]:
    urls = _urls_by_digest(folder, QUARANTINE)
    for path in (folder / QUARANTINE).glob("*"):
        if path.suffix != ".url":
            with contextlib.suppress(OSError):  # gone in the meantime
                found, named = path.stat(), urls.get(path.name, ())
                digest = Digest("sha256", path.name)
                yield Held(path, digest, found.st_size, found.st_mtime, named, "in quarantine")


def _incomplete(folder: Path) -> Iterator[Held]:
    for path in (folder / partial.FOLDER).glob("*"):
        owned = "." in path.name  # by a process, which may be there: sweep knows
        if not owned and not turn.busy(folder, path.name):
            with contextlib.suppress(OSError):
                found, urls = (path / "data").stat(), origin.recorded(path)
                yield Held(path, None, found.st_size, found.st_mtime, urls, "not complete")


def damaged(store: Store) -> Iterator[tuple[Held, Loss | None]]:
    """Hash every file of the store, and yield it with what became of it if it is damaged."""
    for each in held(store):
        found = store.prove(each.path)
        yield each, found if isinstance(found, Loss) else None


def surplus(files: Iterable[Held], *, before: float | None, most: int | None) -> list[Held]:
    """Return the files to remove, of which the longest unused go first: the last of the list.

    Args:
        before: those that were not used since, in seconds since 1970.
        most: and the longest unused of the others, until so many bytes are left.
    """
    total, out = 0, []
    for each in sorted(files, key=_order):
        total += each.size
        if (before is not None and each.used < before) or (most is not None and total > most):
            out.append(each)
    return out


def remove(store: Store, files: list[Held]) -> None:
    """Remove files with all that is noted about them.

    Raises:
        OSError: the folder cannot be written to.
    """
    for each in files:
        if each.path.is_dir():
            shutil.rmtree(each.path, ignore_errors=True)
        else:
            each.path.unlink(missing_ok=True)
        if not each.aside:
            (store.folder / proof.FOLDER / each.path.name).unlink(missing_ok=True)
    for record, _, digits in _records(store.folder):
        if not store.path(Digest("sha256", digits)).exists():
            record.unlink(missing_ok=True)
    for record, _, digits in _records(store.folder, QUARANTINE):
        if not (store.folder / QUARANTINE / digits).exists():
            record.unlink(missing_ok=True)


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


def _urls_by_digest(folder: Path, kind: str = "urls") -> dict[str, tuple[str, ...]]:
    """Return which URLs gave each digest, in the order of the alphabet."""
    urls: dict[str, list[str]] = {}
    for _, url, digits in _records(folder, kind):
        urls.setdefault(digits, []).append(url)
    return {digits: tuple(sorted(named)) for digits, named in urls.items()}


def _records(folder: Path, kind: str = "urls") -> Iterator[tuple[Path, str, str]]:
    """Yield which URL gave which digest, with the file that says so."""
    for path in sorted((folder / kind).glob("*" if kind == "urls" else "*.url")):
        try:
            record = json.loads(path.read_bytes())
            yield path, str(record["url"]), Digest.parse(f"sha256:{record['sha256']}").hex
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
