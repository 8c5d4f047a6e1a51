"""Predicts a range of a job in another process, to which only text, numbers and bytes pass."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, TypeAlias

from zoo import inference
from zoo.engines import batches_of
from zoo.errors import DeviceFault, Unavailable, ZooError
from zoo.job import Job, network_of, pictures_of
from zoo.pictures import Picture
from zoo.predictions import Prediction, table

if TYPE_CHECKING:
    from torch import nn

NOTES = "notes"  # in the table: what a user should know
DEVICE_FAULT = 17  # a process whose device failed can do no more

Outcome = tuple[str, bytes]
Prepared: TypeAlias = "tuple[nn.Module, tuple[Picture, ...], tuple[int, ...] | None]"

_prepared: dict[str, Prepared] = {}  # the last job's, for the ranges of it that follow


def predict(job: str, start: int, stop: int) -> Outcome:
    """Return the predictions for the pictures from ``start`` up to ``stop`` as a Parquet table.

    The text is empty; where they cannot be had it says why, and there is no table. A process whose
    device has failed ends.
    """
    return _predict(job, None, start, stop)


def predict_from(job: str, checkpoint: bytes, start: int, stop: int) -> Outcome:
    """Do the same on a machine that need not have the checkpoint where the job says.

    Args:
        checkpoint: what is in that file.
    """
    return _predict(job, checkpoint, start, stop)


def _predict(job: str, checkpoint: bytes | None, start: int, stop: int) -> Outcome:
    said = Job.from_json(job)
    try:
        if job not in _prepared:
            _prepared.clear()
            _prepared[job] = _prepare(said, checkpoint)
        network, pictures, scored = _prepared[job]
        batches = batches_of(pictures, (start, stop), said.device.batch_size)
        notes: list[str] = []
        found = inference.run(
            network,
            batches,
            said.preprocessing,
            said.device,
            scored,
            crops_cache=said.crops,
            say=notes.append,
        )
        return "", table.to_bytes(tuple(chain.from_iterable(found)), {NOTES: notes})
    except DeviceFault:
        os._exit(DEVICE_FAULT)
    except ZooError as error:
        return json.dumps([error.message, error.hint]), b""


def _prepare(job: Job, checkpoint: bytes | None) -> Prepared:
    import torch

    torch.set_num_threads(job.threads)
    pictures, scored = pictures_of(job)
    if checkpoint is None:
        return network_of(job), pictures, scored
    with NamedTemporaryFile(prefix="zoo-") as file:  # gone again: Ray's processes are killed
        file.write(checkpoint)
        file.flush()
        return network_of(replace(job, checkpoint=file.name)), pictures, scored


def read(outcome: Outcome, say: Callable[[str], None]) -> tuple[Prediction, ...]:
    """Return the predictions of an outcome, and say what there was to be said.

    Raises:
        Unavailable: there are none, for the reason that the other process has given.
    """
    wrong, content = outcome
    if wrong:
        message, hint = json.loads(wrong)
        raise Unavailable(message, hint)
    found = table.read(content)
    for note in found.said[NOTES]:
        say(note)
    return found.items
