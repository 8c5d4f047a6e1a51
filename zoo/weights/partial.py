"""The part of a file that is here while the rest is on its way, or after it broke off.

Each lies in a folder of its own below ``partial/`` with a record of what it is a part of. A folder
``KEY.RANDOM`` is written by the process that made it and no other; it becomes ``KEY`` when that
process lets it go, and whoever renames that back owns it. So no byte is ever written by two
processes, whether locks work or not.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from zoo.claims import Digest
from zoo.weights.flushing import Flushing
from zoo.weights.hashing import Hashing
from zoo.weights.origin import Origin, key, marked, record, trusted, written_now

FOLDER = "partial"
CHUNK = 2**18


class Partial:
    """A partial file that this process writes; hashed while it is written."""

    def __init__(self, folder: Path, origin: Origin, *, resumed: bool = False) -> None:
        self.folder = folder
        self.origin = origin
        self.resumed = resumed
        self.size = 0
        self._hashing = Hashing()
        self._stream = self.data.open("r+b" if self.data.exists() else "xb", buffering=0)
        self._flushing = Flushing(self._stream.fileno())

    @property
    def data(self) -> Path:
        """Where the bytes are."""
        return self.folder / "data"

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the bytes that are there."""
        return self._hashing.digest()

    def write(self, chunk: bytes) -> None:
        """Add bytes at the end."""
        view = memoryview(chunk)
        while view:
            view = view[self._stream.write(view) :]
        self._hashing.update(chunk)  # not before all of them are there
        self.size += len(chunk)
        self._flushing.wrote(len(chunk))

    def read(self, size: int) -> bytes:
        """Return and count at most so many of the bytes that are there already."""
        chunk: bytes = self._stream.read(size)
        self._hashing.update(chunk)
        self.size += len(chunk)
        return chunk

    def cut(self) -> None:
        """Cut off what follows the bytes that were counted."""
        self._stream.truncate(self.size)

    def flush(self) -> None:
        """Make sure that the bytes are on disk."""
        self._flushing.end()

    def let_go(self) -> None:
        """Leave the bytes to whoever goes on with them, if anyone can."""
        kept = False
        with contextlib.suppress(OSError):
            if self.size and self.origin.etag and not self._stream.closed:
                self.flush()
                with contextlib.suppress(OSError):  # on a full disk the old record must do
                    record(self.folder, marked(self.origin, self.size, self.digest.hex))
                self.folder.rename(self.folder.parent / key(self.origin.url))
                kept = True
        if kept:
            self._close()
        else:
            self.discard()

    def discard(self) -> None:
        """Remove the bytes."""
        self._close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _close(self) -> None:
        self._flushing.close()
        self._stream.close()
        self._hashing.close()


def begin(store: Path, origin: Origin) -> Partial:
    """Return a new, empty partial file.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder = _own(store, origin.url)
    record(folder, marked(origin, 0, ""))
    return Partial(folder, origin)


def resume(store: Path, url: str, *, alone: bool) -> Partial | None:
    """Return the bytes of a URL that an earlier attempt left, hashed anew, or None.

    Args:
        alone: whether no other process is fetching this URL, as far as a lock can tell. Only then
            is what a killed process left taken up, and then as a copy, since locks may lie.
    """
    place = store / FOLDER
    with contextlib.suppress(OSError):
        mine = place / f"{key(url)}.{os.urandom(8).hex()}"
        (place / key(url)).rename(mine)
        if (taken := _taken(mine, url)) is not None:
            return taken
        shutil.rmtree(mine, ignore_errors=True)
    for left in _left_behind(place, url) if alone else ():
        try:
            copied = _copied(store, left, url)
        finally:
            shutil.rmtree(left, ignore_errors=True)
        if copied is not None:
            return copied
    return None


def _taken(folder: Path, url: str) -> Partial | None:
    """Return the partial file of a folder that is ours, as far as it can be trusted."""
    origin, size = trusted(folder, url)
    if origin is None or not size:
        return None
    partial = Partial(folder, origin, resumed=True)
    try:
        if not _counted(partial, partial.read, origin, size):
            partial.discard()
            return None
        partial.cut()
        with contextlib.suppress(OSError):  # on a full disk the old record must do
            record(folder, marked(origin, origin.flushed, origin.digest))
    except OSError:
        partial.discard()
        raise
    return partial


def _counted(partial: Partial, bring: Callable[[int], bytes], origin: Origin, size: int) -> bool:
    """Return whether so many bytes could be brought, those that were flushed being the same."""
    for end in (min(origin.flushed, size), size):
        while partial.size < end and bring(min(CHUNK, end - partial.size)):
            pass
        if end == origin.flushed > 0 and partial.digest.hex != origin.digest:
            return False
    return size >= origin.flushed and partial.size == size


def _copied(store: Path, folder: Path, url: str) -> Partial | None:
    origin, size = trusted(folder, url)
    if origin is None or not size:
        return None
    partial = begin(store, origin)
    partial.resumed = True
    try:
        with (folder / "data").open("rb", buffering=0) as left:

            def bring(most: int) -> bytes:
                chunk: bytes = left.read(most)
                partial.write(chunk)
                return chunk

            if _counted(partial, bring, origin, size):
                return partial
    except OSError:
        partial.discard()
        raise
    partial.discard()
    return None


def _left_behind(place: Path, url: str) -> Iterator[Path]:
    """Yield the folders of processes that ended without letting go, the fullest first."""
    found = [folder for folder in place.glob(f"{key(url)}.*") if not written_now(folder)]
    yield from sorted(found, key=_fill, reverse=True)


def _fill(folder: Path) -> int:
    try:
        return (folder / "data").stat().st_size
    except OSError:
        return 0


def _own(store: Path, url: str) -> Path:
    place = store / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{key(url)}.", dir=place))
