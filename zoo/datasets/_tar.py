"""Reads the index of a tar archive: names, offsets and sizes, in one pass over the headers.

Nothing is ever extracted: a name is only an id, and the bytes are read where they lie. The format
is POSIX.1-1988 ustar with the extended headers of POSIX.1-2001 (pax) and GNU's long names; links,
devices and sparse files are no members of a dataset.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from zoo.datasets._files import is_clutter, shown
from zoo.errors import Unavailable
from zoo.pictures import Fault

BLOCK = 512
_MOST_EXTENDED = 1 << 20  # bytes of an extended header; a path has at most 4,096
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz", b"\x28\xb5": "zstd"}


@dataclass(frozen=True, slots=True)
class Span:
    """Some bytes of a file, as ``name`` says; offset and size in bytes."""

    path: Path
    name: str
    offset: int
    size: int

    @property
    def where(self) -> str:
        """The archive and the member."""
        return f"{self.path}: {self.name}"

    def read(self) -> bytes:
        """Return the bytes; raise OSError where the file has become shorter."""
        with self.path.open("rb") as stream:
            stream.seek(self.offset)
            data = stream.read(self.size)
        if len(data) != self.size:
            raise OSError(f"only {len(data):,} of {self.size:,} bytes are there")
        return data


@dataclass(frozen=True, slots=True)
class Archive:
    """The files of a tar archive in their order, what was passed over, and what is wrong."""

    members: tuple[Span, ...]
    clutter: tuple[str, ...]
    faults: tuple[Fault, ...]


def index(path: Path) -> Archive:
    """Return the index of a tar archive.

    Raises:
        Unavailable: it is no tar archive, or cut off, or damaged.
    """
    members: dict[str, Span] = {}
    clutter: list[str] = []
    faults: list[Fault] = []
    for kind, span in entries(path):
        name = span.name
        if wrong := _wrong(kind, name):
            faults.append(Fault("malformed", f"{shown(span.where)} {wrong}"))
        elif is_clutter(name.rpartition("/")[2]):
            clutter.append(name)
        elif kind in b"05\x007" and name in members:
            faults.append(Fault("duplicate", f"{span.where} is there twice"))
        elif kind != b"5":
            members[name] = span
    return Archive(tuple(members.values()), tuple(clutter), tuple(faults))


def entries(path: Path) -> Iterator[tuple[bytes, Span]]:
    """Yield the type and the place of each member, in the archive's order.

    Raises:
        Unavailable: it is no tar archive, or cut off, or damaged.
    """
    try:
        with path.open("rb") as stream:
            yield from _entries(path, stream)
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror or error}") from None


def _entries(path: Path, stream: BinaryIO) -> Iterator[tuple[bytes, Span]]:
    end = os.fstat(stream.fileno()).st_size
    extended: dict[str, str] = {}
    while (header := stream.read(BLOCK)) != bytes(BLOCK):
        at = stream.tell() - len(header)
        kind, name, size = _header(path, header, min(at, end))
        if kind not in b"LxgK":
            size, name = _size(extended, size), extended.get("path", name)
        if size < 0 or at + BLOCK + size > end:
            raise Unavailable(
                f"{path} is cut off or damaged at byte {at:,}: {shown(name)}", "fetch it again"
            )
        if kind in b"LxgK":
            extended = _extended(path, kind, stream, size, extended)
        else:
            extended = {}
            yield kind, Span(path, name.removeprefix("./"), at + BLOCK, size)
        stream.seek(at + BLOCK + -(-size // BLOCK) * BLOCK)


def _header(path: Path, header: bytes, at: int) -> tuple[bytes, str, int]:
    """Return the type, the name and the size in bytes of a header block."""
    if at == 0 and (packed := _COMPRESSED.get(header[:2])):
        raise Unavailable(
            f"{path} is compressed by {packed}: its pictures cannot be read one by one",
            "decompress the archive; it need not be unpacked",
        )
    if len(header) < BLOCK:
        raise Unavailable(f"{path} is cut off at byte {at:,}: it has no end mark", "fetch it again")
    try:
        kept = int(header[148:156].strip(b" \0") or b"0", 8)
        if kept != sum(header[:148]) + 8 * ord(" ") + sum(header[156:]):
            raise ValueError
        name, size = _text(header[:100]), _number(header[124:136])
        prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    except ValueError:
        raise Unavailable(f"{path} has no tar header at byte {at:,}", "fetch it again") from None
    return header[156:157], f"{prefix}/{name}" if prefix else name, size


def _number(field: bytes) -> int:
    """Return a number that is written in octal digits, or by GNU in base 256."""
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    return int(field.strip(b" \0") or b"0", 8)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _size(extended: dict[str, str], size: int) -> int:
    text = extended.get("size", str(size))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1


def _extended(
    path: Path, kind: bytes, stream: BinaryIO, size: int, before: dict[str, str]
) -> dict[str, str]:
    """Return what holds for the next member: its ``path`` and ``size``, as far as they are said."""
    if size > _MOST_EXTENDED:
        raise Unavailable(f"{path} has an extended header of {size:,} bytes", "fetch it again")
    data = stream.read(size)
    if kind == b"L":
        return {**before, "path": _text(data)}
    return {**before, **_records(path, data)} if kind == b"x" else before


def _records(path: Path, data: bytes) -> dict[str, str]:
    """Return the records ``<length> <key>=<value>\\n`` of a pax header."""
    found: dict[str, str] = {}
    while data:
        length, blank, _ = data.partition(b" ")
        if not (blank and length.isdigit() and len(length) + 2 < int(length[:9]) <= len(data)):
            raise Unavailable(f"{path} has a damaged extended header", "fetch it again")
        record, data = data[len(length) + 1 : int(length) - 1], data[int(length) :]
        key, _, value = record.partition(b"=")
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
    return found


def _wrong(kind: bytes, name: str) -> str:
    """Return why a member cannot belong to a dataset, or an empty text."""
    if kind not in b"05\x007":
        return "is a link or a device, and no file"
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        return "has a name that leads out of the archive"
    if not name.isprintable():
        return "has a name with control characters, or one that is not UTF-8"
    return "" if name or kind == b"5" else "has no name"
