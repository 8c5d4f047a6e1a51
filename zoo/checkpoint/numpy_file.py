"""Reads the arrays of an ``.npz``: their bytes only, never an object."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from math import prod
from tokenize import TokenError
from typing import TYPE_CHECKING, Any

from zoo.checkpoint.archive import Archive, check_inflated, check_sums, pieces
from zoo.checkpoint.choosing import check_names
from zoo.checkpoint.rejected import Kind, Rejected, damaged, no_tensors, unsupported
from zoo.checkpoint.tensors import BYTES, Tensor

if TYPE_CHECKING:
    import numpy

ENDING = ".npy"
_TEXT = "US"  # numpy's kinds of fixed texts: notes beside the arrays
_MOST_HEADER = 12_000  # bytes, with numpy's own limit below it


@dataclass(frozen=True, slots=True)
class _Header:
    """What the header of an array says, and where its bytes begin."""

    sides: tuple[int, ...]
    fortran: bool
    dtype: numpy.dtype[Any]
    begin: int


@dataclass(frozen=True, slots=True)
class _Member:
    """An array in the archive."""

    archive: Archive
    name: str
    header: _Header

    def __call__(self) -> memoryview:
        import numpy

        data = b"".join(pieces(self.archive, self.name))
        array = numpy.frombuffer(data, self.header.dtype, offset=self.header.begin)
        shaped = array.reshape(self.header.sides, order="F" if self.header.fortran else "C")
        native = numpy.ascontiguousarray(shaped, self.header.dtype.newbyteorder("<"))
        return native.reshape(-1).view(numpy.uint8).data


def read(archive: Archive, size: int) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Return the arrays of an archive by name, and the names of texts that were left out.

    Args:
        size: of the whole file, in bytes.

    Raises:
        Rejected: a member is no array of numbers, or not what the archive says.
    """
    check_inflated(archive, size)
    check_sums(archive)
    tensors, dropped = {}, []
    for name in archive.members:
        header = _header(archive, name)
        if header.dtype.kind in _TEXT:
            dropped.append(name.removesuffix(ENDING))
            continue
        total = prod(header.sides) * header.dtype.itemsize
        member = _Member(archive, name, header)
        tensors[name.removesuffix(ENDING)] = Tensor(
            _dtype(name, header), header.sides, total, member
        )
    if not tensors:
        raise no_tensors("no arrays of numbers")
    check_names(list(tensors))
    return tensors, tuple(dropped)


def _header(archive: Archive, name: str) -> _Header:
    from numpy.lib import format as npy

    stream = io.BytesIO(next(iter(pieces(archive, name)), b"")[:_MOST_HEADER])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old = npy.read_magic(stream) == (1, 0)
            reader = npy.read_array_header_1_0 if old else npy.read_array_header_2_0
            sides, fortran, dtype = reader(stream)
    except (ValueError, TypeError, SyntaxError, TokenError, MemoryError, RecursionError) as error:
        reason = str(error).partition("\n")[0][:80]
        raise damaged(f"the member {name[:60]} is no array ({reason})") from None
    header = _Header(tuple(int(side) for side in sides), fortran, dtype, stream.tell())
    if header.dtype.hasobject:
        raise Rejected(Kind.GLOBAL, f"the array {name[:60]} asks for a pickle of Python objects")
    _check_size(archive, name, header)
    return header


def _check_size(archive: Archive, name: str, header: _Header) -> None:
    size = archive.members[name].file_size - header.begin
    if min(header.sides, default=0) < 0 or prod(header.sides) * header.dtype.itemsize != size:
        raise damaged(f"the array {name[:60]} has another shape than its {size:,} bytes")


def _dtype(name: str, header: _Header) -> str:
    kinds = {"f": "F", "i": "I", "u": "U"}
    dtype = header.dtype
    found = "BOOL" if dtype.kind == "b" else f"{kinds.get(dtype.kind, '?')}{8 * dtype.itemsize}"
    if found not in BYTES or dtype.shape:
        raise unsupported(f"the array {name[:60]} has elements of type {str(dtype)[:40]}")
    return found
