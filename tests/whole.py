"""Predicts a whole dataset at once in this process, for tests of what lies beside the engines."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from zoo import inference
from zoo.inference import Device
from zoo.pictures import Dataset
from zoo.predictions import Enough, Prediction, Predictions, never
from zoo.subject import Preprocessing


def predict(
    network: nn.Module,
    dataset: Dataset,
    preprocessing: Preprocessing,
    device: Device,
    progress: Callable[[int, int], None],
    enough: Enough = never,
) -> Predictions:
    """Return what a network predicts, and ask after each batch whether that is enough."""
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
