"""Turns a model's part of a document, with what it inherits, into a ModelEntry and its claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from zoo.claims import FITS, Claim, Digest, Metric, ModelEntry, SourceSpec, Text, Value, file_name
from zoo.index.fields import dataset_of, fields, metrics, record, written
from zoo.index.tree import Mapping, Node, Scalar, Sequence, fold, text_of, texts
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
# Fields that publishers fill freely: what can be read is a claim, and nothing else is an error.
_FREE = {"layers": (Metric.LAYERS, "layer-count"), "dropout": (Metric.DROPOUT, "rate")}
_Free = tuple[str, Metric, Value, Scalar]  # a field's key, and what it claims
_COMPONENTS = "architecture"
_ACCURACIES = {"top 1 accuracy": Metric.TOP_1, "top 5 accuracy": Metric.TOP_5}
_READ = frozenset({*_METADATA, "flops convention", "id", "tasks", "training data"})
# The hash that publishers put right before a file's extension: at least 8 hexadecimal digits.
EXTENSIONS = r"(?:pth\.tar|pth|pt|bin|safetensors|npz)"
_TAIL = re.compile(rf"[-_]([0-9a-f]{{8,64}})\.{EXTENSIONS}\Z")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_BOOLEANS = {
    text: text.casefold() == "true" for text in ["true", "True", "TRUE", "false", "False", "FALSE"]
}
_INT = re.compile(r"[-+]?\d{1,18}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.?\d+)([eE][-+]?\d{1,3})?", re.ASCII)


def qualified(library: str, name: str) -> str:
    """Return what a model is called in the registry."""
    return f"{library}/{name}" if library else name


def entry(model: Mapping, root: str, library: str = "") -> ModelEntry:
    """Return the entry of one model whose document satisfies the schema."""
    name = text_of(model.get("Name"))
    assert name is not None
    called = qualified(library, name.text)
    metadata = model.get("Metadata")
    metadata = metadata if isinstance(metadata, Mapping) else Mapping({}, model.mark)
    weights = tuple(Text(url.text, url.location) for url in texts(model.get("Weights")))
    source = _source(model, metadata, name)
    free = list(_free(metadata))
    return ModelEntry(
        name=called,
        location=name.location,
        root=root,
        source=source,
        collection=", ".join(part.text for part in texts(model.get("In Collection"))),
        claims=(
            *_identity(called, source, weights),
            *_claims(called, metadata, free, weights),
            *_accuracies(called, model),
        ),
        weights=weights[0] if weights else None,
        mirrors=weights[1:],
        code=_link(model.get("Code")),
        paper=_link(model.get("Paper")),
        tasks=_texts(metadata.get("Tasks")),
        training_data=_texts(metadata.get("Training Data")),
        untested=(*_untested(metadata, free), *_other_metrics(model)),
        fields=fields(model, metadata),
        library=library,
        record=record(model, metadata),
    )


def hash_tail(url: str) -> Digest | None:
    """Return the hash in a weights file's name, or None.

    ``…/seresnet152d_ra2-04464dd2.pth`` gives ``sha256:04464dd2``, the first digits of the SHA-256
    by the convention of torch.hub. Query and fragment do not count, and a date (``_20210831``) is
    no hash.
    """
    match = _TAIL.search(file_name(url))
    return Digest("sha256", match[1]) if match and not _DATE.fullmatch(match[1]) else None


def _identity(model: str, source: SourceSpec, weights: tuple[Text, ...]) -> Iterator[Claim]:
    """Yield what naming a timm model claims: that it is there, and has the documented weights."""
    if source.kind != "timm":
        return
    name = source.reference
    yield Claim(model, Metric.MODEL_NAME, name, source.location, name)
    for first in weights[:1]:
        file = file_name(first.text)
        yield Claim(model, Metric.CHECKPOINT_IDENTITY, file, first.location, first.text)


def _claims(
    model: str, metadata: Mapping, free: Iterable[_Free], weights: tuple[Text, ...]
) -> Iterator[Claim]:
    for key, (metric, kind) in _METADATA.items():
        node = metadata.get(key)
        if node is not None and (value := _value(node, kind)) is not None:
            yield Claim(model, metric, value, node.location, written(node))
    for _, metric, value, text in free:
        yield Claim(model, metric, value, text.location, text.text)
    if text_of(metadata.get("SHA256")) is None:
        yield from _tails(model, weights)
    for first in weights[:1]:
        yield Claim(model, Metric.WEIGHTS_LOAD, FITS, first.location, first.text)


def _free(metadata: Mapping) -> Iterator[_Free]:
    """Yield what can be read of the fields that need not be claims, with each field's key."""
    for word in _words(metadata.get(_COMPONENTS)).values():
        yield _COMPONENTS, Metric.ARCHITECTURE, word.text, word
    for key, (metric, kind) in _FREE.items():
        text = text_of(metadata.get(key))
        if text is not None and (value := _readable(text.text, kind)) is not None:
            yield key, metric, value, text


