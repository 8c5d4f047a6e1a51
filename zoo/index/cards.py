"""Reads the front matter of a Hugging Face model card as a model index.

A card says ``model-index: [{name, results: [{task, dataset, metrics: [{type, value}]}]}]``; here
each name becomes a model with the results that it lists. What the card does not say is left out,
so that the schema finds it missing where the result is written. Source of the dialect:
https://github.com/huggingface/hub-docs/blob/main/modelcard.md
"""

from __future__ import annotations

from collections.abc import Iterator

from zoo.index.tree import Entry, Mapping, Mark, Node, Scalar, Sequence, fold, mappings, text_of

KEY = "model-index"

# What the Hub's metrics are called, without regard to case and to what is no letter or digit.
_TOP = {
    "accuracy": "Top 1 Accuracy",
    "acc": "Top 1 Accuracy",
    "acc1": "Top 1 Accuracy",
    "accuracy1": "Top 1 Accuracy",
    "top1": "Top 1 Accuracy",
    "top1acc": "Top 1 Accuracy",
    "top1accuracy": "Top 1 Accuracy",
    "acc5": "Top 5 Accuracy",
    "accuracy5": "Top 5 Accuracy",
    "top5": "Top 5 Accuracy",
    "top5acc": "Top 5 Accuracy",
    "top5accuracy": "Top 5 Accuracy",
}


def as_index(tree: Node | None) -> Node | None:
    """Return a card as a document that lists models, and any other tree as it is."""
    entry = tree.entries.get(KEY) if isinstance(tree, Mapping) else None
    if entry is None:
        return tree
    models: Node = entry.value
    if isinstance(models, Sequence):
        models = Sequence(tuple(map(_model, models.items)), models.mark)
    assert isinstance(tree, Mapping)
    return Mapping({"models": Entry("Models", models, entry.mark)}, tree.mark)


def _model(node: Node) -> Node:
    if not isinstance(node, Mapping) or "results" not in node.entries:
        return node
    results = node.get("results")
    if not isinstance(results, Sequence):
        return node
    split = tuple(part for item in results.items for part in _result(item))
    return node.replaced({"results": Sequence(split, results.mark)})


def _result(node: Node) -> Iterator[Node]:
    """Yield a result, and a further one for metrics that have the name of an earlier one."""
    if not isinstance(node, Mapping):
        yield node
        return
    shared = dict(node.entries)
    for key in ("task", "dataset"):
        if (entry := shared.get(key)) is not None:
            shared[key] = Entry(entry.name, _named(entry.value), entry.mark)
    metrics = shared.get("metrics")
    if metrics is None or not isinstance(metrics.value, Sequence):
        yield Mapping(shared, node.mark)
        return
    for found in _metrics(metrics.value):
        yield Mapping(shared | {"metrics": Entry(metrics.name, found, metrics.mark)}, node.mark)


def _named(node: Node) -> Node:
    """Return the name of a task or dataset, or else its type; any other form as it is."""
    if not isinstance(node, Mapping):
        return node
    return text_of(node.get("name")) or text_of(node.get("type")) or node


def _metrics(listed: Sequence) -> Iterator[Mapping]:
    groups: list[dict[str, Entry]] = [{}]
    for _, metric in mappings(listed):
        value = metric.entries.get("value")
        if value is None:
            continue
        name, mark = _metric(metric)
        entry = Entry(name, value.value, mark)
        group = next((g for g in groups if fold(name) not in g), None)
        if group is None:
            groups.append(group := {})
        group[fold(name)] = entry
    for group in groups:
        yield Mapping(group, listed.mark)


def _metric(metric: Mapping) -> tuple[str, Mark]:
    """Return what a metric is called in a model index, and where the card calls it so."""
    kind, name = text_of(metric.get("type")), text_of(metric.get("name"))
    for said in (name, kind):
        if said is not None and (known := _TOP.get(_squashed(said))):
            return known, said.mark
    named = name or kind
    return (named.text, named.mark) if named else ("?", metric.mark)


def _squashed(text: Scalar) -> str:
    return "".join(filter(str.isalnum, text.text.casefold()))[:40]
