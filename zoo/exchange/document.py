"""Models as a model-index document, which is read back into the same claims.

Values are the text that was written, so that no digit is lost. What a model inherits from its
collection is written with the model, and of the collection only the name and what builds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from zoo.claims import Claim, Digest, Metric, ModelEntry, Text
from zoo.exchange.written import number

METADATA: Mapping[Metric, str] = MappingProxyType(
    {
        Metric.FLOPS: "FLOPs",
        Metric.PARAMETERS: "Parameters",
        Metric.FILE_SIZE: "File Size",
        Metric.WEIGHTS_DIGEST: "SHA256",
        Metric.IMAGE_SIZE: "Image Size",
        Metric.CROP_PCT: "Crop Pct",
        Metric.INTERPOLATION: "Interpolation",
        Metric.MEAN: "Mean",
        Metric.STD: "Std",
    }
)
RESULTS: Mapping[Metric, str] = MappingProxyType(
    {Metric.TOP_1: "Top 1 Accuracy", Metric.TOP_5: "Top 5 Accuracy"}
)
# A document names a task for every result, and an entry does not keep it.
CLASSIFICATION, UNSPECIFIED = "Image Classification", "unspecified"
_PAPER = re.compile(r"Title: (.*), URL: (\S+)")


@dataclass(slots=True)
class _Result:
    """The metrics on one dataset, as they are gathered."""

    dataset: str
    whole_set: Digest | None
    metrics: dict[str, str] = field(default_factory=dict)


def document(entries: Sequence[ModelEntry]) -> dict[str, Any]:
    """Return the document that states what the entries state, in their order.

    A document is of one library; models of several keep its name in front of their own.
    """
    libraries = {entry.library for entry in entries}
    library = min(libraries) if len(libraries) == 1 else ""
    kinds: dict[str, set[str]] = {}
    for entry in entries:
        kinds.setdefault(entry.collection, set()).add(entry.source.kind)
    shared = {name: min(found) for name, found in kinds.items() if name and len(found) == 1}
    collections = [_collection(name, shared.get(name, "")) for name in kinds if name]
    models = [_model(entry, library, shared.get(entry.collection, "")) for entry in entries]
    parts = {
        "Type": "model-index",
        "Library": {"Name": library} if library else None,
        "Collections": collections,
    }
    return {**{key: value for key, value in parts.items() if value}, "Models": models}


def document_notes(entries: Sequence[ModelEntry]) -> tuple[str, ...]:
    """Return what a document of these entries does not state as the index does."""
    libraries = sorted({entry.library for entry in entries} - {""})
    if len({entry.library for entry in entries}) < 2:
        return ()
    named = ", ".join(libraries)
    return (f"a document is of one library: {named} stands only in the names of its models",)


def other_metrics(entry: ModelEntry) -> Iterator[tuple[str, str, Text]]:
    """Yield the name, the dataset and the value of each metric that no check measures."""
    for name, text in _untested(entry):
        if _is_metric(text):
            metric, _, rest = name.partition(" (")
            yield metric, rest.removesuffix(")"), text


def field_of(entry: ModelEntry, name: str) -> Text | None:
    """Return a field as written, by its name in any case, or None."""
    wanted = name.casefold()
    return next((text for key, text in entry.fields.items() if key.casefold() == wanted), None)


def _untested(entry: ModelEntry) -> Iterator[tuple[str, Text]]:
    for name in entry.untested:
        if name in entry.fields:
            yield name, entry.fields[name]


def _is_metric(text: Text) -> bool:
    return "metrics" in text.location.pointer.casefold().split("/")


def _collection(name: str, kind: str) -> dict[str, Any]:
    """Return a collection, with the kind of source that all of its models share."""
    return {"Name": name, **({"Source": {"Type": kind}} if kind else {})}


def _model(entry: ModelEntry, library: str, inherited: str) -> dict[str, Any]:
    name = entry.name.removeprefix(f"{library}/") if library else entry.name
    parts = {
        "Name": name,
        "In Collection": entry.collection,
        "Source": _source(entry, name, inherited),
        "Metadata": _metadata(entry),
        "Code": entry.code,
        "Paper": _paper(entry),
        "Weights": entry.weights.text if entry.weights else None,
        "Results": [_result(entry, result) for result in _results(entry)],
    }
    return {key: value for key, value in parts.items() if value}


def _source(entry: ModelEntry, name: str, inherited: str) -> dict[str, Any]:
    """Return how the network is built, as far as that does not follow from the rest."""
    source, id_ = entry.source, field_of(entry, "ID")
    derived = id_.text if id_ else name
    reference = {} if source.reference == derived else {"Reference": source.reference}
    arguments = {"Arguments": dict(source.arguments)} if source.arguments else {}
    own = {**reference, **arguments}
    needed = source.kind and (own or source.kind != inherited)
    return {"Type": source.kind, **own} if needed else {}


def _metadata(entry: ModelEntry) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for claim in entry.claims:
        if claim.metric in METADATA and not _in_the_url(entry, claim):
            parts = [number(part) for part in claim.text.split(", ")]
            fields[METADATA[claim.metric]] = parts if isinstance(claim.value, tuple) else parts[0]
    if id_ := field_of(entry, "ID"):
        fields["ID"] = id_.text
    for key, texts in (("Tasks", entry.tasks), ("Training Data", entry.training_data)):
        if texts:
            fields[key] = list(texts)
    fields |= {name: text.text for name, text in _untested(entry) if not _is_metric(text)}
    return fields


def _in_the_url(entry: ModelEntry, claim: Claim) -> bool:
    """Return whether a digest is that in the name of the weights file, and not written itself."""
    return entry.weights is not None and claim.text == entry.weights.text


def _paper(entry: ModelEntry) -> str | dict[str, str] | None:
    written = field_of(entry, "Paper")
    match = _PAPER.fullmatch(written.text) if written else None
    if match and match[2] == entry.paper:
        return {"Title": match[1], "URL": match[2]}
    return entry.paper


def _results(entry: ModelEntry) -> list[_Result]:
    """Return the results in the order of their claims, each metric once in each."""
    results: list[_Result] = []
    for claim in entry.claims:
        if claim.metric in RESULTS:
            _add(results, RESULTS[claim.metric], claim.text, claim.dataset, claim.whole_set)
    for metric, dataset, text in other_metrics(entry):
        _add(results, metric, text.text, dataset, None)
    return results


def _add(
    results: list[_Result], metric: str, text: str, dataset: str, whole_set: Digest | None
) -> None:
    last = results[-1] if results else None
    fits = last is not None and last.dataset == dataset and metric not in last.metrics
    if last is None or not fits or whole_set not in (None, last.whole_set):
        last = _Result(dataset, whole_set)
        results.append(last)
    last.metrics[metric] = number(text)


def _result(entry: ModelEntry, result: _Result) -> dict[str, Any]:
    known = not result.metrics.keys().isdisjoint(RESULTS.values())
    default = CLASSIFICATION if known else UNSPECIFIED
    declared = {"Dataset Fingerprint": str(result.whole_set)} if result.whole_set else {}
    return {
        "Task": entry.tasks[0] if entry.tasks else default,
        "Dataset": result.dataset,
        **declared,
        "Metrics": result.metrics,
    }
