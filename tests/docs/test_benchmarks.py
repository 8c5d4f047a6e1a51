"""Benchmarks are run rarely: what they take from zoo must still be there, and be documented."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.every import benchmarks

ROOT = Path(__file__).parents[2]


def taken(name: str) -> Iterator[tuple[str, str]]:
    """Yield what a benchmark imports from this repository, wherever in its text."""
    tree = ast.parse((ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if module.partition(".")[0] in ("zoo", "tests", "benchmarks"):
            assert isinstance(node, ast.ImportFrom)
            yield from ((module, alias.name) for alias in node.names)


@pytest.mark.parametrize("name", benchmarks())
def test_what_a_benchmark_imports_is_there(name: str) -> None:
    for module, part in taken(name):
        if not hasattr(importlib.import_module(module), part):
            importlib.import_module(f"{module}.{part}")


@pytest.mark.parametrize("name", benchmarks())
def test_a_benchmark_is_documented_with_its_command(name: str) -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert f"`python benchmarks/{name}.py" in page
