"""The store of downloaded files, each under its own SHA-256: complete and right, or not there."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from zoo.claims import Digest
from zoo.weights import proof
from zoo.weights.durable import settle, writing, written
from zoo.weights.origin import key
from zoo.weights.partial import Partial

CHUNK = 2**18
REPORTED = 2**20  # bytes between two reports
Stored = tuple[Path, Digest, int]
Report = Callable[[int], None]


class Loss(Enum):
    """Why a file of the store cannot be used, in words that follow on its name."""

    ABSENT = "is not in the cache"
    REMOVED = "was damaged in the cache and has been removed"
    LEFT = "is damaged in the cache, or cannot be read there, and could not be removed"


def sha256(stream: BinaryIO, report: Report = lambda done: None) -> tuple[Digest, int]:
    """Return the SHA-256 and the size in bytes of all that a stream still holds."""
    digest, size, told = hashlib.sha256(), 0, 0
    buffer = memoryview(bytearray(CHUNK))
    while got := stream.readinto(buffer):  # type: ignore[attr-defined]  # every binary file has it
        digest.update(buffer[:got])
        size += got
        if size - told >= REPORTED:
            report(told := size)
    if size > told:
        report(size)
    return Digest("sha256", digest.hexdigest()), size


class Store:
    """Files by SHA-256 below one folder, and which URL gave which of them.

    ``sha256/ab/…`` holds the files, ``urls/`` which URL gave which, ``proofs/`` how a file looked
    when it was last hashed, ``quarantine/`` what a URL gave and should not have, ``partial/`` what
    is on its way, and ``locks/`` whose turn it is to fetch a URL.

    Args:
        paranoid: hash a file at each use, even if nothing says that it has changed.
    """

    def __init__(self, folder: Path, *, paranoid: bool = False) -> None:
        self.folder = folder
        self._paranoid = paranoid

    def path(self, digest: Digest) -> Path:
        """Return where the file of a digest lies, if it does."""
        return self.folder / "sha256" / digest.hex[:2] / digest.hex

    def find(self, url: str) -> Stored | None:
        """Return the stored file that a URL gave, or None; else as ``seek`` does."""
        found = self.seek(url)
        return None if isinstance(found, Loss) else found

    def seek(self, url: str) -> Stored | Loss:
        """Return the stored file that a URL gave, or why there is none.

        It is hashed anew unless it looks as it did when it was hashed last. A file that is no
        longer what its name says is removed.
        """
        digest = self.told(url)
        if digest is None:
            return Loss.ABSENT
        path = self.path(digest)
        if not self._paranoid and (seen := proof.unchanged(self.folder, path)):
            proof.used(self.folder, path)
            return path, digest, seen.size
        size = self.prove(path)
        return size if isinstance(size, Loss) else (path, digest, size)

    def prove(self, path: Path) -> int | Loss:
        """Return the size of a stored file, hashed anew, or what became of one that is damaged."""
        try:
            with path.open("rb", buffering=0) as stream:
                seen = proof.look(path)
                digest, size = sha256(stream)
            if digest.hex == path.name:
                proof.remember(self.folder, path, seen)
                return size
            if proof.look(path) != seen:  # a good one may have come in the meantime
                return Loss.ABSENT
            path.unlink()
        except FileNotFoundError:
            return Loss.ABSENT
        except OSError:  # such as in a cache that is only read
            return Loss.LEFT
        return Loss.REMOVED

    def told(self, url: str) -> Digest | None:
        """Return the digest of what a URL gave when it was last fetched, or None."""
        return _digest(self.folder / "urls" / key(url))

    def add(self, url: str, chunks: Iterable[bytes]) -> Stored:
        """Write a file while hashing it, and remember that the URL gave it.

        The file is written aside and renamed only when it is complete, so that an interruption at
        any moment leaves nothing under the final name.

        Raises:
            Unavailable: the folder cannot be written to, or the disk is full.
        """
        with writing(self.folder), written(self.folder, chunks) as (temporary, digest, size):
            return self._keep(url, temporary, digest, size)

    def keep(self, whole: Partial) -> Stored:
        """Take a file that has come as a whole, and remember that its URL gave it.

        Raises:
            OSError: the folder cannot be written to, or the file is gone.
        """
        stored = self._keep(whole.origin.url, whole.data, whole.digest, whole.size)
        whole.discard()
        return stored

    def _keep(self, url: str, temporary: Path, digest: Digest, size: int) -> Stored:
        path = self.path(digest)
        settle(temporary, path)
        with contextlib.suppress(OSError):
            proof.remember(self.folder, path, proof.look(path))
        self._record("urls", url, digest, size)
        return path, digest, size

    def quarantine(self, whole: Partial) -> Stored:
        """Take a file that is not what its URL should give: to be looked at, never to be used.

        Raises:
            OSError: the folder cannot be written to, or the file is gone.
        """
        place, url = self.folder / "quarantine" / whole.digest.hex, whole.origin.url
        settle(whole.data, place)
        self._record("quarantine", url, whole.digest, whole.size)
        (self.folder / "urls" / key(url)).unlink(missing_ok=True)
        whole.discard()
        return place, whole.digest, whole.size

    def quarantined(self, url: str) -> Digest | None:
        """Return the digest of what a URL gave and should not have, or None."""
        return _digest(self.folder / "quarantine" / f"{key(url)}.url")

    def release(self, url: str) -> Stored | None:
        """Take a file out of quarantine, hashed anew, since its URL should give it after all.

        Raises:
            Unavailable: the folder cannot be written to.
        """
        digest = self.quarantined(url)
        if digest is None:
            return None
        place = self.folder / "quarantine" / digest.hex
        size = self.prove(place)
        if isinstance(size, Loss):
            return None
        with writing(self.folder):
            stored = self._keep(url, place, digest, size)
            (self.folder / "quarantine" / f"{key(url)}.url").unlink(missing_ok=True)
        return stored

    def _record(self, kind: str, url: str, digest: Digest, size: int) -> None:
        place = self.folder / kind / (key(url) + (".url" if kind == "quarantine" else ""))
        line = json.dumps({"url": url, "sha256": digest.hex, "size": size}).encode()
        with written(self.folder, [line]) as (temporary, _, _):
            settle(temporary, place)


def _digest(record: Path) -> Digest | None:
    """Return the digest that a record names, or None where there is no sound one."""
    try:
        digest = Digest.parse(f"sha256:{json.loads(record.read_bytes())['sha256']}")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return digest if digest.whole else None
