"""Hugging Face cards: their front matter as models with the same claims."""

from __future__ import annotations

import pytest

from zoo.claims import Metric

CARD = """---
title: a card
tags: [x]
model-index:
- name: net
  results:
  - task: {{type: image-classification}}
    dataset: {{type: imagenet-1k, name: ImageNet}}
    metrics:
{}
---
# Prose
"""


def claims(index):
    assert index.problems == ()
    (entry,) = index.entries
    return [(c.metric, c.text, c.dataset, str(c.location)) for c in entry.claims if c.dataset]


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("{type: accuracy, value: 80.5}", Metric.TOP_1),
        ("{type: top-1-accuracy, value: 80.5}", Metric.TOP_1),
        ("{type: acc, name: Top 1 Accuracy, value: 80.5}", Metric.TOP_1),
        ("{name: 'Acc@1', type: x, value: 80.5}", Metric.TOP_1),
        ("{type: accuracy, name: Top-5 Accuracy, value: 80.5}", Metric.TOP_5),
        ("{type: top_5, value: 80.5}", Metric.TOP_5),
        ("{type: accuracy, name: ImageNet Top-5, value: 80.5}", Metric.TOP_5),
        ("{type: accuracy, name: ImageNet-1k top1 acc, value: 80.5}", Metric.TOP_1),
        ("{type: accuracy, name: ImageNet, value: 80.5}", Metric.TOP_1),
        ("{type: top_5_accuracy, name: Accuracy, value: 80.5}", Metric.TOP_5),
        ("{type: top_5_accuracy, name: Top-1 Accuracy, value: 80.5}", Metric.TOP_1),
        ("{type: acc, name: Validation Accuracy (%), value: 80.5}", Metric.TOP_1),
        ("{type: top-5-accuracy, value: 80.5}", Metric.TOP_5),
    ],
)
def test_a_metric_is_a_claim_at_the_line_of_its_value(tree, metric, kind):
    read = tree({"README.md": CARD.format(f"    - {metric}")})
    assert claims(read) == [(kind, "80.5", "ImageNet", "README.md:10")]


def test_a_card_gives_the_same_as_yaml_of_the_same_key(tree):
    text = CARD.format("    - {type: accuracy, value: 80.5}").split("---")[1]
    assert claims(tree({"card.yml": text})) == [(Metric.TOP_1, "80.5", "ImageNet", "card.yml:10")]


def test_other_metrics_are_kept_under_their_names(tree):
    text = "    - {type: f1, name: F1 Score, value: 0.7}\n    - {type: loss, value: 1.5}"
    (entry,) = tree({"README.md": CARD.format(text)}).entries
    assert entry.untested == ("F1 Score (ImageNet)", "loss (ImageNet)")
    assert entry.fields["F1 Score (ImageNet)"].text == "0.7"


@pytest.mark.parametrize(
    "name",
    ["Balanced Accuracy", "Top-1 Error", "ImageNet-V2 Top-1", "ImageNet ReaL Accuracy", "Top 10",
     "CIFAR-10 Accuracy", "Accuracy of top-1 and top-5", "Training Accuracy", "Top", "5",
     "Accuracy@10"],
)  # fmt: skip
def test_a_name_that_says_something_else_is_another_metric(tree, name):
    read = tree({"README.md": CARD.format(f"    - {{type: accuracy, name: '{name}', value: 80}}")})
    assert claims(read) == []
    assert read.entries[0].untested == (f"{name} (ImageNet)",)


def test_a_plain_name_of_another_type_is_no_top_1(tree):
    text = "    - {type: balanced_accuracy, name: Accuracy, value: 80}"
    assert claims(tree({"README.md": CARD.format(text)})) == []


@pytest.mark.parametrize(
    ("metrics", "rule", "message", "hint"),
    [
        ("    - {type: top_5_accuracy, valeu: 94}", "missing-field",
         "metrics: 'value' is missing", "did you mean valeu?"),
        ("    - {type: f1}", "missing-field", "metrics: 'value' is missing", ""),
        ("    - {tpe: acc, value: 79}", "missing-field",
         "metrics: 'type' is missing", "did you mean tpe?"),
        ("    - hello", "wrong-kind", "metrics: each item must be a mapping", ""),
        ("      {type: acc, value: 79}", "wrong-kind", "metrics: must be a list", ""),
    ],
)  # fmt: skip
def test_a_malformed_metric_is_an_error_at_its_place(tree, metrics, rule, message, hint):
    read = tree({"README.md": CARD.format(metrics)})
    (problem,) = read.problems
    assert (problem.rule, problem.level, problem.message) == (rule, "error", message)
    assert problem.location.line == (9 if message.endswith("a list") else 10)
    assert problem.hint == hint
    (entry,) = read.entries
    assert not [claim for claim in entry.claims if claim.dataset]
    assert entry.untested == ()


def test_a_metric_that_comes_twice_is_claimed_twice(tree):
    text = "    - {type: accuracy, value: 80}\n    - {type: accuracy, value: 81}"
    assert [text for _, text, *_ in claims(tree({"README.md": CARD.format(text)}))] == ["80", "81"]


def test_a_share_is_read_as_written_with_a_warning(tree):
    (problem,) = tree({"README.md": CARD.format("    - {type: acc, value: 0.805}")}).problems
    assert (problem.rule, problem.level, problem.location.line) == ("percent-scale", "warning", 10)


def test_front_matter_of_prose_is_no_metadata(tree):
    read = tree(
        {"a.yml": "Models: [{Name: a}]", "page.md": "---\ntitle: x\ntags: [y]\n---\ntext\n"}
    )
    assert read.problems == ()
    assert [entry.name for entry in read.entries] == ["a"]


@pytest.mark.parametrize(
    "index",
    ["x", "[x]", "{a: b}", "[[]]", "[{}]", "[{name: a, results: x}]", "[{results: []}]",
     "[{name: a, results: [x, [], {}]}]", "[{name: a, results: [{metrics: x}]}]",
     "[{name: a, results: [{task: [], dataset: {}, metrics: [x, {}, {value: 1}]}]}]"],
)  # fmt: skip
def test_a_card_of_another_form_ends_in_errors_with_their_places(tree, index):
    read = tree({"README.md": f"---\nmodel-index: {index}\n---\n"})
    assert read.errors
    assert {problem.location.line for problem in read.errors} == {2}


def test_a_card_whose_lists_are_empty_claims_no_results_and_is_in_order(tree):
    found = tree({"card.md": "---\nmodel-index:\n- name: net\n  results:\n---\n"})
    assert found.problems == ()
    (entry,) = found.entries
    assert [claim.metric for claim in entry.claims] == [Metric.MODEL_NAME]
