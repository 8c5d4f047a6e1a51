"""A golden as a file: one JSON document that says what was recorded, of what, and where.

Numbers are written with nine digits, which give back each float32 exactly. The file may come from a
stranger: it is capped, checked against its schema, and holds no number that is none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo import escape, strict_json
from zoo.errors import Unavailable

SCHEMA_VERSION = "1"
LARGEST = 32 * 2**20  # bytes
LONGEST = 100  # characters of a file's name
MOST = 3.4e38  # what a float32 can be


@dataclass(frozen=True, slots=True)
class Golden:
    """Recorded logits.

    Attributes:
        at: when, in UTC, ISO 8601.
        source: what built the network, with its version.
        environment: versions and device.
        weights: SHA-256 of the weights file, in hexadecimal.
        recipe: of the inputs; ``shape`` and ``sha256`` are theirs.
        precision: of the arithmetic.
        logits: one row a picture.
    """

    model: str
    at: str
    source: str
    environment: Mapping[str, Any]
    weights: str
    recipe: str
    shape: tuple[int, ...]
    sha256: str
    precision: str
    logits: tuple[tuple[float, ...], ...]


def file_of(folder: Path, model: str) -> Path:
    """Return where the golden of a model is kept, whatever its name has in it."""
    stem = escape.file_name(model)[:LONGEST]
    if stem != model:
        stem += f"-{hashlib.sha256(model.encode()).hexdigest()[:8]}"
    return folder / f"{stem}.json"


def to_json(golden: Golden) -> str:
    """Return the document, one row of logits a line."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "model": golden.model,
        "recorded": {
            "at": golden.at,
            "source": golden.source,
            "environment": dict(golden.environment),
        },
        "weights": {"sha256": golden.weights},
        "input": {"recipe": golden.recipe, "shape": list(golden.shape), "sha256": golden.sha256},
        "precision": golden.precision,
    }
    rows = ",\n".join(f"  {json.dumps([_nine(x) for x in row])}" for row in golden.logits)
    text = json.dumps(head, indent=1, ensure_ascii=False, allow_nan=False)
    return f'{text[:-2]},\n "logits": [\n{rows}\n ]\n}}\n'


def read(path: Path) -> Golden:
    """Read a golden.

    Raises:
        Unavailable: it cannot be read, or is none of a version that this zoo reads.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST:,} bytes")
        said = strict_json.loads(data.decode())
        _check(said)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, str(error) or type(error).__name__) from None
    return Golden(
        model=said["model"],
        at=said["recorded"]["at"],
        source=said["recorded"]["source"],
        environment=said["recorded"]["environment"],
        weights=said["weights"]["sha256"],
        recipe=said["input"]["recipe"],
        shape=tuple(said["input"]["shape"]),
        sha256=said["input"]["sha256"],
        precision=said["precision"],
        logits=tuple(tuple(float(x) for x in row) for row in said["logits"]),
    )


def _check(said: Any) -> None:
    """Raise ValueError where a document is not a golden; the numbers are looked at apart.

    jsonschema takes minutes over a million numbers, and says nothing of rows of unequal length.
    """
    from jsonschema import Draft202012Validator

    from zoo.schemas import load

    bare = {**said, "logits": []} if isinstance(said, dict) and "logits" in said else said
    error = next(Draft202012Validator(load("golden")).iter_errors(bare), None)
    if error is not None:
        where = "/".join(str(step) for step in error.absolute_path)
        raise ValueError(f"/{where[:60]} breaks the rule '{error.validator}'")
    rows = said["logits"]
    if not isinstance(rows, list) or len(rows) != said["input"]["shape"][0]:
        raise ValueError("there is not one row of logits for each picture")
    if not all(isinstance(row, list) and len(row) == len(rows[0]) > 0 for row in rows):
        raise ValueError("the rows of logits are not of one length")
    if not all(_is_float32(value) for row in rows for value in row):
        raise ValueError("a logit is no finite float32")


def _is_float32(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < MOST


def _nine(value: float) -> float:
    return float(f"{value:.9g}")


def _unreadable(path: Path, reason: str) -> Unavailable:
    return Unavailable(
        f"{path} is no golden that can be read: {escape.line(reason)[:200]}",
        "delete the file, then record it anew with --record",
    )
