"""What an entry says field by field, as written and with its place: for people, and as data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from zoo.claims import Datum, Record, Result, Text, Written
from zoo.index.schema import spellings
from zoo.index.tree import Entry, Mapping, Node, Scalar, Sequence, mappings

# What is shown as a heading, or of which each part is a field of its own.
_PARTED = frozenset({"name", "metadata", "results"})
_RESULT = frozenset({"task", "dataset", "metrics"})


def fields(model: Mapping, metadata: Mapping) -> dict[str, Text]:
    """Return every field of a model by its name; a name that comes again gets a number."""
    found: dict[str, Text] = {}
    for name, node in _fields(model, metadata):
        if name in found:
            name = next(again for n in count(2) if (again := f"{name} ({n})") not in found)
        found[name] = Text(written(node), node.location)
    return found


def _fields(model: Mapping, metadata: Mapping) -> Iterator[tuple[str, Node]]:
    for key, entry in model.entries.items():
        if key not in _PARTED:
            yield entry.name, entry.value
    for entry in metadata.entries.values():
        yield entry.name, entry.value
    for _, result in mappings(model.get("Results")):
        dataset = dataset_of(result)
        for key, entry in result.entries.items():
            if key not in _RESULT:
                yield f"{entry.name} ({dataset})", entry.value
    for result, metric in metrics(model):
        yield f"{metric.name} ({dataset_of(result)})", metric.value


def metrics(model: Mapping) -> Iterator[tuple[Mapping, Entry]]:
    """Yield each metric of each result, with the result."""
    for _, result in mappings(model.get("Results")):
        listed = result.get("Metrics")
        for metric in listed.entries.values() if isinstance(listed, Mapping) else ():
            yield result, metric


def dataset_of(result: Mapping) -> str:
    """Return the name of the dataset that a result is about, or nothing."""
    dataset = result.get("Dataset")
    return dataset.text if isinstance(dataset, Scalar) else ""


def written(node: Node) -> str:
    """Return a value on one line, as it is written."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return ", ".join([written(item) for item in node.items])
    return ", ".join([f"{entry.name}: {written(entry.value)}" for entry in node.entries.values()])


def record(model: Mapping, metadata: Mapping) -> Record:
    """Return every field of a model as data."""
    results = tuple(_result(result) for _, result in mappings(model.get("Results")))
    return Record(_data(model, "model", _PARTED), _data(metadata, "metadata"), results)


def _result(result: Mapping) -> Result:
    listed = result.get("Metrics")
    metrics = _data(listed, "metrics") if isinstance(listed, Mapping) else {}
    return Result(dataset_of(result), _data(result, "result", frozenset({"metrics"})), metrics)


def _data(part: Mapping, kind: str, without: frozenset[str] = frozenset()) -> dict[str, Datum]:
    names = spellings(kind)
    return {
        names.get(key, entry.name): Datum(as_written(entry.value), entry.value.location)
        for key, entry in part.entries.items()
        if key not in without
    }


def as_written(node: Node) -> Written:
    """Return a node as data: texts as they are written, null as None."""
    match node:
        case Scalar():
            return None if node.null else node.text
        case Sequence():
            return tuple(as_written(item) for item in node.items)
        case Mapping():
            return {entry.name: as_written(entry.value) for entry in node.entries.values()}