def _words(node: Node | None) -> dict[str, Scalar]:
    """Return the texts of a list, or the only one, each once; a list of anything else has none."""
    words: dict[str, Scalar] = {}
    for item in node.items if isinstance(node, Sequence) else (node,):
        text = text_of(item)
        if text is None or not text.text.strip():
            return {}
        words.setdefault(text.text.casefold(), text)
    return words


def _readable(text: str, kind: str) -> Value | None:
    try:
        return PARSERS[kind](text)
    except ValueError:
        return None


def _tails(model: str, weights: tuple[Text, ...]) -> Iterator[Claim]:
    """Yield the hash in the name of the weights file, and those of mirrors that say another."""
    said: set[Digest] = set()
    for url in weights:
        tail = hash_tail(url.text)
        if tail is not None and tail not in said:
            said.add(tail)
            yield Claim(model, Metric.WEIGHTS_DIGEST, tail, url.location, url.text)


def _accuracies(model: str, body: Mapping) -> Iterator[Claim]:
    for result, metric in metrics(body):
        kind = _ACCURACIES.get(fold(metric.name))
        if kind is not None and (value := _value(metric.value, "percent")) is not None:
            dataset = dataset_of(result)
            declared = text_of(result.get("Dataset Fingerprint"))
            whole = Digest.parse(declared.text) if declared else None
            node = metric.value
            yield Claim(model, kind, value, node.location, written(node), dataset, whole)


def _value(node: Node, kind: str) -> Value | None:
    if isinstance(node, Sequence):
        return tuple(Decimal(written(item)) for item in node.items)
    text = text_of(node)
    if text is None:
        return None
    return text.text if kind == "text" else PARSERS[kind](text.text)


def _source(model: Mapping, metadata: Mapping, name: Scalar) -> SourceSpec:
    """Return how the network is built: as declared, else as the timm model of that name."""
    declared = model.get("Source")
    reference = text_of(metadata.get("ID")) or name
    if not isinstance(declared, Mapping):
        return SourceSpec("timm", reference.text, {}, reference.location)
    kind = text_of(declared.get("Type"))
    assert kind is not None
    reference = text_of(declared.get("Reference")) or reference
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


def _untested(metadata: Mapping, free: Iterable[_Free]) -> tuple[str, ...]:
    tested = _READ.union(key for key, *_ in free)
    return tuple(e.name for key, e in metadata.entries.items() if key not in tested)


def _other_metrics(model: Mapping) -> Iterator[str]:
    """Yield the metrics of the results that no check measures, with their datasets."""
    for result, metric in metrics(model):
        if fold(metric.name) not in _ACCURACIES:
            yield f"{metric.name} ({dataset_of(result)})"


def _string(node: Node | None) -> str | None:
    text = text_of(node)
    return None if text is None else text.text


def _texts(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Sequence):
        return tuple(written(item) for item in node.items)
    text = _string(node)
    return () if text is None else (text,)


def _link(node: Node | None) -> str | None:
    """Return the address of a paper or of code, or else its title; the first of a list."""
    if isinstance(node, Sequence):
        return next(filter(None, map(_link, node.items)), None)
    if isinstance(node, Mapping):
        return _string(node.get("URL")) or _string(node.get("Title"))
    return _string(node)
