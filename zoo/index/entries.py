"""Turns a model's part of a document, with what it inherits, into a ModelEntry and its claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from zoo.claims import FITS, Claim, Digest, Metric, ModelEntry, SourceSpec, Text, Value, file_name
from zoo.index.tree import Entry, Mapping, Node, Scalar, Sequence, fold
from zoo.index.values import PARSERS

_METADATA = {
    "flops": (Metric.FLOPS, "count"),
    "parameters": (Metric.PARAMETERS, "count"),
    "file size": (Metric.FILE_SIZE, "byte-count"),
    "sha256": (Metric.WEIGHTS_DIGEST, "digest"),
    "image size": (Metric.IMAGE_SIZE, "pixels"),
    "crop pct": (Metric.CROP_PCT, "fraction"),
    "interpolation": (Metric.INTERPOLATION, "text"),
    "mean": (Metric.MEAN, "numbers"),
    "std": (Metric.STD, "numbers"),
}
_ACCURACIES = {"top 1 accuracy": Metric.TOP_1, "top 5 accuracy": Metric.TOP_5}
_ONE_VALUE = frozenset({"mean", "std"})  # lists that are one value, replaced and not joined
_DESCRIPTIVE = frozenset({"id", "tasks", "training data"})
# The hash that publishers put right before a file's extension: at least 8 hexadecimal digits.
_TAIL = re.compile(r"[-_]([0-9a-f]{8,64})\.(?:pth\.tar|pth|pt|bin|safetensors|npz)\Z")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_BOOLEANS = {
    text: text.casefold() == "true" for text in ["true", "True", "TRUE", "false", "False", "FALSE"]
}
_INT = re.compile(r"[-+]?\d{1,18}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.?\d+)([eE][-+]?\d{1,3})?", re.ASCII)


def inherit(model: Mapping, collection: Mapping) -> Mapping:
    """Return a model with what its collection says of all its models.

    Mappings merge with the model's own value winning, lists are joined with the collection's
    first, and every value keeps the place where it is written.
    """
    own = ("name", "readme")
    shared = {key: entry for key, entry in collection.entries.items() if key not in own}
    return _merge(model, Mapping(shared, collection.location))


def _merge(model: Mapping, shared: Mapping) -> Mapping:
    merged = dict(model.entries)
    for key, entry in shared.entries.items():
        own = merged.get(key)
        nothing = own is not None and isinstance(own.value, Scalar) and own.value.null
        if own is None or (nothing and isinstance(entry.value, Mapping)):
            merged[key] = entry
        elif isinstance(own.value, Mapping) and isinstance(entry.value, Mapping):
            both = _merge(own.value, entry.value)
            merged[key] = Entry(own.name, both, own.location)
        elif key in _ONE_VALUE:
            continue
        elif isinstance(own.value, Sequence) and isinstance(entry.value, Sequence):
            items = Sequence(entry.value.items + own.value.items, own.value.location)
            merged[key] = Entry(own.name, items, own.location)
    return Mapping(merged, model.location)


def entry(model: Mapping, root: str) -> ModelEntry:
    """Return the entry of one model whose document satisfies the schema."""
    name = _text(model.get("Name"))
    assert name is not None
    metadata = model.get("Metadata")
    metadata = metadata if isinstance(metadata, Mapping) else Mapping({}, model.location)
    weights = _text(model.get("Weights"))
    collection = _text(model.get("In Collection"))
    return ModelEntry(
        name=name.text,
        location=name.location,
        root=root,
        source=_source(model, metadata, name),
        collection=collection.text if collection else "",
        claims=tuple(_claims(name.text, model, metadata, weights)),
        weights=weights,
        code=_string(model.get("Code")),
        paper=_paper(model.get("Paper")),
        tasks=_texts(metadata.get("Tasks")),
        training_data=_texts(metadata.get("Training Data")),
        untested=(*_untested(metadata), *_other_metrics(model)),
        fields=dict(_fields(model, metadata)),
    )


def hash_tail(url: str) -> Digest | None:
    """Return the hash in a weights file's name, or None.

    ``…/seresnet152d_ra2-04464dd2.pth`` gives ``sha256:04464dd2``, the first digits of the SHA-256
    by the convention of torch.hub. Query and fragment do not count, and a date (``_20210831``) is
    no hash.
    """
    match = _TAIL.search(file_name(url))
    return Digest("sha256", match[1]) if match and not _DATE.fullmatch(match[1]) else None


def _claims(model: str, body: Mapping, metadata: Mapping, weights: Text | None) -> Iterator[Claim]:
    for key, (metric, kind) in _METADATA.items():
        node = metadata.get(key)
        if node is not None and (value := _value(node, kind)) is not None:
            yield Claim(model, metric, value, node.location, _written(node))
    if weights is not None:
        tail = hash_tail(weights.text)
        if tail is not None and _text(metadata.get("SHA256")) is None:
            yield Claim(model, Metric.WEIGHTS_DIGEST, tail, weights.location, weights.text)
        yield Claim(model, Metric.WEIGHTS_LOAD, FITS, weights.location, weights.text)
    yield from _accuracies(model, body)


def _metrics(model: Mapping) -> Iterator[tuple[Mapping, Entry]]:
    """Yield each metric of each result, with the result."""
    results = model.get("Results")
    for result in results.items if isinstance(results, Sequence) else ():
        assert isinstance(result, Mapping)
        metrics = result.get("Metrics")
        for metric in metrics.entries.values() if isinstance(metrics, Mapping) else ():
            yield result, metric


def _accuracies(model: str, body: Mapping) -> Iterator[Claim]:
    for result, metric in _metrics(body):
        kind = _ACCURACIES.get(fold(metric.name))
        if kind is not None and (value := _value(metric.value, "percent")) is not None:
            dataset = _string(result.get("Dataset")) or ""
            declared = _text(result.get("Dataset Fingerprint"))
            whole = Digest.parse(declared.text) if declared else None
            node = metric.value
            yield Claim(model, kind, value, node.location, _written(node), dataset, whole)


def _value(node: Node, kind: str) -> Value | None:
    if isinstance(node, Sequence):
        return tuple(Decimal(_written(item)) for item in node.items)
    text = _text(node)
    if text is None:
        return None
    return text.text if kind == "text" else PARSERS[kind](text.text)


def _source(model: Mapping, metadata: Mapping, name: Text) -> SourceSpec:
    """Return how the network is built: as declared, else as the timm model of that name."""
    declared = model.get("Source")
    reference = _text(metadata.get("ID")) or name
    if not isinstance(declared, Mapping):
        return SourceSpec("timm", reference.text, {}, reference.location)
    kind = _text(declared.get("Type"))
    assert kind is not None
    reference = _text(declared.get("Reference")) or reference
    arguments = declared.get("Arguments")
    built = _plain(arguments) if isinstance(arguments, Mapping) else {}
    assert isinstance(built, dict)
    return SourceSpec(kind.text, reference.text, built, reference.location)


def _plain(node: Node) -> object:
    """Return a node as the values of JSON, by the core schema of YAML 1.2."""
    match node:
        case Mapping():
            return {entry.name: _plain(entry.value) for entry in node.entries.values()}
        case Sequence():
            return [_plain(item) for item in node.items]
        case Scalar(text=text, plain=True):
            return None if node.null else _core(text)
        case Scalar(text=text):
            return text


def _core(text: str) -> object:
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _untested(metadata: Mapping) -> tuple[str, ...]:
    tested = _METADATA.keys() | _DESCRIPTIVE
    return tuple(e.name for key, e in metadata.entries.items() if key not in tested)


def _other_metrics(model: Mapping) -> Iterator[str]:
    """Yield the metrics of the results that no check measures, with their datasets."""
    for result, metric in _metrics(model):
        if fold(metric.name) not in _ACCURACIES:
            yield f"{metric.name} ({_string(result.get('Dataset'))})"


def _fields(model: Mapping, metadata: Mapping) -> Iterator[tuple[str, Text]]:
    """Yield every field as written, with its place, for people to read."""
    shown = ("in collection", "source", "weights", "code", "paper")
    entries = [model.entries[key] for key in shown if key in model.entries]
    for item in (*entries, *metadata.entries.values()):
        yield item.name, Text(_written(item.value), item.value.location)
    for result, item in _metrics(model):
        name = f"{item.name} ({_string(result.get('Dataset'))})"
        yield name, Text(_written(item.value), item.value.location)


def _written(node: Node) -> str:
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return ", ".join(_written(item) for item in node.items)
        case Mapping():
            return ", ".join(f"{e.name}: {_written(e.value)}" for e in node.entries.values())


def _text(node: Node | None) -> Text | None:
    if not isinstance(node, Scalar) or node.null:
        return None
    return Text(node.text, node.location)


def _string(node: Node | None) -> str | None:
    text = _text(node)
    return None if text is None else text.text


def _texts(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Sequence):
        return tuple(_written(item) for item in node.items)
    text = _string(node)
    return () if text is None else (text,)


def _paper(node: Node | None) -> str | None:
    if isinstance(node, Mapping):
        return _string(node.get("URL")) or _string(node.get("Title"))
    return _string(node)
