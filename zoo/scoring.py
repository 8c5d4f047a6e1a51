"""Predicts all pictures of a job exactly once: what is kept is not done again, by any engine."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from zoo import escape
from zoo.engines import Engine, Predicted, Work
from zoo.errors import Unavailable
from zoo.job import Job
from zoo.machine import device_name
from zoo.predictions import Enough, Prediction, never
from zoo.predictions.ledger import Ledger, Nowhere, Range, in_words

RANGE = 512  # pictures; so many at most are predicted in vain when the work is killed
FEW = 64  # pictures of a range where it is asked after each whether they are enough

# Of a job: where things lie.
_PLACES = frozenset({"checkpoint", "dataset", "crops"})
# Of a device: what moves no prediction, or is said otherwise.
_FREE = frozenset({"name", "batch_size", "workers"})


def ledger_of(root: Path, model: str, job: Job) -> Ledger:
    """Return where the predictions of a job are kept: a folder of its own below another.

    The size of the batches may move the last bit of a logit, so that predictions in batches of
    different sizes are not merged; but it is no part of what they say of themselves.
    """
    said = rests_on(job)
    key = json.dumps([said, job.device.batch_size], sort_keys=True)
    name = f"{escape.file_name(model)[:80]}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    return Ledger(root / name, said)


def rests_on(job: Job) -> dict[str, Any]:
    """Return all that moves the predictions of a job, in plain JSON values without any path."""
    said: dict[str, Any] = json.loads(job.to_json())
    device = {name: value for name, value in said["device"].items() if name not in _FREE}
    kept = {name: value for name, value in said.items() if name not in _PLACES}
    source = {name: value for name, value in said["source"].items() if name != "location"}
    tensors = Path(job.checkpoint).name  # in a store, which names files by their digests
    return kept | {
        "tensors": tensors,
        "device": device | {"kind": device_name(job.device.name)},
        "source": source,
    }


def predict(
    work: Work, engine: Engine, ledger: Ledger | Nowhere, enough: Enough = never
) -> tuple[Prediction, ...]:
    """Return the predictions for the pictures of a job in their order, each exactly once.

    After each range, in order, it is asked whether that is enough; what is behind it is left out.

    Raises:
        Unavailable: as ``Engine.predict``; or the predictions cannot be kept; or two pictures have
            one name, so that it could not be shown that each was counted once.
    """
    _check_names([picture.id for picture in work.pictures])
    ranges = ranges_of(len(work.pictures), RANGE if enough is never else FEW)
    items: list[Prediction] = []
    with ledger.alone(work.say), closing(_found(work, engine, ledger, ranges)) as found:
        for predicted in _in_order(found, ranges):
            items += predicted
            if enough(items):
                break
        ledger.finish(items, ranges)
    return tuple(items)


def ranges_of(total: int, size: int) -> list[Range]:
    """Return the ranges into which so many pictures are cut."""
    return [(start, min(start + size, total)) for start in range(0, total, size)]


def _found(
    work: Work, engine: Engine, ledger: Ledger | Nowhere, ranges: Sequence[Range]
) -> Generator[Predicted, None, None]:
    """Yield the ranges that are kept, then those that an engine predicts."""
    known: dict[Range, int] = {}
    for span, items in ledger.kept(work.pictures, ranges):
        known[span] = len(items)
        work.tick(len(items))
        yield span, items
    missing = [span for span in ranges if span not in known]
    if missing:
        if known:
            count = sum(known.values())
            work.say(f"{count:,} of {len(work.pictures):,} pictures were predicted before")
        work.network()  # what does not fit is told as what it is, before any process is begun
        predicted = engine.predict(work, missing)
        try:
            for span, items in predicted:
                ledger.keep(span, items)
                yield span, items
        finally:
            predicted.close()


def _in_order(
    found: Iterator[Predicted], ranges: Sequence[Range]
) -> Iterator[tuple[Prediction, ...]]:
    """Yield the predictions of each range in order, once.

    Raises:
        Unavailable: an engine has left a range out, or gave other predictions for one again.
    """
    early: dict[Range, tuple[Prediction, ...]] = {}
    left = deque(ranges)
    for span, items in found:
        if span not in left or early.setdefault(span, items) != items:
            raise Unavailable(f"{in_words(span)} were predicted twice")
        while left and left[0] in early:
            yield early.pop(left.popleft())
    if left:
        raise Unavailable(f"the pictures from {left[0][0]:,} on were not predicted")


def _check_names(names: Sequence[str]) -> None:
    name, times = Counter(names).most_common(1)[0] if names else ("", 0)
    if times > 1:
        raise Unavailable(
            f"{times} pictures have the name {name}: it cannot be shown that each counts once",
            "name each picture once",
        )
