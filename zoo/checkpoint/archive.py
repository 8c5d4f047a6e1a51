"""Checks a zip before anything reads it: each member once, within bounds, and as its CRC says.

torch reads the members of a zip without a look at their CRC, takes the last of two members of one
name, and inflates without limit.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from zoo.checkpoint.rejected import damaged, too_much, unsupported

MOST_MEMBERS = 200_000
INFLATED = 16  # a compressed file may grow to this many times its size
SPARE = 2**20  # bytes
_LOCAL = 30  # bytes of a local header without its name
_END = 22  # bytes of the record at the end
_PLAIN_FLAGS = 0x8 | 0x800  # sizes follow the data; the name is UTF-8
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip that was found in order, and its members by name."""

    zip: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]


def open_archive(stream: BinaryIO, size: int) -> Archive:
    """Return the members of a zip; none is read yet.

    Args:
        size: of the whole file, in bytes.

    Raises:
        Rejected: the zip contradicts itself, or has what no checkpoint has.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise damaged(f"no zip that can be read ({_first(error)})") from None
    _check_end(stream, size)
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise too_much(f"its zip has {len(infos):,} members, more than {MOST_MEMBERS:,}")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        _check_member(info)
        if info.filename in members:
            raise damaged(f"its zip has two members {info.filename}")
        members[info.filename] = info
    _check_overlap(infos, size)
    return Archive(archive, members)


def _check_end(stream: BinaryIO, size: int) -> None:
    """Require that the file ends with the zip, so that all readers find the same directory."""
    stream.seek(max(0, size - _END))
    end = stream.read(_END)
    if not end.startswith(b"PK\x05\x06") or end[20:22] != b"\0\0":
        raise damaged("its zip is followed by something else")


def _check_member(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if name != info.orig_filename or not name.isascii() or not name.isprintable():
        raise damaged(f"its zip has a member with an odd name: {ascii(info.orig_filename)[:60]}")
    if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
        raise damaged(f"its zip has a member that leads out of it: {name[:60]}")
    if info.flag_bits & ~_PLAIN_FLAGS:
        raise unsupported(f"the member {name[:60]} of its zip is encrypted or patched")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise unsupported(f"the member {name[:60]} of its zip is compressed in a rare way")
    if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
        raise damaged(f"the member {name[:60]} of its zip has two sizes")


def _check_overlap(infos: list[zipfile.ZipInfo], size: int) -> None:
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end or (end == 0 and info.header_offset):
            raise damaged("members of its zip overlap, or something precedes them")
        end = info.header_offset + _LOCAL + len(info.filename) + info.compress_size
    if end > size:
        raise damaged("a member of its zip ends behind the file")


def check_stored(archive: Archive) -> None:
    """Raise Rejected where a member is compressed: torch never does that."""
    for name, info in archive.members.items():
        if info.compress_type != zipfile.ZIP_STORED:
            raise unsupported(f"the member {name[:60]} is compressed, as torch never does")


def check_inflated(archive: Archive, size: int) -> None:
    """Raise Rejected where the members would grow to too many times the size of the file."""
    total = sum(info.file_size for info in archive.members.values())
    if total > INFLATED * size + SPARE:
        raise too_much(f"it would grow from {size:,} to {total:,} bytes")


def check_sums(archive: Archive) -> None:
    """Read every member to its end, which compares its CRC and its length.

    Raises:
        Rejected: one is not what the zip says.
    """
    for name in archive.members:
        for _ in pieces(archive, name):
            pass


def pieces(archive: Archive, name: str) -> Iterator[bytes]:
    """Yield a member's bytes; its CRC is compared at the end.

    Raises:
        Rejected: the member is not what the zip says.
    """
    try:
        with archive.zip.open(archive.members[name]) as member:
            while piece := member.read(_CHUNK):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise damaged(
            f"the member {name[:60]} of its zip is not as it was written ({_first(error)})"
        ) from None


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0][:80] or type(error).__name__
