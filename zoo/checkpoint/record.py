"""What is known of an opened checkpoint: its tensors' shapes, and how they came out of the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

MOST_HEADER = 32 * 2**20  # bytes
KEY = "zoo"  # under which the record lies in the metadata of the safetensors


@dataclass(frozen=True, slots=True)
class Record:
    """How the tensors came out of the file.

    Attributes:
        source: SHA-256 of the file, in hexadecimal.
        format: of the file, as ``zoo.checkpoint.formats.Format`` has it.
        state_dict: the key under which the tensors lay, ``/`` between nested ones, or empty.
        passed_over: the keys of other state dicts in the file, averaged ones (EMA) among them.
        stripped: the prefixes that every name bore and that were removed.
        dtypes: number of tensors by the element type's name in safetensors.
        nan: number of elements that are not a number; ``infinite`` likewise.
        dropped: names of entries of the state dict that are no tensors.
        tied: groups of names of one and the same tensor.
        confinement: which limits the process that opened the file was under.
    """

    source: str
    format: str
    state_dict: str = ""
    passed_over: tuple[str, ...] = ()
    stripped: str = ""
    dtypes: Mapping[str, int] = field(default_factory=dict)
    nan: int = 0
    infinite: int = 0
    dropped: tuple[str, ...] = ()
    tied: tuple[tuple[str, ...], ...] = ()
    confinement: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return it as one JSON object."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of a tensor's elements, by safetensors' name, and its sides."""

    dtype: str
    sides: tuple[int, ...]

    @property
    def elements(self) -> int:
        """How many elements the tensor has."""
        count = 1
        for side in self.sides:
            count *= side
        return count


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An opened checkpoint: plain safetensors at ``path``, ``tensors`` by name, and the record."""

    path: Path
    tensors: Mapping[str, Shape]
    record: Record


def read(path: Path) -> Checkpoint:
    """Read the header of a checkpoint that was opened.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not what a child writes.
    """
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        text = stream.read(min(length, MOST_HEADER))
    try:
        header = json.loads(text)
        said = json.loads(header.pop("__metadata__")[KEY])
        tensors = {
            name: Shape(entry["dtype"], tuple(int(side) for side in entry["shape"]))
            for name, entry in header.items()
        }
        return Checkpoint(path, tensors, _record(said))
    except (AttributeError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"no record: {error}") from None


def _record(said: Mapping[str, Any]) -> Record:
    known = {each.name: said[each.name] for each in fields(Record)}
    return Record(
        source=str(known["source"]),
        format=str(known["format"]),
        state_dict=str(known["state_dict"]),
        passed_over=_names(known["passed_over"]),
        stripped=str(known["stripped"]),
        dtypes={str(dtype): int(count) for dtype, count in known["dtypes"].items()},
        nan=int(known["nan"]),
        infinite=int(known["infinite"]),
        dropped=_names(known["dropped"]),
        tied=tuple(_names(group) for group in known["tied"]),
        confinement=_names(known["confinement"]),
    )


def _names(said: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in said)
