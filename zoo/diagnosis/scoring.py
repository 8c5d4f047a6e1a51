"""Scores drawn pictures under many conditions; each picture is read and decoded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from zoo.diagnosis.conditions import Conditions, preparation
from zoo.diagnosis.readings import best
from zoo.errors import Unavailable, ZooError, reason
from zoo.logits import logits_of
from zoo.pictures import Picture, decode
from zoo.predictions import TOP

if TYPE_CHECKING:
    from torch import Tensor, nn

Tops = list[tuple[int, ...]]
BATCH = 32  # pictures that the network sees together in training mode, where that moves the number


class Networks(Protocol):
    """Gives the network of some conditions, on its device and in its mode."""

    def __call__(self, conditions: Conditions) -> nn.Module:
        """Return it, or raise a ZooError where there is none."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What came of all conditions.

    Attributes:
        tops: by conditions, for each picture the best classes.
        failed: by conditions, why they could not be tried.
        logits: of the documented conditions, of shape ``(pictures, classes)``.
    """

    tops: Mapping[Conditions, Tops]
    failed: Mapping[Conditions, str]
    logits: Tensor


@dataclass(slots=True)
class Trial:
    """One way of scoring, while it is under way."""

    conditions: Conditions
    tops: Tops = field(default_factory=list)
    failed: str = ""


def score(
    networks: Networks,
    documented: Conditions,
    others: Sequence[Conditions],
    pictures: Sequence[Picture],
    device: str,
    scored: tuple[int, ...] | None,
    progress: Callable[[int, int], None],
) -> Scores:
    """Return what a network says of pictures under each of some conditions.

    Conditions under which it cannot run are left aside from then on, with the reason.

    Raises:
        Unavailable: a picture cannot be decoded, or the documented conditions cannot be tried.
    """
    import torch

    trials = [Trial(each) for each in (documented, *others)]
    kept: list[Tensor] = []
    for start in range(0, len(pictures), BATCH):
        images = [_decoded(picture) for picture in pictures[start : start + BATCH]]
        for number, trial in enumerate(trials):
            logits = _tried(trial, networks, images, device, scored, seed=start)
            if trial is trials[0]:
                if logits is None:
                    raise Unavailable(trial.failed)
                kept.append(logits)
            progress(start * len(trials) + (number + 1) * len(images), len(pictures) * len(trials))
    tried = {each.conditions: each.tops for each in trials if not each.failed}
    failed = {each.conditions: each.failed for each in trials if each.failed}
    return Scores(tried, failed, torch.cat(kept))


def _tried(
    trial: Trial,
    networks: Networks,
    images: Sequence[Any],
    device: str,
    scored: tuple[int, ...] | None,
    *,
    seed: int,
) -> Tensor | None:
    """Return the logits of a batch, and note what follows for the trial; None where it failed."""
    import torch

    if trial.failed:
        return None
    try:
        prepare = preparation(trial.conditions)
        inputs = torch.stack([prepare(image) for image in images]).to(device)
        with torch.random.fork_rng(enabled=trial.conditions.training):
            if trial.conditions.training:
                torch.manual_seed(seed)  # dropout is left to chance, and the same in two runs
            logits = logits_of(networks(trial.conditions), inputs)
        trial.tops += best(logits, scored, TOP)
    except ZooError as error:
        trial.failed = error.message
        return None
    except Exception as error:  # a network that cannot be copied, a memory that is too small
        trial.failed = reason(error)
        return None
    return logits


def _decoded(picture: Picture) -> Any:
    try:
        return decode(picture.read())
    except Exception as error:  # Pillow raises errors of many types for a damaged picture
        raise Unavailable(f"{picture.where} cannot be decoded ({reason(error)})") from None
