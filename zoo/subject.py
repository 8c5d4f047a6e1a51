"""The thing under test: a model's entry with what is built and obtained for it when first asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from zoo.checkpoint.record import Checkpoint
from zoo.claims import Claim, Metric, ModelEntry, Value
from zoo.conventions import Explanation, square
from zoo.errors import Unavailable, ZooError
from zoo.findings import Interval
from zoo.run import WeightsFile
from zoo.structure import Shape
from zoo.traits import Traits

if TYPE_CHECKING:
    from torch import nn

T = TypeVar("T")


class Lazy(Generic[T]):
    """A value that is made when it is first asked for; an error is kept and raised again."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._error: Exception | None = None

    def __call__(self) -> T:
        """Return the value; make it if nobody has asked before."""
        if self._error is not None:
            raise _bare(self._error)
        if not self._made:
            try:
                self._made.append(self._make())
            except Exception as error:
                self._error = _bare(error)
                raise
        return self._made[0]

    @property
    def made(self) -> T | None:
        """The value if it was made, else None."""
        return self._made[0] if self._made else None


def _bare(error: Exception) -> Exception:
    """Return an error of ours without its traceback, on which all hangs that was at hand there."""
    if not isinstance(error, ZooError):
        return error
    bare = type(error).__new__(type(error), *error.args)
    bare.__dict__.update(error.__dict__)
    return bare


