"""What only warns, what silences it, and that every rule is explained and raised."""

from __future__ import annotations

import ast
import os
import time
from pathlib import Path

import pytest

from zoo.index import Problem, read_index
from zoo.index.lint import _meant
from zoo.index.reader import Index
from zoo.index.rules import RULES

HERE = Path(__file__).parent
SOURCES = sorted((HERE.parents[1] / "zoo/index").glob("*.py"))


@pytest.mark.parametrize(
    ("kind", "key", "meant"),
    [
        ("model", "weigths", "Weights"), ("metadata", "paramters", "Parameters"),
        ("metadata", "parameter", "Parameters"), ("metadata", "crop-pct", "Crop Pct"),
        ("metadata", "crop pcts", "Crop Pct"), ("metrics", "top1 accuracy", "Top 1 Accuracy"),
        ("metrics", "top 1 accurracy", "Top 1 Accuracy"), ("model", "crop pct", "Crop Pct"),
        ("document", "model", "Models"), ("document", "imports", "Import"),
        ("result", "top 1 accuracy", "Top 1 Accuracy"), ("model", "in colection", "In Collection"),
        ("metadata", "weights", "Weights"), ("metadata", "file sizes", "File Size"),
        ("metadata", "results", "Results"), ("metadata", "code", "Code"),
        ("metadata", "top 1 accuracy", "Top 1 Accuracy"), ("model", "parameters", "Parameters"),
        ("model", "top 1 accuracy", "Top 1 Accuracy"),
    ],
)  # fmt: skip
def test_a_slip_of_a_letter_or_a_place_is_seen(kind, key, meant):
    assert _meant(key, kind)[0] == meant


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("metadata", key)
        for key in ["lr", "epochs", "batch size", "patch size", "layers", "momentum", "dropout",
                    "training time", "training steps", "training resources", "architecture",
                    "test data", "model size", "params", "flops (g)", "meta", "s", "ids",
                    "source", "name", "image", "config", "readme"]
    ]
    + [("metrics", "top 3 accuracy"), ("metrics", "map"), ("metrics", "top 10 accuracy"),
       ("model", "config"), ("model", "image"), ("model", "downstream"), ("model", "training log"),
       ("model", "notes"), ("document", "version"), ("result", "split")],
)  # fmt: skip
def test_a_key_of_the_publishers_own_is_no_slip(kind, key):
    assert _meant(key, kind)[0] == ""


BOTH = """\
Models:
- Name: a
  Metadata: {Parameters: 25.6M,
             Paramters: 25.7M, LR: 1, Weights: x}
  Metadat: {FLOPs: 1M}
  Results:
  - {Task: t, Dataset: d, Metrics: {},
     Metric: {}}
  Result: []
  Top 1 Accuracy: 3
Modles: [{Name: lost}]
"""


def test_a_slip_beside_the_right_key_is_seen_at_its_line(tree):
    read = tree({"a.yml": BOTH})
    assert [(p.rule, p.level, p.location.line, p.hint) for p in read.problems] == [
        ("near-miss", "warning", 4, "did you mean Parameters?"),
        ("near-miss", "warning", 4, "did you mean Weights beside Metadata?"),
        ("near-miss", "warning", 5, "did you mean Metadata?"),
        ("near-miss", "warning", 8, "did you mean Metrics?"),
        ("near-miss", "warning", 9, "did you mean Results?"),
        ("near-miss", "warning", 10, "did you mean Top 1 Accuracy under Metrics of Results?"),
        ("near-miss", "warning", 11, "did you mean Models?"),
    ]


def test_a_key_that_only_resembles_one_that_is_there_is_the_publishers_own(tree):
    text = "Models:\n- Name: a\n  Metadata: {Parameters: 1M, Perimeters: 3, Interpellation: x, "
    assert tree({"a.yml": text + "Interpolation: box}\n"}).problems == ()


@pytest.mark.parametrize(
    ("name", "text", "line", "meant"),
    [
        ("a.yml", "x: 1\nModles:\n- Name: a\n", 2, "Models"),
        ("a.yml", "x: 1\nmodel-indx:\n- name: a\n", 2, "model-index"),
        ("a.md", "---\ntitle: x\nmodel-indx:\n- name: a\n---\n", 3, "model-index"),
        ("a.md", "---\ntitle: x\nmodel_index:\n- name: a\n---\n", 3, "model-index"),
    ],
)
def test_an_index_under_a_misspelt_key_gets_the_right_one(tree, name, text, line, meant):
    for paths, level in (((), "warning"), ((name,), "error")):
        (problem,) = tree({name: text}, *paths).problems
        assert (problem.rule, problem.level, problem.location.line) == ("not-an-index", level, line)
        assert problem.hint == f"did you mean {meant}?"


def test_front_matter_about_models_is_no_slip(tree):
    page = "---\nmodel: x\nmodels_used: 3\nmodel-id: y\nmodel index page: z\n---\n"
    assert tree({"a.yml": "Models: [{Name: a}]", "page.md": page}).problems == ()


