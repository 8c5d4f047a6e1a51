"""Reads safetensors: every tensor within the file, none over another, each name once.

The rules are those of the format (https://github.com/huggingface/safetensors#format); the library
accepts a name that comes twice, and the last one wins.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO

from zoo.checkpoint.choosing import check_names
from zoo.checkpoint.rejected import damaged, no_tensors, too_much, unsupported
from zoo.checkpoint.tensors import BYTES, Tensor

MOST_HEADER = 16 * 2**20  # bytes
LARGEST = 2**48  # elements of one side


@dataclass(frozen=True, slots=True)
class _Span:
    """Where in the file a tensor lies, in bytes from its beginning."""

    stream: BinaryIO
    start: int
    size: int

    def __call__(self) -> memoryview:
        self.stream.seek(self.start)
        data = self.stream.read(self.size)
        if len(data) < self.size:
            raise damaged("it ends before its tensors do")
        return memoryview(data)


def read(stream: BinaryIO, size: int) -> dict[str, Tensor]:
    """Return the tensors of a file by name.

    Raises:
        Rejected: the header contradicts itself or the file.
    """
    stream.seek(0)
    length = int.from_bytes(stream.read(8), "little")
    if length > MOST_HEADER:
        raise too_much(f"its header has {length:,} bytes, more than {MOST_HEADER:,}")
    entries = _header(stream.read(length))
    _check_notes(entries.pop("__metadata__", None))
    if not entries:
        raise no_tensors("no tensors by name")
    check_names(list(entries))
    begin = 8 + length
    tensors = {name: _tensor(name, entry, stream, begin) for name, entry in entries.items()}
    _check_cover([_span(entry) for entry in entries.values()], size - begin)
    return tensors


def _header(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise damaged(f"its header is not JSON ({str(error).partition(chr(10))[0][:80]})") from None
    if not isinstance(header, dict):
        raise damaged("its header is no JSON object")
    return header


def _check_notes(notes: object) -> None:
    """Require that what is said beside the tensors is texts by name, as the library does."""
    if notes is None:
        return
    if not isinstance(notes, dict) or not all(isinstance(text, str) for text in notes.values()):
        raise damaged("its __metadata__ is not texts by name")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _tensor(name: str, entry: Any, stream: BinaryIO, begin: int) -> Tensor:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise damaged(f"the tensor {name} is not described as the format wants it")
    dtype, sides = entry["dtype"], entry["shape"]
    if not isinstance(dtype, str) or dtype not in BYTES:
        raise unsupported(f"the tensor {name} has elements of type {str(dtype)[:20]}")
    if not isinstance(sides, list) or not all(_is_count(side) for side in sides):
        raise damaged(f"the tensor {name} has no shape")
    start, end = _span(entry)
    if prod(sides) * BYTES[dtype] != end - start:
        raise damaged(f"the tensor {name} has another shape than its {end - start:,} bytes")
    span = _Span(stream, begin + start, end - start)
    return Tensor(dtype, tuple(sides), end - start, span)


def _span(entry: dict[str, Any]) -> tuple[int, int]:
    offsets = entry["data_offsets"]
    if not (isinstance(offsets, list) and len(offsets) == 2 and all(map(_is_count, offsets))):
        raise damaged("a tensor has no place in it")
    return offsets[0], offsets[1]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _check_cover(spans: list[tuple[int, int]], size: int) -> None:
    """Require that the tensors lie one behind the other, up to the end of the file."""
    end = 0
    for start, stop in sorted(spans):
        if start != end or stop < start:
            raise damaged("its tensors overlap, or leave a gap")
        end = stop
    if end != size:
        raise damaged(f"its tensors have {end:,} bytes, and there are {size:,}")
