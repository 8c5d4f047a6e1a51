"""Predicts ranges in processes of this machine, one a device, and survives those that die."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import defaultdict
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing.connection import wait as wait_for

from zoo.engines import TRIES, Predicted, Work, _task
from zoo.errors import Unavailable
from zoo.predictions.ledger import Range, in_words
from zoo.survey.pool import context, end, submit

_HEAVY = ("torch", "timm", "zoo.engines._task")


class _Process:
    """The process of a device; another takes its place where it died."""

    def __init__(self, device: str, work: Work) -> None:
        self.device = device
        named = replace(work.job.device, name=device)
        self._job = replace(work.job, device=named).to_json()
        self._start()

    def _start(self) -> None:
        self.executor = ProcessPoolExecutor(1, mp_context=context(_HEAVY), initializer=_alone)

    def predict(self, span: Range) -> Future[_task.Outcome]:
        try:
            return submit(self.executor, _task.predict, self._job, *span)
        except BrokenProcessPool:  # it died while it had nothing to do
            self.renew()
            return submit(self.executor, _task.predict, self._job, *span)

    def renew(self) -> None:
        end(self.executor)
        self._start()


def predict(work: Work, ranges: Sequence[Range]) -> Generator[Predicted, None, None]:
    """Yield each range with its predictions, as they come, as ``Engine.predict`` does."""
    left = list(ranges)
    failed: dict[Range, list[str]] = defaultdict(list)
    idle = [_Process(device, work) for device in work.devices[: len(ranges)]]
    running: dict[Future[_task.Outcome], tuple[_Process, Range]] = {}
    try:
        while left or running:
            for process in tuple(idle):
                span = _choose(left, failed, process.device, alone=not running)
                if span is not None:
                    left.remove(span)
                    idle.remove(process)
                    running[process.predict(span)] = process, span
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                process, span = running.pop(future)
                idle.append(process)
                try:
                    items = _task.read(future.result(), work.say)
                except BrokenProcessPool:
                    failed[span].append(process.device)
                    process.renew()
                    left.insert(0, _again(work, span, failed[span]))
                    continue
                work.tick(len(items))
                yield span, items
    finally:
        for process in (*idle, *(process for process, _ in running.values())):
            end(process.executor)


def _choose(
    left: Sequence[Range], failed: dict[Range, list[str]], device: str, *, alone: bool
) -> Range | None:
    """Return the range that a device is to do next: none that failed there, if another can."""
    fresh = (span for span in left if device not in failed[span])
    return next(fresh, left[0] if left and alone else None)


def _again(work: Work, span: Range, failed: Sequence[str]) -> Range:
    """Say that a range is begun again.

    Raises:
        Unavailable: it failed too often.
    """
    words = f"the process that predicted {in_words(span)} died"
    if len(failed) >= TRIES:
        raise Unavailable(
            f"{words} {len(failed)} times, on {', '.join(failed)}",
            "perhaps the memory is too small: try a smaller --batch-size or fewer devices",
        )
    work.say(f"{words} on {failed[-1]}: they are begun again")
    return span


def _alone() -> None:
    """Leave Ctrl-C and standard output to the parent; end when it does."""
    os.dup2(2, 1)  # what a network prints is no part of a report
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
