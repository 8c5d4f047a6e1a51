"""Reads predictions off logits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zoo.crops import Batch
from zoo.errors import Unavailable
from zoo.predictions import TOP, Prediction

if TYPE_CHECKING:
    from torch import Tensor


def read_off(batch: Batch, logits: Tensor, scored: tuple[int, ...] | None) -> Iterator[Prediction]:
    """Yield the prediction for each picture of a batch.

    Args:
        logits: float32 on the CPU, of shape ``(pictures, classes)``.
        scored: the classes among which the best are sought, ascending; all, if None.

    Raises:
        Unavailable: a label, or a class that is scored, is not among the network's.
    """
    classes = logits.shape[1]
    finite = logits.isfinite().all(dim=1).tolist()
    best, margins = _best(logits, scored)
    for row, (picture, digest) in enumerate(zip(batch.pictures, batch.digests, strict=True)):
        highest = max(picture.label, *picture.labels)
        if highest >= classes:
            raise Unavailable(
                f"{picture.where} has class {highest}, and the network only {classes} classes",
                "the dataset's classes are not those of this network",
            )
        seen, margin = (tuple(best[row]), margins[row]) if finite[row] else ((), 0.0)
        yield Prediction(picture.id, digest, picture.label, seen, picture.accepted, margin)


def _best(logits: Tensor, scored: tuple[int, ...] | None) -> tuple[list[list[int]], list[float]]:
    """Return for each picture the classes with the highest logits, and the first one's lead."""
    classes = logits.shape[1]
    if scored is not None and max(scored) >= classes:
        raise Unavailable(
            f"the dataset is scored on class {max(scored)}, and the network has only {classes}",
            "the dataset's classes are not those of this network",
        )
    among = logits if scored is None else logits[:, list(scored)]
    values, places = among.topk(min(TOP, among.shape[1]), dim=1)
    leads = (values[:, 0] - values[:, 1]).tolist() if values.shape[1] > 1 else [0.0] * len(values)
    if scored is None:
        return places.tolist(), leads
    return [[scored[place] for place in row] for row in places.tolist()], leads
