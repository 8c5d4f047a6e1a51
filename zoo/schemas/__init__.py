"""The JSON Schemas of what zoo prints, one for each contract."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def load(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a name, such as ``run``."""
    text = files("zoo.schemas").joinpath(f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def names() -> list[str]:
    """Return the names of the schemas, in the order of the alphabet."""
    found = (entry.name for entry in files("zoo.schemas").iterdir())
    return sorted(name.removesuffix(".json") for name in found if name.endswith(".json"))
