"""A process that fetches a file again and again, and is killed at its n-th write, fsync or rename.

    python killed.py URL FOLDER

For n = 1, 2, … a child fetches the URL into FOLDER/n and dies by SIGKILL at the n-th of these
calls, a write after half of its bytes. Ends after the child that had no n-th call, and prints how
many died.
"""

from __future__ import annotations

import io
import os
import pathlib
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from zoo.claims import Location, ModelEntry, SourceSpec, Text
from zoo.weights import Access, Patience, Policy, obtain


class Countdown:
    """Kills this process at the n-th call."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self, last_deed: Callable[[], object] = lambda: None) -> None:
        self.left -= 1
        if self.left == 0:
            last_deed()
            os.kill(os.getpid(), signal.SIGKILL)


class Stream:
    """A file of which each write counts."""

    def __init__(self, stream: Any, countdown: Countdown) -> None:
        self._stream = stream
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, data: Any) -> int:
        def half() -> None:
            self._stream.write(data[: len(data) // 2])
            self._stream.flush()

        self._countdown(half)
        return self._stream.write(data)


def counted(calls: int) -> None:
    """Let this process die at the n-th write, fsync or rename."""
    countdown = Countdown(calls)

    def before(function: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            countdown()
            return function(*arguments, **named)

        return call

    def opening(function: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            return Stream(function(*arguments, **named), countdown)

        return call

    os.fsync = before(os.fsync)
    Path.rename = before(Path.rename)  # type: ignore[method-assign]
    Path.replace = before(Path.replace)  # type: ignore[method-assign]
    os.fdopen = opening(os.fdopen)
    pathlib.Path.open = opening(io.open)  # type: ignore[method-assign]


def fetch(url: str, cache: Path) -> None:
    place = Location("index.md", 1, 1)
    spec = SourceSpec("timm", "tiny", {}, place)
    entry = ModelEntry("tiny", place, ".", spec, weights=Text(url, place))
    patience = Patience(sleep=lambda seconds: None)
    obtain(entry, Access(cache, policy=Policy(True, True), patience=patience))


def main() -> None:
    url, folder = sys.argv[1], Path(sys.argv[2])
    for calls in count(1):
        child = os.fork()
        if child == 0:
            counted(calls)
            fetch(url, folder / str(calls))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            sys.stdout.write(str(calls - 1))
            return
        if not os.WIFSIGNALED(status):
            sys.exit(f"failed at call {calls} with status {status}")


if __name__ == "__main__":
    main()
