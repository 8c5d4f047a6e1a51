"""How models are verified: what may be used, where, on what data, and who is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zoo.claims import Metric
from zoo.crops import Keeping
from zoo.findings import Tolerance
from zoo.inference import Device
from zoo.sampling.predicting import Budget
from zoo.weights import Access

EVERY_DATASET = ""
DIAGNOSIS = 256  # pictures


class Listener:
    """Told what is going on; this one is not interested."""

    def model(self, name: str) -> None:
        """A model is begun."""

    def step(self, rule: str) -> None:
        """A validator begins to measure it."""

    def progress(self, what: str, done: int, total: int | None) -> None:
        """So much of something (bytes of a file, pictures) is done."""

    def say(self, text: str) -> None:
        """Something happened that a user should know, and that moves no verdict."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to verify.

    Attributes:
        access: how weights may be obtained.
        devices: names of the devices that are used together; ``device`` is the first.
        engine: what gives out the pictures of a dataset.
        predictions: folder where they are kept; None keeps nothing.
        crops: where decoded pictures are kept for the next model; nowhere, if None.
        datasets: paths by the dataset's name in the claims; the empty name stands for every other.
        trust_python: run the code that the index names.
        tolerances: the user's own policy, by metric.
        budget: how many pictures may be predicted; all, if None.
        diagnosis: how many pictures to draw to say why an accuracy falls short; none, if 0.
    """

    access: Access
    device: Device = field(default_factory=Device)
    devices: tuple[str, ...] = ("cpu",)
    engine: str = "local"
    predictions: Path | None = None
    crops: Keeping | None = None
    datasets: Mapping[str, Path] = field(default_factory=dict)
    trust_python: bool = False
    tolerances: Mapping[Metric, Tolerance] = field(default_factory=dict)
    listener: Listener = field(default_factory=Listener)
    budget: Budget | None = None
    diagnosis: int = DIAGNOSIS
