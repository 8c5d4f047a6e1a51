"""A Hugging Face model card a model, with its accuracies as ``model-index`` in the front matter.

Fields as in https://github.com/huggingface/hub-docs/blob/main/modelcard.md. What that has no
room for (counts, preprocessing, weights) stands in a table below, with the place of each claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zoo import escape
from zoo.claims import Claim, Metric, ModelEntry
from zoo.exchange import Exported, Exporter
from zoo.exchange.document import CLASSIFICATION, RESULTS
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
    tasks = entry.tasks or ((CLASSIFICATION,) if any(accuracies(entry)) else ())
    parts = {
        "library_name": entry.source.kind if entry.source.kind not in ("", "python") else None,
        "pipeline_tag": slug(tasks[0]) if len(tasks) == 1 else None,
        "model-index": _model_index(entry, tasks[0] if tasks else CLASSIFICATION),
    }
    return {key: value for key, value in parts.items() if value}


def _model_index(entry: ModelEntry, task: str) -> list[dict[str, Any]]:
    by_dataset: dict[str, list[Claim]] = {}
    for claim in accuracies(entry):
        by_dataset.setdefault(claim.dataset, []).append(claim)
    results = [
        {
            "task": {"type": slug(task), "name": task},
            "dataset": {"type": dataset_id(name) or slug(name), "name": name},
            "metrics": [
                {"type": _TYPES[c.metric], "value": percentage(c), "name": RESULTS[c.metric]}
                for c in claims
            ],
        }
        for name, claims in by_dataset.items()
    ]
    return [{"name": entry.name, "results": results}] if results else []


def _table(entry: ModelEntry) -> Iterator[str]:
    yield "What the publisher claims, with the place where it is written."
    yield ""
    yield "| claim | value | place |"
    yield "|:--|:--|:--|"
    for name, field in entry.fields.items():
        cells = (name, field.text, str(field.location))
        yield f"| {' | '.join(escape.markdown(cell) for cell in cells)} |"


EXPORTER = Exporter(render, ".md", many=True)
