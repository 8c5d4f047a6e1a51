"""Each promise of the threat model names tests that exist, one of which runs every time."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
PROMISES: dict[str, str] = dict(re.findall(r"^### (.+)\n((?:(?!^##).*\n)*)", PAGE, re.MULTILINE))
NODE = re.compile(r"^- `(tests/[\w/]+\.py)::(test_\w+)`$", re.MULTILINE)
NAMED = sorted(set(NODE.findall(PAGE)))
SELDOM = {"slow", "gpu", "network", "ray", "browser"}  # marks that the tests are not run with


@cache
def named_in(file: str) -> dict[str, frozenset[str]]:
    """Return the tests of a file with the marks that each has, its module's own among them."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    everywhere = {
        mark
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        for mark in marks(node.value)
    }
    return {
        node.name: frozenset(everywhere.union(*(marks(each) for each in node.decorator_list)))
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def marks(node: ast.expr) -> set[str]:
    """Return the marks that a decorator puts on a whole test, and not on one of its cases."""
    called = node.func if isinstance(node, ast.Call) else node
    inner = node.elts if isinstance(node, ast.List) else []
    own = {called.attr} if isinstance(called, ast.Attribute) else set()
    return own.union(*map(marks, inner))


def test_there_are_promises_and_what_is_not_promised() -> None:
    assert len(PROMISES) > 25
    assert PAGE.index("## What is not promised") > PAGE.rindex("### ")


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_is_there(file: str, name: str) -> None:
    assert name in named_in(file)


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_has_a_test_that_runs_every_time(promise: str) -> None:
    named = NODE.findall(PROMISES[promise])
    assert len(named) == len(set(named))
    assert [name for file, name in named if not named_in(file)[name] & SELDOM]


def test_no_test_is_named_in_another_form() -> None:
    assert PAGE.count("`tests/") == len(NODE.findall(PAGE)) + PAGE.count("`tests/docs/")
