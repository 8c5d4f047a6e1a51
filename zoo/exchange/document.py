"""Models as a model-index document, which is read back into the same claims.

Values are the text that was written, so that no digit is lost. What a model inherits from its
collection is written with the model, and of the collection only the name. A model that comes from
no page is written as its claims say, and what builds it stands with its collection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from zoo.claims import Claim, Data, Datum, Metric, ModelEntry, Record, Result, Written
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
# What a model that comes from no page is for: tables that zoo imports are of classifiers.
CLASSIFICATION = "Image Classification"


def document(entries: Sequence[ModelEntry]) -> dict[str, Any]:
    """Return the document that states what the entries state, in their order.

    A document is of one library; models of several keep its name in front of their own.
    """
    library = _library(entries)
    kinds: dict[str, set[str]] = {}
    for entry in entries:
        for name in _collections(entry):
            kinds.setdefault(name, set()).add("" if entry.record else entry.source.kind)
    shared = {name: min(found) for name, found in kinds.items() if len(found) == 1}
    parts = {
        "Type": "model-index",
        "Library": {"Name": library} if library else None,
        "Collections": [_collection(name, shared.get(name, "")) for name in kinds],
    }
    models = [_model(entry, library, shared.get(entry.collection, "")) for entry in entries]
    return {**{key: value for key, value in parts.items() if value}, "Models": models}


def document_notes(entries: Sequence[ModelEntry]) -> Iterator[str]:
    """Yield what a document of these entries does not state as the index does."""
    libraries = sorted({entry.library for entry in entries} - {""})
    if len({entry.library for entry in entries}) > 1:
        named = ", ".join(libraries)
        yield f"a document is of one library: {named} stands only in the names of its models"
    count = sum("README" in record(entry).fields for entry in entries)
    if count:
        yield f"README ({count}) is not carried over: it is looked for beside the page"


def record(entry: ModelEntry) -> Record:
    """Return all that is said of a model: by its page, or else by its claims."""
    return entry.record or Record(_fields(entry), _metadata(entry), tuple(_results(entry)))


def left_out(entries: Sequence[ModelEntry], kept: Collection[str]) -> Iterator[str]:
    """Yield a note that names each field once that is not among those kept, or says nothing."""
    parts = (
        part
        for page in map(record, entries)
        for part in (
            page.fields,
            page.metadata,
            *(part for result in page.results for part in (result.said, result.metrics)),
        )
    )
    names = dict.fromkeys(
        name
        for part in parts
        for name, datum in part.items()
        if name not in kept or datum.value is None or isinstance(datum.value, Mapping)
    )
    if names:
        yield f"not carried over as written: {', '.join(names)}"


def data(value: Written) -> Any:
    """Return what is written for a writer: texts that are numbers as these."""
    match value:
        case str():
            return number(value)
        case tuple():
            return [data(part) for part in value]
        case Mapping():
            return {key: data(part) for key, part in value.items()}
        case None:
            return None


def _library(entries: Sequence[ModelEntry]) -> str:
    libraries = {entry.library for entry in entries}
    return min(libraries) if len(libraries) == 1 else ""


def _collections(entry: ModelEntry) -> tuple[str, ...]:
    """Return the names of the collections that a model is in."""
    named = record(entry).fields.get("In Collection")
    listed = named.value if named and isinstance(named.value, tuple) else [named and named.value]
    return tuple(name for name in listed if isinstance(name, str))


def _collection(name: str, kind: str) -> dict[str, Any]:
    """Return a collection, with the kind of source that all of its models share."""
    return {"Name": name, **({"Source": {"Type": kind}} if kind else {})}


def _model(entry: ModelEntry, library: str, inherited: str) -> dict[str, Any]:
    page = record(entry)
    name = entry.name.removeprefix(f"{library}/") if library else entry.name
    metadata = _plain(page.metadata)
    if not library and entry.library and "Source" not in page.fields:
        metadata.setdefault("ID", entry.source.reference)  # which the name no longer says
    fields = _plain({key: value for key, value in page.fields.items() if key != "README"})
    if source := _source(entry, name, inherited):
        fields["Source"] = source
    results = [
        {**_plain(result.said), "Metrics": _plain(result.metrics)} for result in page.results
    ]
    parts = {"Metadata": metadata, "Results": results}
    return {"Name": name, **fields, **{key: value for key, value in parts.items() if value}}


def _plain(part: Data) -> dict[str, Any]:
    return {name: data(datum.value) for name, datum in part.items()}


def _source(entry: ModelEntry, name: str, inherited: str) -> dict[str, Any]:
    """Return how the network is built, as far as that is said and does not follow from the rest."""
    source, page = entry.source, record(entry)
    if entry.record is not None and "Source" not in page.fields:
        return {}
    id_ = page.metadata.get("ID")
    reference = {} if source.reference == (id_.value if id_ else name) else source.reference
    own = {"Reference": reference, "Arguments": dict(source.arguments)}
    own = {key: value for key, value in own.items() if value}
    needed = source.kind and (own or source.kind != inherited)
    return {"Type": source.kind, **own} if needed else {}


def _fields(entry: ModelEntry) -> Data:
    urls = tuple(url.text for url in entry.weights_urls)
    parts: dict[str, Written] = {
        "In Collection": entry.collection,
        "Code": entry.code,
        "Paper": entry.paper,
        "Weights": urls[0] if len(urls) == 1 else urls,
    }
    return {key: Datum(value, entry.location) for key, value in parts.items() if value}


def _metadata(entry: ModelEntry) -> Data:
    parts: dict[str, Written] = {
        METADATA[claim.metric]: _claimed(claim)
        for claim in entry.claims
        if claim.metric in METADATA and not _in_the_url(entry, claim)
    }
    parts |= {"Tasks": entry.tasks, "Training Data": entry.training_data}
    return {key: Datum(value, entry.location) for key, value in parts.items() if value}


def _claimed(claim: Claim) -> Written:
    return tuple(claim.text.split(", ")) if isinstance(claim.value, tuple) else claim.text


def _in_the_url(entry: ModelEntry, claim: Claim) -> bool:
    """Return whether a digest is that in the name of the weights file, and not written itself."""
    return claim.text in (url.text for url in entry.weights_urls)


def _results(entry: ModelEntry) -> Iterator[Result]:
    """Yield the claimed accuracies, those on one dataset together."""
    results: dict[str, Result] = {}
    for claim in entry.claims:
        if claim.metric in RESULTS:
            said = {"Task": CLASSIFICATION, "Dataset": claim.dataset}
            on = {key: Datum(value, claim.location) for key, value in said.items()}
            known = results.get(claim.dataset, Result(claim.dataset, on, {}))
            metric = {RESULTS[claim.metric]: Datum(claim.text, claim.location)}
            results[claim.dataset] = replace(known, metrics={**known.metrics, **metric})
    yield from results.values()
