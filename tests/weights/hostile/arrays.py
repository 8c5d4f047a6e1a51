"""NumPy archives that ask for code, lie, or are merely unusual (N01 to N11)."""

from __future__ import annotations

import io
import pickle
import struct
import zlib
from pathlib import Path

from tests.weights.hostile.assembler import Member, archive, deflated
from tests.weights.hostile.case import Case, Values
from tests.weights.hostile.payloads import Reduced

FLOATS = struct.pack("<2f", 1.5, -2.0)
TWO: Values = (1.5, -2.0)


def npy(
    data: bytes = FLOATS,
    descr: str = "'<f4'",
    shape: str = "(2,)",
    fortran: bool = False,
    pad: int = 0,
) -> bytes:
    """Return an array file with whatever header."""
    text = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}{' ' * pad}\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


def one(data: bytes, name: bytes = b"weight.npy") -> bytes:
    return archive(Member(name, data))


def packed(data: bytes) -> Member:
    return Member(b"weight.npy", deflated(data), 8, len(data), zlib.crc32(data))


def bomb() -> bytes:
    elements = 2**25
    return archive(packed(npy(bytes(4 * elements), shape=f"({elements},)")))


def objects(canary: Path) -> bytes:
    return one(npy(pickle.dumps([Reduced(canary, "")]), "'|O'", "(1,)"))


def flipped() -> bytes:
    data = one(npy())
    at = data.index(FLOATS)
    return data[:at] + b"\xff" + data[at + 1 :]


def saved_by_numpy(compressed: bool) -> bytes:
    import numpy

    stream = io.BytesIO()
    save = numpy.savez_compressed if compressed else numpy.savez
    save(stream, weight=numpy.array(TWO, "<f4"), step=numpy.array(7))
    return stream.getvalue()


CODE = "__import__('os').system('touch /tmp/canary')"
REFUSED: dict[str, tuple[bytes, str]] = {
    "N02-bare-pickle": (pickle.dumps({"weight": 1}), "no format that is read"),
    "N03-code-as-type": (one(npy(descr=CODE)), "is no array"),
    "N03-code-as-shape": (one(npy(shape=CODE)), "is no array"),
    "N04-shape-10-to-the-12": (one(npy(shape="(1000000000000,)")), "another shape"),
    "N04-shape-below-zero": (one(npy(shape="(-2,)")), "another shape"),
    "N04-shape-overflows": (one(npy(shape="(4294967296, 4294967296)")), "another shape"),
    "N04-shape-of-truth": (one(npy(shape="(True, 'x')")), "is no array"),
    "N05-bomb": (bomb(), "too much: it would grow"),
    "N06-bit-flip": (flipped(), "not as it was written"),
    "N07-cut": (one(npy())[:-30], "damaged"),
    "N07-short": (one(npy(FLOATS[:-1])), "another shape"),
    "N08-two-members-of-one-name": (
        archive(Member(b"weight.npy", npy()), Member(b"weight.npy", npy())),
        "two members",
    ),
    "N09-up": (one(npy(), b"../../weight.npy"), "leads out of it"),
    "N10-structured": (one(npy(descr="[('a', '<f4')]")), "elements of type"),
    "N10-structured-with-objects": (one(npy(descr="[('a', '|O')]")), "pickle of Python objects"),
    "N10-date": (one(npy(bytes(16), "'<M8[s]'")), "elements of type"),
    "N10-complex": (one(npy(bytes(16), "'<c8'")), "elements of type"),
    "N10-raw": (one(npy(b"ab", "'|V1'")), "elements of type"),
    "N10-long-header": (one(npy(pad=11_000)), "is no array"),
    "N10-deep-header": (one(npy(shape="(" * 5_000)), "is no array"),
    "N11-no-array": (one(b"hello"), "is no array"),
    "N11-empty-member": (one(b""), "is no array"),
    "N11-texts-only": (one(npy("ab".encode("utf-32-le"), "'<U1'")), "no arrays of numbers"),
    "N11-member-of-another-ending": (one(npy(), b"weight.txt"), "a zip of something else"),
}
ACCEPTED: dict[str, tuple[bytes, dict[str, Values]]] = {
    "N00-good": (saved_by_numpy(False), {"weight": TWO, "step": (7,)}),
    "N00-good-compressed": (saved_by_numpy(True), {"weight": TWO, "step": (7,)}),
    "N10-big-endian": (one(npy(struct.pack(">2f", *TWO), "'>f4'")), {"weight": TWO}),
    "N10-fortran": (
        one(npy(struct.pack("<4f", 1, 2, 3, 4), shape="(2, 2)", fortran=True)),
        {"weight": (1, 3, 2, 4)},
    ),
    "N10-text-beside": (
        archive(
            Member(b"weight.npy", npy()),
            Member(b"note.npy", npy("ab".encode("utf-32-le"), "'<U1'")),
        ),
        {"weight": TWO},
    ),
    "N10-slashes-in-the-name": (
        one(npy(), b"Encoder/block_0/weight.npy"),
        {"Encoder/block_0/weight": TWO},
    ),
}


def given(data: bytes) -> object:
    def make(canary: Path) -> bytes:
        return data

    return make


CASES = [
    Case("N01-objects", objects, "pickle of Python objects", name="model.npz"),
    *(Case(which, given(data), why, {}, "model.npz") for which, (data, why) in REFUSED.items()),
    *(Case(which, given(data), "", has, "model.npz") for which, (data, has) in ACCEPTED.items()),
]
