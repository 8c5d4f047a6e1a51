"""Computes a SHA-256 beside the work that brings the bytes."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from zoo.claims import Digest

AHEAD = 16  # so many chunks may wait to be hashed


class Hashing:
    """The SHA-256 of bytes as they come; hashlib leaves the other threads alone while it works."""

    def __init__(self) -> None:
        self._running = hashlib.sha256()
        self._thread = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def update(self, chunk: bytes) -> None:
        """Add bytes, which must not change any more."""
        self._waiting.append(self._thread.submit(self._running.update, chunk))
        if len(self._waiting) > AHEAD:
            self._waiting.popleft().result()

    def digest(self) -> Digest:
        """Return the SHA-256 of all bytes that were added."""
        while self._waiting:
            self._waiting.popleft().result()
        return Digest("sha256", self._running.hexdigest())

    def close(self) -> None:
        """Let the thread end; what still waits is not hashed."""
        self._thread.shutdown(wait=False, cancel_futures=True)