@pytest.mark.parametrize(
    ("kind", "scanned"), [("model-indx", "error"), ("thing", "warning"), ("model", "warning")]
)
def test_a_comment_that_is_not_read_is_an_error_in_a_file_that_was_named(tree, kind, scanned):
    page = f"# A\n<!--\nType: {kind}\nModels:\n- Name: a\n-->\n"
    (problem,) = tree({"a.md": page}, "a.md").errors
    assert (problem.rule, problem.location.line) == ("not-an-index", 2)
    assert [problem.level for problem in tree({}).problems] == [scanned]


def test_a_comment_that_names_thousands_of_rules_gives_few_warnings_in_its_place(tree):
    names = ",".join(f"r{n}" for n in range(140_000))
    begun = time.perf_counter()
    read = tree({"a.yml": f"Models: [{{Name: a}}] # zoo: ignore[{names}]\n"}, known_rules=[*RULES])
    assert time.perf_counter() - begun < 2
    assert len(read.problems) == 33
    assert {(p.rule, p.location.column) for p in read.problems} == {("unknown-rule", 21)}
    assert sum("more than 32 rules" in p.message for p in read.problems) == 1


def test_thousands_of_comments_that_name_no_rule_are_read_in_time(tree):
    lines = "".join(f"# zoo: ignore[rule{n}]\n" for n in range(38_000))
    begun = time.perf_counter()
    assert tree({"a.yml": f"Models: []\n{lines}"}, known_rules=[*RULES]).problems
    assert time.perf_counter() - begun < 2


def test_a_comment_silences_only_its_line_its_rule_and_what_could_be_read(tree):
    index = tree({"a.yml": "Models:\n- Name: a\n  Crop: 1  # zoo: ignore[near-chance,bad-value]\n"})

    def problem(rule, level, line=3, path="a.yml"):
        place = index.entries[0].location.__class__(path, line, 1)
        return Problem(rule, level, None, "x", "", place)

    assert index.ignored == {("a.yml", 3): frozenset({"near-chance", "bad-value"})}
    assert index.silenced(problem("near-chance", "error"))
    assert index.silenced(problem("near-chance", "warning"))
    assert not index.silenced(problem("near-chance", "error", line=2))
    assert not index.silenced(problem("near-chance", "error", path="b.yml"))
    assert not index.silenced(problem("shared-hash", "error"))
    assert not index.silenced(problem("bad-value", "error"))


def test_an_error_that_kept_a_value_from_being_read_is_never_silenced(tree):
    text = "Models:\n- Name: a\n  Metadata: {FLOPs: x}  # zoo: ignore[bad-value]\n"
    assert [problem.rule for problem in tree({"a.yml": text}).problems] == ["bad-value"]


def test_a_comment_in_a_markdown_page_silences_the_line_of_the_page(tree):
    page = "# A\n\n<!--\nType: model-index\nModels:\n- Name: a\n  Weigths: x {}\n-->\n"
    assert len(tree({"a.md": page.format("")}).problems) == 1
    silent = tree({"a.md": page.format("# zoo: ignore[near-miss]")})
    assert silent.problems == ()
    assert list(silent.ignored) == [("a.md", 7)]


def test_an_unknown_rule_in_a_comment_is_a_warning_where_the_rules_are_known(tree):
    files = {"a.yml": "Models:\n- Name: a  # zoo: ignore[near-mis, near-chance]\n"}
    assert tree(files).problems == ()
    (problem,) = tree(files, known_rules=[*RULES, "near-chance"]).problems
    assert (problem.rule, problem.level, problem.location.line) == ("unknown-rule", "warning", 2)
    assert problem.hint == "did you mean near-miss?"


# The rules


def raised() -> set[str]:
    """Return the ids that the code of the reader can give to a problem."""
    found = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", None)
            name = name or getattr(getattr(node, "func", None), "attr", "")
            if isinstance(node, ast.Call) and name.lstrip("_") in {
                "Problem",
                "Malformed",
                "malformed",
                "warning",
            }:
                given = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant)]
                found |= {text for text in given if isinstance(text, str)}
    return {rule for rule in found if " " not in rule}


def test_every_rule_that_the_code_names_is_explained():
    assert len(raised()) > 15
    assert raised() - {"error", "warning"} <= RULES.keys()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_an_explanation_has_every_part_in_the_house_style(rule):
    assert RULES[rule.id] is rule
    for text in (rule.means, rule.why, rule.mend):
        assert len(text) > 10
        assert not text.endswith(".")


def test_every_rule_is_raised_by_some_case(tree, tmp_path):
    found: set[str] = set()

    def note(index: Index) -> None:
        found.update(problem.rule for problem in index.problems)

    for folder in ("invalid", "warned"):
        for file in sorted((HERE / folder).iterdir()):
            note(read_index(file))
    os.mkfifo(tmp_path / "pipe.yml")
    note(tree({"a.yml": "Models: []"}))
    assert found == RULES.keys()
