"""Runs a network over pictures in this process, on one device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo import crops
from zoo.errors import Unavailable
from zoo.pictures import Picture, reason
from zoo.predictions import TOP, Prediction
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Device:
    """Where and how a network is run.

    Attributes:
        name: for torch, such as ``cpu`` or ``cuda:0``.
        batch_size: pictures at a time.
        workers: processes that decode pictures; 0 decodes in this one.
    """

    name: str = "cpu"
    batch_size: int = 32
    workers: int = 0


def run(
    network: nn.Module,
    batches: Sequence[Sequence[Picture]],
    preprocessing: Preprocessing,
    device: Device,
    scored: tuple[int, ...] | None = None,
) -> Iterator[tuple[Prediction, ...]]:
    """Yield what a network predicts for each batch of pictures, in order.

    Pictures are decoded and prepared by timm's evaluation transform, and the network is run in
    float32 without TF32, in evaluation mode.

    Args:
        batches: the pictures that are predicted together; one batch is on the device at a time.
        scored: the classes among which the best are sought, ascending; all, if None.

    Raises:
        Unavailable: a picture cannot be decoded, a label is not among the network's classes, or
            the network does not run. Nothing is substituted.
    """
    network = network.to(device.name).eval()
    for batch in crops.batches(batches, preprocessing, device.workers):
        logits = _forward(network, batch.inputs.to(device.name))
        yield tuple(_read_off(batch, logits, scored))


def method(device: Device) -> str:
    """Return what moves the numbers, in words."""
    return f"timm evaluation transform, float32 on {device.name}"


def _forward(network: nn.Module, inputs: Tensor) -> Tensor:
    import torch

    try:
        with (
            torch.inference_mode(),
            torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False),
        ):
            logits = network(inputs)
    except (Exception, SystemExit) as error:  # code of others may raise anything
        raise Unavailable(
            f"the network does not run on {_shape(inputs)}: {reason(error)}"
        ) from None
    if not isinstance(logits, torch.Tensor) or logits.ndim != 2 or len(logits) != len(inputs):
        raise Unavailable("the network returns no logits of shape (pictures, classes)")
    return logits.float().cpu()


def _read_off(
    batch: crops.Batch, logits: Tensor, scored: tuple[int, ...] | None
) -> Iterator[Prediction]:
    classes = logits.shape[1]
    finite = logits.isfinite().all(dim=1).tolist()
    best = _best(logits, scored)
    for row, (picture, digest) in enumerate(zip(batch.pictures, batch.digests, strict=True)):
        highest = max({picture.label, *picture.labels})
        if highest >= classes:
            raise Unavailable(
                f"{picture.where} has class {highest}, and the network only {classes} classes",
                "the dataset's classes are not those of this network",
            )
        seen = tuple(best[row]) if finite[row] else ()
        margin = float(logits[row, seen[0]] - logits[row, seen[1]]) if len(seen) > 1 else 0.0
        yield Prediction(picture.id, digest, picture.label, seen, picture.accepted, margin)


def _best(logits: Tensor, scored: tuple[int, ...] | None) -> list[list[int]]:
    """Return for each picture the classes with the highest logits, of those that are scored."""
    classes = logits.shape[1]
    if scored is None:
        best: list[list[int]] = logits.topk(min(TOP, classes), dim=1).indices.tolist()
        return best
    if max(scored) >= classes:
        raise Unavailable(
            f"the dataset is scored on class {max(scored)}, and the network has only {classes}",
            "the dataset's classes are not those of this network",
        )
    among = logits[:, list(scored)].topk(min(TOP, len(scored)), dim=1).indices.tolist()
    return [[scored[place] for place in places] for places in among]


def _shape(inputs: Tensor) -> str:
    return " × ".join(str(side) for side in inputs.shape)
