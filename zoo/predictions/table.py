"""Predictions as a Parquet table: one row a picture, the same bytes for the same predictions."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo import strict_json
from zoo.errors import Unavailable
from zoo.predictions import TOP, Prediction

KEY = b"zoo"  # of the metadata that says what the predictions rest on
MOST_ROWS = 10_000_000
MOST_CLASS = 2**31 - 1
MOST_MARGIN = (2 - 2.0**-23) * 2.0**127  # the largest float32; two of them may lie further apart
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Table:
    """Predictions, and what they rest on, in plain JSON values."""

    items: tuple[Prediction, ...]
    said: Mapping[str, Any]


def to_bytes(items: Sequence[Prediction], said: Mapping[str, Any]) -> bytes:
    """Return a Parquet file with one row a prediction, in their order.

    The columns are ``id`` (text), ``sha256`` (hexadecimal), ``label`` (int32), ``accepted`` (list
    of int32, or null), ``top`` (list of int32, best first, empty where the logits are not finite)
    and ``margin`` (float32, at most the largest). Every page has a checksum.

    Args:
        said: what the predictions rest on, in plain JSON values.

    Raises:
        Unavailable: a picture's name is no Unicode text.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        columns = {
            "id": [item.id for item in items],
            "sha256": [item.sha256 for item in items],
            "label": [item.label for item in items],
            "accepted": [None if i.accepted is None else sorted(i.accepted) for i in items],
            "top": [list(item.top) for item in items],
            "margin": [min(item.margin, MOST_MARGIN) for item in items],
        }
        table = pyarrow.table(columns, schema=_schema(said))
    except UnicodeEncodeError as error:
        name = ascii(error.object)
        raise Unavailable(
            f"the name of the picture {name} is no Unicode text", "rename it"
        ) from None
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd", write_page_checksum=True)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def read(file: Path | bytes) -> Table:
    """Read a table, by its path or its content, which may come from anyone.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not such a table; the message says why.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        content = file if isinstance(file, bytes) else file.read_bytes()
        source = pyarrow.BufferReader(content)
        stored = parquet.ParquetFile(source, page_checksum_verification=True)
        said = _said(stored.schema_arrow.metadata)
        if not stored.schema_arrow.equals(_schema({}), check_metadata=False):
            raise ValueError("it has other columns")
        if stored.metadata.num_rows > MOST_ROWS:
            raise ValueError(f"it has more than {MOST_ROWS:,} rows")
        rows = stored.read(use_threads=False).to_pylist()
    except (pyarrow.ArrowException, UnicodeDecodeError) as error:
        raise ValueError(str(error).partition("\n")[0][:200]) from None
    items = tuple(_prediction(number, row) for number, row in enumerate(rows, 1))
    name, times = Counter(item.id for item in items).most_common(1)[0] if items else ("", 0)
    if times > 1:
        raise ValueError(f"{times} rows are about the picture {name}")
    return Table(items, said)


def _schema(said: Mapping[str, Any]) -> Any:
    import pyarrow

    classes = pyarrow.list_(pyarrow.int32())
    text = json.dumps(dict(said), sort_keys=True, ensure_ascii=False, allow_nan=False)
    return pyarrow.schema(
        {
            "id": pyarrow.string(),
            "sha256": pyarrow.string(),
            "label": pyarrow.int32(),
            "accepted": classes,
            "top": classes,
            "margin": pyarrow.float32(),
        },
        metadata={KEY: text.encode()},
    )


def _said(metadata: Mapping[bytes, bytes] | None) -> Mapping[str, Any]:
    try:
        said = strict_json.loads((metadata or {})[KEY])
    except (KeyError, ValueError, RecursionError):
        raise ValueError("it does not say what it rests on") from None
    if not isinstance(said, dict):
        raise ValueError("it does not say what it rests on")
    return said


def _prediction(number: int, row: Mapping[str, Any]) -> Prediction:
    """Return the prediction of a row, from 1."""
    top, accepted, margin = row["top"], row["accepted"], row["margin"]
    classes = [row["label"], *(top or ()), *(accepted or ())]
    wrong = (
        (row["id"] is None, "has no id"),
        (row["sha256"] is None or len(row["sha256"]) != 64 or not set(row["sha256"]) <= _HEX,
         "has no SHA-256"),
        (top is None or len(top) > TOP or len(set(top)) < len(top), f"has no {TOP} best classes"),
        (any(each is None or not 0 <= each <= MOST_CLASS for each in classes), "has no class"),
        (margin is None or not math.isfinite(margin) or margin < 0, "has no margin"),
    )  # fmt: skip
    for is_wrong, what in wrong:
        if is_wrong:
            raise ValueError(f"row {number:,} {what}")
    right = None if accepted is None else frozenset(accepted)
    return Prediction(row["id"], row["sha256"], row["label"], tuple(top), right, margin)
