"""Engines give out ranges of pictures to be predicted: one module an engine."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from zoo.catalog import Catalog
from zoo.job import Job
from zoo.pictures import Picture
from zoo.predictions import Prediction
from zoo.predictions.ledger import Range

if TYPE_CHECKING:
    from torch import nn

TRIES = 3  # how often a range is begun before it is given up

Predicted = tuple[Range, tuple[Prediction, ...]]


@dataclass(frozen=True, slots=True)
class Work:
    """What an engine is to do.

    Attributes:
        job: says it to other processes.
        devices: names of torch's devices of this machine.
        network: the job's network, in this process.
        pictures: the job's pictures, in this process.
        scored: the classes among which the best are sought; all, if None.
        tick: told after so many more pictures.
        say: told what a user should know, such as that a process died.
    """

    job: Job
    devices: Sequence[str]
    network: Callable[[], nn.Module]
    pictures: Sequence[Picture]
    scored: tuple[int, ...] | None
    tick: Callable[[int], None]
    say: Callable[[str], None]


class Engine(Protocol):
    """Gives out ranges; the predictions are the same from every engine, to the byte."""

    def predict(self, work: Work, ranges: Sequence[Range]) -> Generator[Predicted, None, None]:
        """Yield each range with its predictions, in whatever order they come.

        What died is begun again, elsewhere where that is possible, and given up after some tries.
        Whoever has enough closes the iterator, which ends what is under way.

        Raises:
            Unavailable: as ``zoo.inference.run``; or a range was given up.
        """


ENGINES: Catalog[Engine] = Catalog("zoo.engines", "ENGINE")


def batches_of(pictures: Sequence[Picture], span: Range, size: int) -> list[Sequence[Picture]]:
    """Return the batches of a range, which depend on nothing but the range and their size."""
    start, stop = span
    return [pictures[first : min(first + size, stop)] for first in range(start, stop, size)]
