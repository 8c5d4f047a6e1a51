"""Runs a function over many arguments in processes, and survives those that die."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
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

PATIENCE = 10  # seconds for a process that was asked to end
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
    executor = ProcessPoolExecutor(workers, mp_context=context(heavy), initializer=_prepare)
    try:
        futures: dict[Future[B], A] = {submit(executor, function, a): a for a in arguments}
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, STALLED, FIRST_COMPLETED)
            if not done:
                raise BrokenProcessPool("no process answers any more")
            for future in done:
                yield futures[future], future.result()
    finally:
        end(executor)


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
    try:  # what begins first waits until all is imported, and needs nothing of its parent
        begun.Process(target=gc.collect).start()
    except KeyboardInterrupt:
        _end_server()
        raise
    return begun


def submit(
    executor: ProcessPoolExecutor, function: Callable[..., B], *arguments: object
) -> Future[B]:
    """Have a function run by a process of ``context``; Ctrl-C waits until that one is known."""
    with _held():
        return executor.submit(function, *arguments)


def end(executor: ProcessPoolExecutor) -> None:
    """End the processes of an executor, whatever they do, and then the executor.

    Else a thread of a network would keep its process alive for ever.
    """
    processes = list((executor._processes or {}).values())
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(PATIENCE)
        process.kill()
    executor.shutdown(cancel_futures=True)


def _end_server() -> None:
    """End the process that others are forked from, before it begins what it was asked for."""
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
def _held() -> Iterator[None]:
    """Hold Ctrl-C back until a step is done."""
    if threading.current_thread() is not threading.main_thread():  # which alone is interrupted
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


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
