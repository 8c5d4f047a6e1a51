"""Accuracies for the ``.eval_results/`` folder of a model's repository on Hugging Face.

One record a dataset and metric, with the fields of
https://github.com/huggingface/hub-docs/blob/main/docs/hub/eval-results.md. The id of the task is
that of the metric. There is no date, since an index does not say when a model was evaluated: the
Hub then takes that of the commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zoo.claims import Claim, Metric, ModelEntry
from zoo.exchange import Exported, Exporter, document
from zoo.exchange.document import RESULTS, record
from zoo.exchange.hub import accuracies, dataset_id, file_names, left_out, percentage
from zoo.exchange.written import to_yaml

_KEPT = frozenset({"Dataset", "Image Size", "Crop Pct", "Interpolation", "Paper", "Code"})
_SETUP = (Metric.IMAGE_SIZE, Metric.CROP_PCT, Metric.INTERPOLATION)


def render(entries: Sequence[ModelEntry]) -> Exported:
    """Return a page for each entry that has accuracies on a dataset of the Hub."""
    pages = {
        name: to_yaml(records)
        for entry, name in file_names(entries, ".yaml")
        if (records := list(_records(entry)))
    }
    others = {
        name for entry in entries for result in record(entry).results for name in result.metrics
    }
    notes = (note for entry in entries for note in _notes(entry))
    return Exported(pages, (*notes, *document.left_out(entries, _KEPT | others)))


def _notes(entry: ModelEntry) -> Iterator[str]:
    yield from left_out(entry)
    for name in dict.fromkeys(claim.dataset for claim in accuracies(entry)):
        if dataset_id(name) is None:
            yield (
                f"{entry.name}: accuracies on {name} are not carried over: "
                "the name is no id of a dataset on Hugging Face, such as org/name"
            )
    if not any(accuracies(entry)):
        yield f"{entry.name}: no accuracy is claimed"


def _records(entry: ModelEntry) -> Iterator[dict[str, Any]]:
    for claim in accuracies(entry):
        dataset = dataset_id(claim.dataset)
        if dataset is None:
            continue  # a note says so
        yield {
            "dataset": {"id": dataset, "task_id": claim.metric.value},
            "value": percentage(claim.text),
            **_source(entry),
            "notes": _setup(entry, claim),
        }


def _source(entry: ModelEntry) -> dict[str, Any]:
    for url, name in ((entry.paper, "Paper"), (entry.code, "Code")):
        if url and url.startswith("https://"):
            return {"source": {"url": url, "name": name}}
    return {}


def _setup(entry: ModelEntry, claim: Claim) -> str:
    """Return what the number is, and how the pictures are prepared, in words."""
    parts = [f"{RESULTS[claim.metric]} in percent, as published; claimed at {claim.location}"]
    for metric in _SETUP:
        if setting := entry.claimed(metric):
            parts.append(f"{metric.value} {setting.text}")
    return "; ".join(parts)


EXPORTER = Exporter(render, ".yaml", many=True)
