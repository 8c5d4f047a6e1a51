"""The JSON Schemas of what zoo prints and reads, one for each contract."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from zoo.schemas.matcher import Accepts, compiled

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


def load(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a name, such as ``run``."""
    text = files("zoo.schemas").joinpath(f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def names() -> list[str]:
    """Return the names of the schemas, in the order of the alphabet."""
    found = (entry.name for entry in files("zoo.schemas").iterdir())
    return sorted(name.removesuffix(".json") for name in found if name.endswith(".json"))


def fault(name: str, document: Any) -> ValidationError | None:
    """Return what is wrong with a document by the schema of a name, or None.

    Most documents are right, and a compiled matcher sees that fast; what it does not accept goes
    to the jsonschema library, which says why.
    """
    if matcher(name)(document):
        return None
    from jsonschema import Draft202012Validator

    return next(Draft202012Validator(load(name)).iter_errors(document), None)


@cache
def matcher(name: str) -> Accepts:
    """Return the function that tells whether a document satisfies the schema of a name."""
    return compiled(load(name), {})
