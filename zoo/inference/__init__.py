"""Runs a network over pictures in this process, on one device."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo import crops
from zoo.crops import Keeping
from zoo.errors import UsageError
from zoo.inference import heap
from zoo.inference.arithmetic import FULL, PRECISIONS, ROUNDED
from zoo.inference.reading import read_off
from zoo.pictures import Picture
from zoo.predictions import Prediction
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["FULL", "PRECISIONS", "ROUNDED", "Device", "method", "run"]

AHEAD = 2  # batches that are decoded while a device of its own computes


@dataclass(frozen=True, slots=True)
class Device:
    """Where and how a network is run.

    Attributes:
        name: for torch, such as ``cpu`` or ``cuda:0``.
        batch_size: pictures at a time.
        workers: threads that decode pictures; 0 decodes in the calling one.
        precision: one of ``PRECISIONS``.
    """

    name: str = "cpu"
    batch_size: int = 32
    workers: int = 0
    precision: str = FULL

    def __post_init__(self) -> None:
        if self.precision == "tf32" and not self.is_cuda:
            raise UsageError(f"{self.name} has no tf32", "it is a precision of CUDA devices")

    @property
    def is_cuda(self) -> bool:
        """Whether it computes by itself, while this process goes on."""
        return self.name.startswith("cuda")


def run(
    network: nn.Module,
    batches: Sequence[Sequence[Picture]],
    preprocessing: Preprocessing,
    device: Device,
    scored: tuple[int, ...] | None = None,
    *,
    crops_cache: Keeping | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> Iterator[tuple[Prediction, ...]]:
    """Yield what a network predicts for each batch of pictures, in order.

    Pictures are prepared as by timm's evaluation transform, and the network is run in evaluation
    mode. On the CPU a batch is decoded by all threads and then computed by all, in turn, since each
    would only hold up the other; a CUDA device is given the next batch while it computes.

    Args:
        batches: the pictures that are predicted together.
        scored: the classes among which the best are sought, ascending; all, if None.
        crops_cache: where decoded pictures are kept for the next model; nowhere, if None.
        say: told what the user should know, such as that the memory holds no whole batch.

    Raises:
        DeviceFault: the device broke off.
        Unavailable: a picture cannot be decoded, a label is not among the network's classes, or
            the network does not run. Nothing is substituted.
    """
    from zoo.inference.forward import Forward

    forward = Forward(network, preprocessing, device.name, device.precision, say)
    prepared = crops.batches(
        batches,
        preprocessing,
        device.workers,
        ahead=AHEAD if device.is_cuda else 0,
        pinned=device.is_cuda,
        keeping=crops_cache,
        say=say,
    )
    with contextlib.nullcontext() if device.is_cuda else heap.kept(), contextlib.closing(prepared):
        begun: deque[tuple[crops.Batch, Callable[[], Tensor]]] = deque()
        for batch in prepared:
            begun.append((batch, forward(batch.pixels)))
            if len(begun) > device.is_cuda:  # which computes one while another is read off
                yield _predictions(*begun.popleft(), scored)
        while begun:
            yield _predictions(*begun.popleft(), scored)


def method(device: Device) -> str:
    """Return what moves the numbers, in words."""
    return f"timm evaluation transform, {PRECISIONS[device.precision]} on {device.name}"


def _predictions(
    batch: crops.Batch, logits: Callable[[], Tensor], scored: tuple[int, ...] | None
) -> tuple[Prediction, ...]:
    return tuple(read_off(batch, logits(), scored))
