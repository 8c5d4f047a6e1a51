"""The JSON Schemas of what zoo prints, one for each contract."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def load(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) called ``run``, ``list`` or ``check``."""
    text = files("zoo.schemas").joinpath(f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
