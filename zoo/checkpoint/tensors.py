"""Writes tensors as safetensors, bit by bit as they were read, with the record in the header."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zoo.checkpoint.record import KEY, Record

CHUNK = 2**20

# Bytes of an element, by safetensors' name of the type.
BYTES = {
    "F64": 8,
    "I64": 8,
    "U64": 8,
    "F32": 4,
    "I32": 4,
    "U32": 4,
    "F16": 2,
    "BF16": 2,
    "I16": 2,
    "U16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
}

# All bits of the exponent, which only infinities and what is not a number have set (IEEE 754).
_EXPONENT = {"F64": 0x7FF << 52, "F32": 0xFF << 23, "F16": 0x1F << 10, "BF16": 0xFF << 7}


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor as bytes: little-endian, the last side varying fastest.

    Attributes:
        dtype: by safetensors' name.
        data: reads the bytes; called more than once, so that not all need be in memory.
    """

    dtype: str
    sides: tuple[int, ...]
    size: int
    data: Callable[[], memoryview]


def not_finite(tensor: Tensor) -> tuple[int, int]:
    """Return how many elements are not a number, and how many infinite."""
    if tensor.dtype not in _EXPONENT or not tensor.size:
        return 0, 0
    import numpy

    width = BYTES[tensor.dtype]
    sign, exponent = 1 << (8 * width - 1), _EXPONENT[tensor.dtype]
    nan = infinite = 0
    data = tensor.data()
    for start in range(0, tensor.size, CHUNK):
        bits = numpy.frombuffer(data[start : start + CHUNK], f"<u{width}") & (sign - 1)
        nan += int(numpy.count_nonzero(bits > exponent))
        infinite += int(numpy.count_nonzero(bits == exponent))
    return nan, infinite


def write(tensors: Mapping[str, Tensor], record: Record, descriptor: int) -> None:
    """Write safetensors to a descriptor, the widest elements first so that all are aligned."""
    order = sorted(tensors, key=lambda name: (-BYTES[tensors[name].dtype], name))
    _all(descriptor, _header(order, tensors, record))
    for name in order:
        if tensors[name].size:
            _all(descriptor, tensors[name].data())


def _header(order: list[str], tensors: Mapping[str, Tensor], record: Record) -> bytes:
    entries: dict[str, object] = {"__metadata__": {KEY: record.to_json()}}
    offset = 0
    for name in order:
        tensor = tensors[name]
        offsets = [offset, offset + tensor.size]
        entries[name] = {"dtype": tensor.dtype, "shape": tensor.sides, "data_offsets": offsets}
        offset += tensor.size
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _all(descriptor: int, data: bytes | memoryview) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest[:CHUNK]) :]
