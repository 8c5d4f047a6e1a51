"""Brings bytes to disk while more of them are written, so that little is left for the end."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor

STEP = 2**26  # bytes


class Flushing:
    """A file whose bytes are brought to disk from time to time while more are written.

    Args:
        descriptor: of the file, which must stay open until ``close``.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._thread = ThreadPoolExecutor(1)
        self._now: Future[None] | None = None
        self._since = 0

    def wrote(self, size: int) -> None:
        """Count bytes; raise OSError where earlier ones did not reach the disk."""
        self._since += size
        if self._since >= STEP and (self._now is None or self._now.done()):
            self._settled()
            self._now = self._thread.submit(os.fsync, self._descriptor)
            self._since = 0

    def end(self) -> None:
        """Return when all bytes are on disk; raise OSError where they are not."""
        self._settled()
        os.fsync(self._descriptor)

    def _settled(self) -> None:
        """Wait for what is on its way; an error is told once by the system, and must be heard."""
        if self._now is not None:
            self._now.result()

    def close(self) -> None:
        """Wait for what is on its way, and let the thread end."""
        self._thread.shutdown(wait=True, cancel_futures=True)
