"""Predicts a range of a job in another process, to which only text, numbers and bytes pass."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from zoo import inference
from zoo.engines import batches_of
from zoo.errors import DeviceFault, Unavailable, ZooError
from zoo.job import Job, network_of, pictures_of
from zoo.pictures import Picture
from zoo.predictions import Prediction, table
from zoo.scratch import scratch

if TYPE_CHECKING:
    from torch import nn

NOTES = "notes"  # in the table: what a user should know
DEVICE_FAULT = 17  # a process whose device failed can do no more

Outcome = tuple[str, bytes]


def predict(job: str, start: int, stop: int) -> Outcome:
    """Return the predictions for the pictures from ``start`` up to ``stop`` as a Parquet table.

    The text is empty; where they cannot be had it says why, and there is no table. A process whose
    device has failed ends.
    """
    try:
        network, pictures, scored = _prepared(job)
        said = Job.from_json(job)
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


def predict_from(job: str, checkpoint: bytes, start: int, stop: int) -> Outcome:
    """Do the same on a machine that need not have the checkpoint where the job says.

    Args:
        checkpoint: what is in that file.
    """
    said = Job.from_json(job)
    here = replace(said, checkpoint=str(_placed(said.weights, checkpoint)))
    return predict(here.to_json(), start, stop)


def _placed(name: str, content: bytes) -> Path:
    """Return a file with the checkpoint of that name, which goes when this process ends."""
    path = scratch() / f"{name}.safetensors"
    if not path.exists():
        path.write_bytes(content)
    return path


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


@lru_cache(maxsize=1)
def _prepared(text: str) -> tuple[nn.Module, tuple[Picture, ...], tuple[int, ...] | None]:
    """Return what a job is about; built once, for the ranges of the job that follow."""
    import torch

    job = Job.from_json(text)
    torch.set_num_threads(job.threads)
    pictures, scored = pictures_of(job)
    return network_of(job), pictures, scored
