"""What an entry says field by field, as written and with its place, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from zoo.claims import Text
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
