"""Reads indexes that tests write, and runs one check over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from zoo.forensics import Suspicion
from zoo.index import read_index
from zoo.registry import Registry
from zoo.validators.forensics import CHECKS

Found = list[Suspicion]
Index = Callable[..., Registry]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """Write models as an index and read it; a model is its name with what is said of it."""

    def make(models: dict[str, dict[str, Any]]) -> Registry:
        page = tmp_path / "index.yml"
        listed = [_model(name, dict(said)) for name, said in models.items()]
        page.write_text(yaml.safe_dump({"Models": listed}, sort_keys=False))
        read = read_index(page)
        assert not read.errors, [str(problem) for problem in read.errors]
        return Registry(read.entries)

    return make


def _model(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """Return a model of the format; what is none of its fields is metadata or a metric."""
    top = {key: said.pop(key) for key in ("Weights", "Code", "Results", "Source") if key in said}
    dataset = said.pop("Dataset", "ImageNet")
    metrics = {f"Top {k} Accuracy": said.pop(f"Top {k}") for k in (1, 5) if f"Top {k}" in said}
    if metrics:
        result = {"Task": "Image Classification", "Dataset": dataset, "Metrics": metrics}
        top["Results"] = [result]
    return {"Name": name, "Metadata": said, **top}


@pytest.fixture
def find(index: Index) -> Callable[..., Found]:
    """Return what a check finds in models."""

    def run(check: str, models: dict[str, dict[str, Any]]) -> Found:
        return list(CHECKS[check].find(index(models)))

    return run
