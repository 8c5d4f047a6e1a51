"""Keeps the predictions for ranges of pictures on disk, so that what was killed goes on from there.

A folder holds what rests on one and the same key: the file ``00000512-00001024.parquet`` has the
predictions for the pictures 512 to 1,023. Each is written beside its place, flushed and renamed:
it is there whole, or not at all. What is found is only believed for the pictures that are there
now: their names, labels and the SHA-256 of their files must be the same. At the end those that
were needed are merged to ``predictions.parquet``, whose bytes do not tell how often the work broke
off; those behind them stay in their ranges, for a run that needs more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from zoo.atomic import LOOSE, put
from zoo.errors import Unavailable
from zoo.pictures import Picture
from zoo.predictions import Prediction, table

WHOLE = "predictions.parquet"
LOCK = "lock"
Range = tuple[int, int]


def in_words(span: Range) -> str:
    """Return which pictures a range has, the first and the last."""
    return f"the pictures {span[0]:,} to {span[1] - 1:,}"


class Ledger:
    """The predictions that are kept in a folder.

    Args:
        said: what the predictions rest on, in plain JSON values; what rests on anything else is
            not believed.
    """

    def __init__(self, folder: Path, said: Mapping[str, Any]) -> None:
        self.folder = folder
        self._said = said

    @contextmanager
    def alone(self, say: Callable[[str], None]) -> Iterator[None]:
        """Let no other process work on these predictions at the same time.

        Raises:
            Unavailable: the folder cannot be written to.
        """
        with self._writing():
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / LOCK).touch()  # which tells when they were used last
            lock = FileLock(self.folder / LOCK)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                say("waits for another process that predicts the same")
                lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def kept(
        self, pictures: Sequence[Picture], ranges: Sequence[Range]
    ) -> Iterator[tuple[Range, tuple[Prediction, ...]]]:
        """Yield the ranges whose predictions are kept, with these, in order.

        Every picture of such a range is read, and its digest compared.
        """
        whole = self._read(self.folder / WHOLE)
        for start, stop in ranges:
            for items in (whole[start:stop], self._read(self._path((start, stop)))):
                if _about(items, pictures[start:stop]):
                    yield (start, stop), items
                    break

    def keep(self, span: Range, items: Sequence[Prediction]) -> None:
        """Keep the predictions for a range.

        Raises:
            Unavailable: they cannot be written.
        """
        self._write(self._path(span), items)

    def finish(self, items: Sequence[Prediction], ranges: Sequence[Range] = ()) -> Path:
        """Merge the predictions that were needed into one file, and return where it is.

        Args:
            ranges: all that there are; those behind the predictions stay, where they are kept.

        Raises:
            Unavailable: they cannot be written.
        """
        path = self.folder / WHOLE
        behind = {self._path(span): span for span in ranges if span[0] >= len(items)}
        whole = self._read(path)
        if whole != tuple(items):
            for place, (start, stop) in behind.items():
                if stop <= len(whole) and not place.exists():
                    self._write(place, whole[start:stop])
            self._write(path, items)
        found = {*self.folder.glob("*-*.parquet"), *self.folder.glob(f"{LOOSE}*")}
        for left in sorted(found - behind.keys()):
            left.unlink(missing_ok=True)
        return path

    def _path(self, span: Range) -> Path:
        return self.folder / f"{span[0]:08}-{span[1]:08}.parquet"

    def _read(self, path: Path) -> tuple[Prediction, ...]:
        """Return what a file holds; nothing where it is not there, damaged, or rests on else."""
        try:
            found = table.read(path)
        except (OSError, ValueError):
            return ()
        return found.items if found.said == self._said else ()

    def _write(self, path: Path, items: Sequence[Prediction]) -> None:
        content = table.to_bytes(items, self._said)
        with self._writing():
            put(path, content)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"the predictions cannot be kept in {self.folder}: {error.strerror}",
                "name another folder with --predictions, or make room; "
                "what was kept before is still there",
            ) from None


class Nowhere:
    """Keeps nothing: a ledger for where no folder can be written to."""

    def alone(self, say: Callable[[str], None]) -> AbstractContextManager[None]:
        """Nobody else can be here."""
        return nullcontext()

    def kept(
        self, pictures: Sequence[Picture], ranges: Sequence[Range]
    ) -> Iterator[tuple[Range, tuple[Prediction, ...]]]:
        """Yield nothing."""
        return iter(())

    def keep(self, span: Range, items: Sequence[Prediction]) -> None:
        """Let them go."""

    def finish(self, items: Sequence[Prediction], ranges: Sequence[Range] = ()) -> None:
        """Let them go."""


def _about(items: Sequence[Prediction], pictures: Sequence[Picture]) -> bool:
    """Return whether predictions are for these very pictures, as their files are now."""
    if len(items) != len(pictures):
        return False
    return all(
        (item.id, item.label, item.accepted) == (picture.id, picture.label, picture.accepted)
        and _holds(picture, item.sha256)
        for item, picture in zip(items, pictures, strict=True)
    )


def _holds(picture: Picture, sha256: str) -> bool:
    """Return whether a picture's file can be read and has that digest."""
    try:
        return picture.sha256() == sha256
    except (OSError, ValueError):
        return False