# How each crop mode of timm is told.
CENTER = "center"
CROPS = {CENTER: "centre crop", "squash": "squashed, crop", "border": "bordered, crop"}


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a picture becomes the network's input.

    Attributes:
        image_size: side of the square crop, in pixels.
        crop_pct: the shorter side is resized to ``floor(image_size / crop_pct)`` before the crop.
        interpolation: of the resize, by Pillow's name.
        mean: per channel, of values in 0 to 1; ``std`` likewise.
        crop_mode: ``center``; or as timm has it ``squash`` (both sides are resized, whatever their
            ratio) or ``border`` (the longer side is resized, and the rest filled). Pages have no
            word for it, so that it is the source's.
    """

    image_size: Decimal
    crop_pct: Decimal
    interpolation: str
    mean: tuple[Decimal, ...]
    std: tuple[Decimal, ...]
    crop_mode: str = CENTER

    def value(self, metric: Metric) -> Value:
        """Return the value of one of the metrics that describe preprocessing."""
        value: Value = getattr(self, _field(metric))
        return value

    def in_words(self) -> str:
        """Return all of it in one line, for the record."""
        mean, std = (", ".join(str(part) for part in parts) for parts in (self.mean, self.std))
        return (
            f"{self.interpolation} to {self.image_size} / {self.crop_pct}, {CROPS[self.crop_mode]}"
            f" {self.image_size}, mean ({mean}), std ({std})"
        )


# What describes it; each metric is the name of a field.
PREPROCESSING = (Metric.IMAGE_SIZE, Metric.CROP_PCT, Metric.INTERPOLATION, Metric.MEAN, Metric.STD)


def _field(metric: Metric) -> str:
    return metric.value.replace("-", "_")


def from_config(config: Mapping[str, Any]) -> Preprocessing:
    """Return the preprocessing of a configuration in timm's ``pretrained_cfg`` form.

    Args:
        config: with ``input_size`` as (channels, height, width), ``crop_pct``, ``interpolation``,
            ``mean`` and ``std``.

    Raises:
        LookupError, TypeError, ValueError, ArithmeticError: it is not of that form.
    """
    return Preprocessing(
        image_size=Decimal(config["input_size"][-1]),
        crop_pct=Decimal(str(config["crop_pct"])),
        interpolation=str(config["interpolation"]),
        mean=tuple(Decimal(str(part)) for part in config["mean"]),
        std=tuple(Decimal(str(part)) for part in config["std"]),
        crop_mode=_known(str(config.get("crop_mode") or CENTER)),
    )


def _known(crop_mode: str) -> str:
    if crop_mode not in CROPS:
        raise ValueError(f"there is no crop mode {crop_mode}")
    return crop_mode


@dataclass(frozen=True, slots=True)
class Stated:
    """What a source itself says of a weights file's preprocessing.

    Attributes:
        preprocessing: None where the source says nothing of this file.
        by: who says so, or why nobody does.
    """

    preprocessing: Preprocessing | None
    by: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What a source makes of the name that it is asked for.

    Attributes:
        name: under which it has the network today; None where it knows no such name.
        by: the source with its version.
        hint: what may have been meant, where the name is not known.
        loaded: the weights file that this name stands for today, or where it lies; empty where the
            source does not say.
        holders: the source's names for the documented weights file, wherever it has that.
        sizes: sides of the square inputs, in pixels, that the source has for this network.
    """

    name: str | None
    by: str
    hint: str = ""
    loaded: str = ""
    holders: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """One model under test.

    Attributes:
        source: the source, its version and what it was asked for, in words.
        parameters: elements of all parameters of the network, trainable and frozen, each once.
        totals: the count by each rule of one pass, given the shape of the input.
        explanation: the convention that comes nearest to the claimed FLOPs, or None.
        traits: what is to be seen of its structure, given the shape of the input.
        weights: the weights file on this machine.
        network: the network with these weights, strictly loaded, in evaluation mode.
        identity: what the source makes of the name that it is asked for.
        stated: the source's own preprocessing for the documented weights file.
        predictions: those for the dataset of a name, as ``zoo.predictions.Predictions``.
        checkpoint: the weights file's tensors as plain safetensors, and how they came out of it.
        diagnose: why an accuracy falls short of a claim, as ``zoo.diagnosis.Diagnosis``, given the
            interval in which it was measured to be; None where there is nothing to say.
    """

    entry: ModelEntry
    source: str
    identity: Lazy[Identity]
    parameters: Lazy[int]
    totals: Callable[[Shape], Mapping[str, int]]
    explanation: Callable[[], Explanation | None]
    traits: Callable[[Shape], Traits]
    weights: Lazy[WeightsFile]
    network: Lazy[nn.Module]
    stated: Lazy[Stated]
    predictions: Callable[[str], Any]
    checkpoint: Lazy[Checkpoint]
    diagnose: Callable[[Claim, Interval], Any]

    def square(self) -> Shape:
        """Return the shape of one picture at the documented image size, else the source's own.

        Raises:
            Unavailable: neither says one. None is guessed.
        """
        size = self.entry.value(Metric.IMAGE_SIZE)
        own = None if size is not None else self.stated().preprocessing
        if own is not None:
            size = own.image_size
        if not isinstance(size, Decimal):
            raise Unavailable(
                "the image size is not known: neither page nor source says it",
                "add 'Image Size' to the model's Metadata",
            )
        return square(int(size))

    def preprocessing(self) -> Preprocessing:
        """Return the documented preprocessing, completed by the source's own.

        Raises:
            Unavailable: neither says one of the values. None is guessed.
        """
        return documented(self.entry, self.stated)


def documented(entry: ModelEntry, stated: Callable[[], Stated]) -> Preprocessing:
    """Return the preprocessing that an entry documents, completed by the source's own."""
    own = _own(stated, needed=any(entry.value(metric) is None for metric in PREPROCESSING))
    values = completed(entry, own)
    missing = [metric.value.replace("-", " ").title() for metric, v in values.items() if v is None]
    if missing:
        raise Unavailable(
            f"the preprocessing is not known: neither page nor source says {', '.join(missing)}",
            f"add {', '.join(missing)} to the model's Metadata",
        )
    settings: dict[str, Any] = {_field(metric): value for metric, value in values.items()}
    return Preprocessing(**settings, crop_mode=own.crop_mode if own else CENTER)


def completed(entry: ModelEntry, own: Preprocessing | None) -> dict[Metric, Value | None]:
    """Return each setting that an entry documents, or else the source's own."""
    said = {metric: entry.value(metric) for metric in PREPROCESSING}
    if own is None:
        return said
    return {metric: own.value(metric) if value is None else value for metric, value in said.items()}


def _own(stated: Callable[[], Stated], *, needed: bool) -> Preprocessing | None:
    """Return the source's own; what it cannot say matters only where the page says too little."""
    try:
        return stated().preprocessing
    except Unavailable:
        if needed:
            raise
        return None
