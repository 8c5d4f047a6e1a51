"""Lets one process at a time fetch a URL, to save the others the download; nothing rests on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from zoo.weights.origin import key
from zoo.weights.request import Terms

FOLDER = "locks"
POLL = 0.1  # seconds


@contextmanager
def turn(store: Path, url: str, terms: Terms) -> Iterator[bool]:
    """Wait until no other process fetches the URL; give whether that is sure.

    Where locks do not work, or the others take too long, it is not, and nobody is waited for.
    """
    lock = _acquired(store / FOLDER / key(url), terms)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release()


def busy(store: Path, name: str) -> bool:
    """Return whether a process is fetching the URL of a key, as far as a lock can tell."""
    path = store / FOLDER / name
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        return False


def _acquired(path: Path, terms: Terms) -> FileLock | None:
    patience, begun = terms.patience, terms.patience.clock()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        while patience.clock() - begun < patience.total:
            try:
                lock.acquire(timeout=0)
            except Timeout:
                terms.halt.wait(POLL)
            else:
                return lock
    except (OSError, NotImplementedError):  # a cache that is only read, a network file system
        pass
    return None
