"""What publishers say: one claim is one value of one model, with the place where it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from types import MappingProxyType


class Metric(str, Enum):
    """What a claim is about, by the id under which it is printed everywhere.

    The order is that of a report, and of the checks: each rests only on those before it.
    """

    MODEL_NAME = "model-name"
    PARAMETERS = "parameters"
    FLOPS = "flops"
    ARCHITECTURE = "architecture"
    LAYERS = "layers"
    DROPOUT = "dropout"
    FILE_SIZE = "file-size"
    WEIGHTS_DIGEST = "weights-digest"
    WEIGHTS_LOAD = "weights-load"
    CHECKPOINT_IDENTITY = "checkpoint-identity"
    IMAGE_SIZE = "image-size"
    CROP_PCT = "crop-pct"
    INTERPOLATION = "interpolation"
    MEAN = "mean"
    STD = "std"
    GOLDEN = "golden"
    TOP_1 = "top-1"
    TOP_5 = "top-5"

    def __str__(self) -> str:
        return self.value

    @property
    def unit(self) -> str:
        """The unit of the metric's values, or an empty string."""
        return UNITS[self]


# The unit of each metric, of most of them none.
UNITS: Mapping[Metric, str] = MappingProxyType(
    dict.fromkeys(Metric, "")
    | {
        Metric.PARAMETERS: "parameters",
        Metric.FLOPS: "multiply-adds",
        Metric.ARCHITECTURE: "components",
        Metric.LAYERS: "layers",
        Metric.FILE_SIZE: "bytes",
        Metric.IMAGE_SIZE: "pixels",
        Metric.TOP_1: "%",
        Metric.TOP_5: "%",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in the file that a person edits.

    Attributes:
        path: the file, relative to the working folder where that is possible.
        line: from 1.
        column: from 1, in characters.
        pointer: JSON pointer (RFC 6901) of the value inside its document.
    """

    path: str
    line: int
    column: int
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash as hexadecimal digits, whole or only its first digits.

    ``Digest.parse(str(digest)) == digest`` for every digest.
    """

    algorithm: str
    hex: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"

    @classmethod
    def parse(cls, text: str) -> Digest:
        """Read ``sha256:…``; raise ValueError where it is not that."""
        algorithm, colon, digits = text.strip().partition(":")
        if not colon or algorithm != "sha256" or not 8 <= len(digits) <= 64:
            raise ValueError(f"not a digest such as sha256:0123abcd…: {text}")
        if not set(digits) <= set("0123456789abcdef"):
            raise ValueError("a digest is written in the digits 0-9 and a-f, in lower case")
        return cls(algorithm, digits)

    @property
    def whole(self) -> bool:
        """Whether all 256 bits are there; if not, it is a label and no proof."""
        return len(self.hex) == 64

    def matches(self, measured: Digest) -> bool:
        """Return whether the measured, whole digest begins with this one."""
        return self.algorithm == measured.algorithm and measured.hex.startswith(self.hex)


# What naming a weights file claims: that the network's code and this file belong together.
FITS = "every tensor fits"

Value = Decimal | str | Digest | tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claimed value.

    Attributes:
        value: in base units; percent for accuracies.
        text: as written, since its digits say how precisely it is meant.
        dataset: what an accuracy was reached on, empty for all else.
        whole_set: the fingerprint of that dataset where the page declares it.
    """

    model: str
    metric: Metric
    value: Value
    location: Location
    text: str
    dataset: str = ""
    whole_set: Digest | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the index with the place where it is written."""

    text: str
    location: Location

    def __str__(self) -> str:
        return self.text


# A value as it is written: a text, nothing, or lists and mappings of these.
Written = str | None | tuple["Written", ...] | Mapping[str, "Written"]


@dataclass(frozen=True, slots=True)
class Datum:
    """A value as it is written, and where."""

    value: Written
    location: Location


Data = Mapping[str, Datum]


@dataclass(frozen=True, slots=True)
class Result:
    """What was reached on one dataset; ``said`` is all but the metrics."""

    dataset: str
    said: Data
    metrics: Data


@dataclass(frozen=True, slots=True)
class Record:
    """All that a page says of a model; the schema's fields are spelled as there."""

    fields: Data  # all but name, metadata and results
    metadata: Data
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Which source builds the network, and from what.

    Attributes:
        kind: name of a source, such as ``timm`` or ``python``.
        reference: what the source is asked for: an architecture name or an import path.
        arguments: keyword arguments for the builder, as plain values.
        location: where the source, or else the model's name, is written.
    """

    kind: str
    reference: str
    arguments: Mapping[str, object]
    location: Location


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of an index: all that its publisher says of it.

    Attributes:
        name: what it is called in the registry: ``library/name`` where its index names a library.
        claims: in the order in which they are written.
        untested: names of the fields that no check can read off a checkpoint.
        root: folder of the index, to which ``file:`` weights are confined.
        mirrors: other URLs of the same file, tried in turn where ``weights`` cannot be had.
        library: what the index says that the model belongs to, or empty.
        record: all that the page says, as data; None where it comes from no page.
    """

    name: str
    location: Location
    root: str
    source: SourceSpec
    collection: str = ""
    claims: tuple[Claim, ...] = ()
    weights: Text | None = None
    mirrors: tuple[Text, ...] = ()
    code: str | None = None
    paper: str | None = None
    tasks: tuple[str, ...] = ()
    training_data: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    fields: Mapping[str, Text] = field(default_factory=dict)
    library: str = ""
    record: Record | None = None

    @property
    def weights_urls(self) -> tuple[Text, ...]:
        """All URLs of the weights file, in the order in which they are tried."""
        return () if self.weights is None else (self.weights, *self.mirrors)

    def claimed(self, metric: Metric) -> Claim | None:
        """Return the first claim about the metric, or None."""
        return next((claim for claim in self.claims if claim.metric is metric), None)

    def value(self, metric: Metric) -> Value | None:
        """Return the first claimed value of the metric, or None."""
        claim = self.claimed(metric)
        return None if claim is None else claim.value


def plain(value: Value | None) -> object:
    """Return a value as JSON has it: numbers as numbers, digests and texts as texts."""
    match value:
        case None:
            return None
        case Decimal():
            whole = value == value.to_integral_value()
            return int(value) if whole else float(value)
        case tuple():
            return [plain(part) for part in value]
        case _:
            return str(value)


def file_name(url: str) -> str:
    """Return the name of the file that a URL leads to, without query and fragment."""
    return re.split(r"[/:]", re.split(r"[?#]", url, maxsplit=1)[0])[-1]
