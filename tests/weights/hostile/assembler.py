"""Writes pickles opcode by opcode, and zips with every field at will."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

PROTO, STOP, MARK, REDUCE, TUPLE, PERSID, POP = b"\x80\x02", b".", b"(", b"R", b"t", b"Q", b"0"
MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


def text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def name(path: str) -> bytes:
    module, _, attribute = path.rpartition(".")
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def many(*items: bytes) -> bytes:
    """Return a tuple."""
    return MARK + b"".join(items) + TUPLE


def call(path: str, *arguments: bytes) -> bytes:
    return name(path) + many(*arguments) + REDUCE


def mapping(**items: bytes) -> bytes:
    return b"}" + MARK + b"".join(text(key) + value for key, value in items.items()) + b"u"


def storage(kind: str, key: str, elements: int) -> bytes:
    parts = (text("storage"), name(kind), text(key), text("cpu"), number(elements))
    return many(*parts) + PERSID


def tensor(
    shape: tuple[int, ...] = (2,),
    stride: tuple[int, ...] = (1,),
    offset: int = 0,
    elements: int = 2,
    kind: str = "torch.FloatStorage",
    key: str = "0",
) -> bytes:
    """Return a tensor on a storage of so many elements."""
    sides, steps = (many(*map(number, each)) for each in (shape, stride))
    return call(
        "torch._utils._rebuild_tensor_v2",
        storage(kind, key, elements),
        number(offset),
        sides,
        steps,
        b"\x89",
        call("collections.OrderedDict"),
    )


def pickled(content: bytes) -> bytes:
    return PROTO + content + STOP


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a zip: what its two headers say, and its bytes as they lie there."""

    name: bytes
    data: bytes
    method: int = 0
    size: int | None = None
    crc: int | None = None
    flags: int = 0
    local_name: bytes | None = None


def archive(*members: Member, comment: bytes = b"", before: bytes = b"") -> bytes:
    """Return a zip of the members in their order."""
    body, directory = before, b""
    for member in members:
        size = len(member.data) if member.size is None else member.size
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        sums = struct.pack("<III", crc, len(member.data), size)
        common = struct.pack("<HHHHH", 20, member.flags, member.method, 0, 33) + sums
        local = member.name if member.local_name is None else member.local_name
        head = struct.pack("<HHHHHII", len(member.name), 0, 0, 0, 0, 0, len(body))
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common + head + member.name
        body += b"PK\x03\x04" + common + struct.pack("<HH", len(local), 0) + local + member.data
    counts = struct.pack("<HHHH", 0, 0, len(members), len(members))
    end = struct.pack("<IIH", len(directory), len(body), len(comment)) + comment
    return body + directory + b"PK\x05\x06" + counts + end


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


FLOATS = struct.pack("<2f", 1.5, -2.0)


def members(content: bytes, **storages: bytes) -> list[Member]:
    """Return the members of a checkpoint as torch writes them."""
    data = storages or {"0": FLOATS}
    return [
        Member(b"model/data.pkl", content),
        Member(b"model/byteorder", b"little"),
        *(Member(b"model/data/" + key.encode(), each) for key, each in data.items()),
        Member(b"model/version", b"3\n"),
    ]


def checkpoint(content: bytes, **storages: bytes) -> bytes:
    """Return a checkpoint as torch writes it since 1.6."""
    return archive(*members(content, **storages))


def weight(**changes: object) -> bytes:
    """Return the pickle of a state dict with one tensor."""
    return pickled(mapping(weight=tensor(**changes)))  # type: ignore[arg-type]


def legacy(content: bytes, keys: tuple[str, ...] = ("0",), storages: bytes | None = None) -> bytes:
    """Return a checkpoint as torch wrote it before 1.6, where a storage may be a view."""
    content = content.replace(TUPLE + PERSID, b"N" + TUPLE + PERSID)
    if storages is None:
        storages = struct.pack("<q", 2) + FLOATS
    machine = mapping(protocol_version=number(PROTOCOL), little_endian=b"\x88")
    listed = b"]" + MARK + b"".join(map(text, keys)) + b"e"
    heads = (number(MAGIC), number(PROTOCOL), machine)
    return b"".join(map(pickled, heads)) + content + pickled(listed) + storages
