"""Runs a function over many arguments in processes, and survives those that die."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker
from typing import Any, TypeVar

from zoo.machine import cores

A = TypeVar("A")
B = TypeVar("B")

# Imported once, by the process that the workers are forked from.
_HEAVY = ("torch", "timm", "zoo.structure.trace", "zoo.survey.worker")

_SAFE = "PYTHONSAFEPATH"

STALLED = 180  # seconds without an answer from any process; each gives up by itself before that


def spread(
    function: Callable[[A], B],
    arguments: Sequence[A],
    died: Callable[[A], B],
    heavy: Sequence[str] = _HEAVY,
) -> Iterator[tuple[A, B]]:
    """Yield each argument with its outcome, as they come.

    Args:
        function: importable by name; runs in another process.
        died: gives the outcome for an argument whose process died, such as for want of memory, or
            does not answer.
        heavy: modules that the function needs, imported once for all processes.
    """
    left = list(arguments)
    workers = min(cores(), len(left))
    while left:
        done: list[A] = []
        try:
            for argument, outcome in _once(function, left, workers, heavy):
                done.append(argument)
                yield argument, outcome
            return
        except BrokenProcessPool:
            left = [argument for argument in left if not any(argument is one for one in done)]
            if workers == 1:  # so it was the first that is left
                argument = left.pop(0)
                yield argument, died(argument)
                workers = min(cores(), len(left))
            else:
                workers = 1


def _once(
    function: Callable[[A], B], arguments: list[A], workers: int, heavy: Sequence[str]
) -> Iterator[tuple[A, B]]:
    others = multiprocessing.active_children()
    executor = ProcessPoolExecutor(workers, mp_context=context(heavy), initializer=_prepare)
    try:
        futures: dict[Future[B], A] = {executor.submit(function, a): a for a in arguments}
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, STALLED, FIRST_COMPLETED)
            if not done:
                raise BrokenProcessPool("no process answers any more")
            for future in done:
                yield futures[future], future.result()
    except KeyboardInterrupt:
        end_server()
        raise
    finally:  # also where a thread of a network would keep its process alive for ever
        executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if process not in others:
                process.terminate()


def context(heavy: Sequence[str]) -> Any:
    """Return how processes are made: forked from one that has imported what is slow to import."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    begun = multiprocessing.get_context("forkserver")
    begun.set_forkserver_preload(list(heavy))
    with _safe_path():
        resource_tracker.ensure_running()  # which would let Ctrl-C through again where it begins
        with _deaf():
            forkserver.ensure_running()
    return begun


def end_server() -> None:
    """End the process that others are forked from.

    Else it would do what it was asked for while it was importing, after its parent is gone.
    """
    pid: int | None = getattr(forkserver._forkserver, "_forkserver_pid", None)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextmanager
def _deaf() -> Iterator[None]:
    """Let a process that begins never hear Ctrl-C: it would print where its imports were."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _safe_path() -> Iterator[None]:
    """Let a process that begins import nothing from the working folder, as ``python -c`` would."""
    before = os.environ.get(_SAFE)
    os.environ[_SAFE] = "1"  # Python 3.11 and newer
    try:
        yield
    finally:
        os.environ.pop(_SAFE)
        if before is not None:
            os.environ[_SAFE] = before


def _prepare() -> None:
    """Leave Ctrl-C and standard output to the parent, and the cores to the other workers."""
    os.dup2(2, 1)  # what a network prints is no part of a report
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # looking through torch's own objects took a sixth of the time
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
