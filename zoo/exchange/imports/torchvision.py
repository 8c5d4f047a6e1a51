"""What the installed torchvision says of the weights of its picture classifiers.

The source is ``torchvision`` for all of them, else the names of networks, with patterns:
``resnet50,vit_*``. Its counts are exact, ``_ops`` are 10^9 multiply-adds with three digits, and
``_file_size`` is in units of 2^20 bytes, whatever its documentation calls them: it divides by
``1024 * 1024``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib.metadata import version
from typing import Any

from zoo.claims import Claim, Location, Metric, ModelEntry, SourceSpec, Text, Value
from zoo.errors import UsageError, nearest
from zoo.exchange import Imported, Importer
from zoo.index.values import PARSERS
from zoo.sources import torchvision
from zoo.subject import PREPROCESSING

COLLECTION = "torchvision"
DATASET = "ImageNet-1K"
NOT_CARRIED = (
    "not carried over: links to recipes, licences and documentation, smallest sizes, "
    "the names of the classes, and networks for other tasks or with quantised weights"
)


def recognises(source: str) -> bool:
    """Return whether torchvision itself is named."""
    return source == COLLECTION


def read(source: str) -> Imported:
    """Return a model for each of the published weights of the networks that are asked for.

    Raises:
        UsageError: torchvision has none of that name.
        Unavailable: torchvision cannot be used here.
    """
    known = torchvision.names()
    wanted = ["*"] if source == COLLECTION else [part.strip() for part in source.split(",")]
    for pattern in wanted:
        if not any(fnmatchcase(name, pattern) for name in known):
            hint = nearest(pattern, known) or "see torchvision.models.list_models()"
            raise UsageError(f"torchvision has no classifier '{pattern}'", hint)
    chosen = [name for name in known if any(fnmatchcase(name, part) for part in wanted)]
    notes = [NOT_CARRIED]
    entries = [_entry(name, item, notes) for name in chosen for item in torchvision.published(name)]
    return Imported(tuple(entries), tuple(dict.fromkeys(notes)))


def _entry(name: str, weights: Any, notes: list[str]) -> ModelEntry:
    model = f"{name}.{weights.name}"
    place = Location(f"torchvision {version('torchvision')}", 1, 1, f"/{weights}")
    claims = (
        *_numbers(model, weights, place, notes),
        *_preprocessing(model, weights, place),
        *_accuracies(model, weights, place),
    )
    source = SourceSpec("torchvision", name, _arguments(name, weights), place)
    return ModelEntry(model, place, "", source, COLLECTION, claims, Text(weights.url, place))


def _numbers(model: str, weights: Any, place: Location, notes: list[str]) -> Iterator[Claim]:
    meta = weights.meta
    for metric, kind, text in (
        (Metric.FLOPS, "count", f"{meta['_ops']}G"),
        (Metric.PARAMETERS, "count", str(meta["num_params"])),
        (Metric.FILE_SIZE, "byte-count", f"{meta['_file_size']} MiB"),
    ):
        try:
            yield Claim(model, metric, PARSERS[kind](text), place, text)
        except ValueError:
            notes.append(
                f"not carried over: the {metric.value}, which torchvision rounds to less than "
                f"whole {metric.unit}"
            )


def _preprocessing(model: str, weights: Any, place: Location) -> Iterator[Claim]:
    stated = torchvision.preprocessing(weights)
    if stated is None:
        return
    for metric in PREPROCESSING:
        value = stated.value(metric)
        yield Claim(model, metric, value, place, _written(value))


def _written(value: Value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _accuracies(model: str, weights: Any, place: Location) -> Iterator[Claim]:
    reached = weights.meta["_metrics"].get(DATASET, {})
    for metric, key in ((Metric.TOP_1, "acc@1"), (Metric.TOP_5, "acc@5")):
        if math.isfinite(reached.get(key, math.nan)):  # features alone reach nothing
            text = f"{reached[key]}%"
            yield Claim(model, metric, PARSERS["percent"](text), place, text, DATASET)


def _arguments(name: str, weights: Any) -> dict[str, int]:
    """Return what torchvision passes on to the network itself when it loads these weights."""
    side = int(weights.meta["min_size"][0])
    return {"image_size": side} if name.startswith("vit_") and side != 224 else {}


IMPORTER = Importer(recognises, read)
