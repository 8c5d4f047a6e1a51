"""A Hugging Face model card a model, with its accuracies as ``model-index`` in the front matter.

Fields as in https://github.com/huggingface/hub-docs/blob/main/modelcard.md. What that has no
room for (counts, preprocessing, weights) stands in a table below, with the place of each claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zoo import escape
from zoo.claims import Metric, ModelEntry, Result
from zoo.exchange import Exported, Exporter
from zoo.exchange.document import RESULTS, record
from zoo.exchange.hub import accuracies, dataset_id, file_names, left_out, percentage, slug
from zoo.exchange.written import to_yaml

_TYPES = {Metric.TOP_1: "accuracy", Metric.TOP_5: "top_5_accuracy"}


def render(entries: Sequence[ModelEntry]) -> Exported:
    """Return a page for each entry."""
    pages = {name: _page(entry) for entry, name in file_names(entries, ".md")}
    return Exported(pages, tuple(note for entry in entries for note in _notes(entry)))


def _notes(entry: ModelEntry) -> Iterator[str]:
    yield from left_out(entry)
    if not any(accuracies(entry)):
        yield f"{entry.name}: no accuracy is claimed, so the card has no model-index"


def _page(entry: ModelEntry) -> str:
    lines = [f"# {escape.markdown(entry.name)}", "", *_table(entry)]
    return f"---\n{to_yaml(_front_matter(entry))}---\n\n" + "\n".join(lines) + "\n"


def _front_matter(entry: ModelEntry) -> dict[str, Any]:
    parts = {
        "library_name": entry.library or _declared(entry),
        "pipeline_tag": slug(entry.tasks[0]) if len(entry.tasks) == 1 else None,
        "model-index": _model_index(entry),
    }
    return {key: value for key, value in parts.items() if value}


def _declared(entry: ModelEntry) -> str:
    """Return the library that builds the network, where the page says that one does."""
    said = entry.record is None or "Source" in entry.record.fields
    return entry.source.kind if said and entry.source.kind != "python" else ""


def _model_index(entry: ModelEntry) -> list[dict[str, Any]]:
    results = [
        {
            "task": {"type": slug(task), "name": task},
            "dataset": {"type": dataset_id(name) or slug(name), "name": name},
            "metrics": metrics,
        }
        for result in record(entry).results
        for task, name in [(_task(result), result.dataset)]
        if (metrics := list(_metrics(result)))
    ]
    return [{"name": entry.name, "results": results}] if results else []


def _task(result: Result) -> str:
    return str(result.said["Task"].value)


def _metrics(result: Result) -> Iterator[dict[str, Any]]:
    for metric, name in RESULTS.items():
        value = result.metrics.get(name)
        if value is not None and isinstance(value.value, str):
            yield {"type": _TYPES[metric], "value": percentage(value.value), "name": name}


def _table(entry: ModelEntry) -> Iterator[str]:
    yield "What the publisher claims, with the place where it is written."
    yield ""
    yield "| claim | value | place |"
    yield "|:--|:--|:--|"
    for name, field in entry.fields.items():
        cells = (name, field.text, str(field.location))
        yield f"| {' | '.join(escape.markdown(cell) for cell in cells)} |"


EXPORTER = Exporter(render, ".md", many=True)
