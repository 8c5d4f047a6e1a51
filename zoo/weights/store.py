"""The store of downloaded files, each under its own SHA-256: complete and right, or not there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from zoo.claims import Digest
from zoo.errors import Unavailable

CHUNK = 2**20

Report = Callable[[int], None]


def sha256(stream: BinaryIO, report: Report = lambda done: None) -> tuple[Digest, int]:
    """Return the SHA-256 and the size in bytes of all that a stream still holds."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        report(size)
    return Digest("sha256", digest.hexdigest()), size


class Store:
    """Files by SHA-256 below one folder, and which URL gave which of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: Digest) -> Path:
        """Return where the file of a digest lies, if it does."""
        return self.folder / "sha256" / digest.hex[:2] / digest.hex

    def find(self, url: str) -> tuple[Path, Digest, int] | None:
        """Return the stored file that a URL gave, hashed anew, or None.

        A file that is no longer what its name says is removed and counts as absent.
        """
        try:
            record = json.loads(self._record(url).read_bytes())
            path = self.path(Digest.parse(f"sha256:{record['sha256']}"))
            with path.open("rb") as stream:
                digest, size = sha256(stream)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if digest.hex != path.name:
            with contextlib.suppress(OSError):  # in a cache that is only read
                path.unlink()
            return None
        return path, digest, size

    def add(self, url: str, chunks: Iterable[bytes]) -> tuple[Path, Digest, int]:
        """Write a file while hashing it, and remember that the URL gave it.

        The file is written beside its final place and renamed only when it is complete, so that
        an interruption at any moment leaves nothing under the final name.

        Raises:
            Unavailable: the folder cannot be written to, or the disk is full.
        """
        try:
            path, digest, size = self._write(chunks, self.path)
            record = {"url": url, "sha256": digest.hex, "size": size}
            self._write([json.dumps(record).encode()], lambda _: self._record(url))
        except OSError as error:
            raise Unavailable(
                f"cannot write to the cache {self.folder}: {error.strerror or error}",
                "free some space there, or set ZOO_CACHE_DIR to a folder that can be written to",
            ) from None
        return path, digest, size

    def _write(
        self, chunks: Iterable[bytes], place: Callable[[Digest], Path]
    ) -> tuple[Path, Digest, int]:
        """Write a file to the place that its digest gives it, or leave nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        running, size = hashlib.sha256(), 0
        descriptor, name = tempfile.mkstemp(prefix="partial-", dir=self.folder)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                for chunk in chunks:
                    stream.write(chunk)
                    running.update(chunk)
                    size += len(chunk)
                _flush(stream)
            digest = Digest("sha256", running.hexdigest())
            final = place(digest)
            _rename(temporary, final)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return final, digest, size

    def _record(self, url: str) -> Path:
        return self.folder / "urls" / hashlib.sha256(url.encode()).hexdigest()


def _flush(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _rename(temporary: Path, final: Path) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(final)
    with contextlib.suppress(OSError):  # some file systems cannot sync a folder
        descriptor = os.open(final.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
