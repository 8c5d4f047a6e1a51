"""Decides when a server is asked again, and when it is given up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from zoo.errors import Unavailable


class Transient(Unavailable):
    """A resource cannot be had now; what is in the way may pass.

    Args:
        wait: after how many seconds the server wants to be asked again, where it says so.
    """

    def __init__(self, message: str, hint: str = "", wait: float | None = None) -> None:
        super().__init__(message, hint)
        self.wait = wait


class Unreachable(Transient):
    """A host has not said anything."""


class Mixed(Transient):
    """What was fetched before and what comes now are not parts of one file: begin anew at once."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint, wait=0.0)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for; all times in seconds.

    Attributes:
        connect: for a connection.
        answer: for the status and the headers, redirects not counted.
        silence: between two parts of a body.
        floor: bytes a second that a body must come with, on average over ``window``.
        total: for one file, all attempts together.
        attempts: how often a server is asked without any progress.
        first, longest: the pause after the first failure, which doubles each time up to the latter.
        asked: the longest pause that a server's ``Retry-After`` is granted.
        clock: the time, from any beginning.
        chance: a number from 0 to 1, so that clients do not come back all at once.
        sleep: waits; None waits so that an interruption ends it.
    """

    connect: float = 10.0
    answer: float = 60.0
    silence: float = 30.0
    floor: float = 1024.0
    window: float = 60.0
    total: float = 12 * 3600.0
    attempts: int = 5
    first: float = 1.0
    longest: float = 30.0
    asked: float = 120.0
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    sleep: Callable[[float], object] | None = None

    def pause(self, failures: int, error: Transient) -> float:
        """Return how long to wait after so many failures in a row, the last of which is given."""
        if error.wait is not None:
            return min(error.wait, self.asked)
        return min(self.first * 2.0 ** (failures - 1), self.longest) * (0.5 + self.chance() / 2)


def retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for, or None (RFC 9110, 10.2.3)."""
    if not text:
        return None
    if text.isascii() and text.strip().isdigit():
        return float(text.strip()[:12])
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return max((when - now).total_seconds(), 0.0)


class Pace:
    """Watches that a body comes fast enough.

    Args:
        named: what is fetched, for the message.
    """

    def __init__(self, patience: Patience, named: str) -> None:
        self._patience = patience
        self._named = named
        self._since = patience.clock()
        self._bytes = 0

    def came(self, size: int) -> None:
        """Count bytes; raise Transient where too few came for too long."""
        self._bytes += size
        passed = self._patience.clock() - self._since
        if passed < self._patience.window:
            return
        if self._bytes < self._patience.floor * passed:
            raise Transient(
                f"{self._named} stalls: {self._bytes:,} bytes in {passed:.0f} seconds",
                "try again later; what is here already is kept",
            )
        self._since, self._bytes = self._patience.clock(), 0
