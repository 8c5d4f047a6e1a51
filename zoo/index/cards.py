"""Reads the front matter of a Hugging Face model card as a model index.

A card says ``model-index: [{name, results: [{task, dataset, metrics: [{type, value}]}]}]``; here
each name becomes a model with the results that it lists. What the card does not say is left out,
so that the schema finds it missing where the result is written; what is written in another form
is left out, too, and said in words of the card. Source of the dialect:
https://github.com/huggingface/hub-docs/blob/main/modelcard.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from zoo.errors import nearest
from zoo.index.problems import Malformed, Problem
from zoo.index.tree import Entry, Mapping, Node, Scalar, Sequence, fold, text_of

KEY = "model-index"

# What the name of an accuracy is made of; a word more, and it is another metric.
_ACCURACY = frozenset({"accuracy", "acc"})
_SAYING = _ACCURACY | {"top", "1", "5"}
_TOP = {"1": "Top 1 Accuracy", "accuracy": "Top 1 Accuracy", "5": "Top 5 Accuracy"}
# Words that say on which pictures, and leave the metric what it is; those of the dataset do, too.
_FILLERS = frozenset({"on", "the", "set", "val", "validation", "test"})
_IMAGENET = frozenset({"imagenet", "imagenet1k", "in1k", "1k", "ilsvrc2012"})


def as_index(tree: Node | None, found: list[Problem]) -> Node | None:
    """Return a card as a document that lists models, and any other tree as it is.

    Args:
        tree: what a document holds.
        found: takes what is wrong with a card.
    """
    entry = tree.entries.get(KEY) if isinstance(tree, Mapping) else None
    if entry is None:
        return tree
    assert isinstance(tree, Mapping)
    listed = (_model(item, found) for item in _mappings(entry, found))
    models = Sequence(tuple(listed), entry.value.mark)
    return Mapping({"models": Entry("Models", models, entry.mark)}, tree.mark)


def _model(model: Mapping, found: list[Problem]) -> Mapping:
    results = model.entries.get("results")
    if results is None:
        return model
    listed = _mappings(results, found)
    split = tuple(part for item in listed for part in _result(item, found))
    return model.replaced({"results": Sequence(split, results.value.mark)})


def _result(result: Mapping, found: list[Problem]) -> Iterator[Mapping]:
    """Yield a result, and a further one for metrics that have the name of an earlier one."""
    shared = {
        key: Entry(entry.name, _named(entry.value), entry.mark)
        if key in {"task", "dataset"}
        else entry
        for key, entry in result.entries.items()
    }
    metrics = shared.get("metrics")
    if metrics is None:
        yield Mapping(shared, result.mark)
        return
    dataset = frozenset(_words(result.get("dataset")))
    fillers = _FILLERS | dataset | (_IMAGENET if dataset & _IMAGENET else frozenset())
    for group in _grouped(_metrics(metrics, fillers, found)):
        listed = Entry(metrics.name, Mapping(group, metrics.value.mark), metrics.mark)
        yield Mapping(shared | {"metrics": listed}, result.mark)


def _mappings(listed: Entry, found: list[Problem]) -> Iterator[Mapping]:
    """Yield the mappings of a list; what is none is a problem."""
    node = listed.value
    if isinstance(node, Scalar) and node.null:
        return
    if not isinstance(node, Sequence):
        found.append(_wrong_kind(f"{listed.name}: must be a list", listed))
        return
    for item in node.items:
        if isinstance(item, Mapping):
            yield item
        else:
            found.append(_wrong_kind(f"{listed.name}: each item must be a mapping", item))


def _named(node: Node) -> Node:
    """Return the name of a task or dataset, or else its type; any other form as it is."""
    if not isinstance(node, Mapping):
        return node
    return text_of(node.get("name")) or text_of(node.get("type")) or node


def _metrics(listed: Entry, fillers: frozenset[str], found: list[Problem]) -> Iterator[Entry]:
    """Yield each metric by what it is called in a model index."""
    for metric in _mappings(listed, found):
        try:
            yield _metric(metric, fillers)
        except Malformed as fault:
            found.append(fault.problem)


def _grouped(metrics: Iterable[Entry]) -> list[dict[str, Entry]]:
    groups: list[dict[str, Entry]] = [{}]
    for entry in metrics:
        key = fold(entry.name)
        group = next((group for group in groups if key not in group), None)
        if group is None:
            groups.append(group := {})
        group[key] = entry
    return groups


def _metric(metric: Mapping, fillers: frozenset[str]) -> Entry:
    """Return a metric by its name in a model index, where the card calls it so.

    Raises:
        Malformed: it has neither type nor name, or no value.
    """
    kind, name = text_of(metric.get("type")), text_of(metric.get("name"))
    said, value = name or kind, metric.entries.get("value")
    for key, missing in (("type", said is None), ("value", value is None)):
        if missing:
            hint = nearest(key, [entry.name for entry in metric.entries.values()])
            message = f"metrics: '{key}' is missing"
            raise Malformed("missing-field", message, metric.location, hint)
    assert said is not None and value is not None
    top = _TOP.get(_accuracy(name, kind, fillers))
    return Entry(top or said.text, value.value, said.mark)


def _accuracy(name: Scalar | None, kind: Scalar | None, fillers: frozenset[str]) -> str:
    """Return which accuracy a metric is; the type decides where the name leaves it open."""
    by_name, by_type = (_says(text, fillers) if text else None for text in (name, kind))
    open_ = by_name in {None, "accuracy"} and by_type is not None
    return (by_type if open_ else by_name) or ""


def _says(text: Scalar, fillers: frozenset[str]) -> str | None:
    """Return ``1``, ``5`` or ``accuracy``; an empty text for another metric, None for fillers."""
    words = [word for word in _words(text) if word in _SAYING or word not in fillers]
    parts = {part for word in words for part in re.findall(r"\d+|\D+", word)}
    number = parts & {"1", "5"}
    if not parts:
        return None
    if not parts <= _SAYING or parts == number or len(number) > 1:
        return ""
    return next(iter(number), "" if "top" in parts else "accuracy")


def _words(node: Node | None) -> list[str]:
    if isinstance(node, Mapping):
        return [*_words(node.get("name")), *_words(node.get("type"))]
    text = text_of(node)
    return re.findall(r"[^\W_]+", text.text.casefold()) if text else []


def _wrong_kind(message: str, at: Entry | Node) -> Problem:
    return Problem("wrong-kind", "error", None, message, "", at.location)
