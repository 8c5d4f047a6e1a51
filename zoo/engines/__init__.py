"""Engines run a network over a dataset and return what it predicts for each picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from zoo import inference
from zoo.inference import Device
from zoo.pictures import Dataset
from zoo.predictions import Enough, Prediction, Predictions, never
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import nn

Progress = Callable[[int, int], None]


def predict(
    network: nn.Module,
    dataset: Dataset,
    preprocessing: Preprocessing,
    device: Device,
    progress: Progress,
    enough: Enough = never,
) -> Predictions:
    """Return what a network predicts for every picture of a dataset.

    After each batch it is asked whether that is enough; the pictures behind it are then left out.

    Raises:
        Unavailable: as ``zoo.inference.run``.
    """
    size, pictures = device.batch_size, dataset.pictures
    batches = [pictures[start : start + size] for start in range(0, len(pictures), size)]
    items: list[Prediction] = []
    for predicted in inference.run(network, batches, preprocessing, device, dataset.classes):
        items += predicted
        progress(len(items), len(pictures))
        if enough(items):
            break
    whole = dataset.whole if len(items) == len(pictures) else ""
    return Predictions(tuple(items), dataset.layout, whole, inference.method(device))
