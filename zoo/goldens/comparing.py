"""How far logits are from those that were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

TOP = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """Between two sets of logits of one shape.

    Attributes:
        largest: of any logit, as a share of the largest of the recorded ones.
        absolute: the same, in the unit of the logits.
        cosine: of the angle between the two, the smallest of all pictures.
        same_best: for how many pictures the five best classes are the same, in their order.
    """

    largest: float
    absolute: float
    cosine: float
    same_best: int


def difference(recorded: Tensor, now: Tensor) -> Difference:
    """Return how far logits ``(pictures, classes)``, all finite, are from the recorded ones."""
    import torch

    before, after = recorded.double(), now.double()
    absolute = float((after - before).abs().max())
    scale = float(before.abs().max())
    cosine = float(torch.nn.functional.cosine_similarity(before, after, dim=1, eps=1e-300).min())
    k = min(TOP, before.shape[1])
    best, best_now = (logits.topk(k, dim=1).indices for logits in (before, after))
    same = int((best == best_now).all(dim=1).sum())
    return Difference(absolute / scale if scale else absolute, absolute, cosine, same)
