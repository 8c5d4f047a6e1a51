"""Torch's files whose container lies: zips, old formats, and what is none at all (W30 to W49)."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.weights.hostile.assembler import (
    FLOATS,
    Member,
    archive,
    checkpoint,
    deflated,
    legacy,
    members,
    pickled,
    weight,
)
from tests.weights.hostile.case import Case

GOOD = checkpoint(weight())
HOLDS = {"weight": (1.5, -2.0)}
BOMB = 2**27  # bytes of zeros, that is 32 Mi floats


def changed(which: int, **changes: object) -> bytes:
    """Return a checkpoint of which one member is not as it should be."""
    parts = members(weight())
    parts[which] = replace(parts[which], **changes)  # type: ignore[arg-type]
    return archive(*parts)


def with_member(name: bytes, data: bytes = b"x", **changes: object) -> bytes:
    return archive(*members(weight()), Member(name, data, **changes))  # type: ignore[arg-type]


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def overlapping() -> bytes:
    """Return a zip of which two members share their bytes, as a quoted bomb does."""
    data = bytearray(GOOD)
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def beyond_the_end() -> bytes:
    data = bytearray(GOOD)
    last = data.rindex(b"PK\x01\x02")
    data[last + 42 : last + 46] = struct.pack("<I", len(data) - 20)
    return bytes(data)


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        info = tarfile.TarInfo("../../storages")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"data"))
    return stream.getvalue()


def zip64_lie() -> bytes:
    """Return a zip whose 64-bit record claims another directory than the 32-bit one."""
    end = GOOD.rindex(b"PK\x05\x06")
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 9, 9, 2**40, 2**40)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, end, 1)
    return GOOD[:end] + record + locator + GOOD[end:]


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "W30-bit-flip": (lambda: flipped(GOOD, GOOD.index(FLOATS)), "not as it was written"),
    "W30-bit-flip-in-the-pickle": (lambda: flipped(GOOD, 60), "damaged"),
    "W31-deflated-bomb": (
        lambda: checkpointed_bomb(),
        "compressed, as torch never does",
    ),
    "W31-deflated": (
        lambda: changed(2, data=deflated(FLOATS), method=8, size=8, crc=0),
        "compressed, as torch never does",
    ),
    "W32-two-pickles-of-one-name": (
        lambda: with_member(b"model/data.pkl", weight()),
        "two members model/data.pkl",
    ),
    "W33-up": (lambda: with_member(b"model/../../x"), "leads out of it"),
    "W33-absolute": (lambda: with_member(b"/abs"), "leads out of it"),
    "W33-backslash": (lambda: with_member(b"model/a\\b"), "leads out of it"),
    "W33-drive": (lambda: with_member(b"C:model/b"), "leads out of it"),
    "W33-nul": (lambda: with_member(b"model/a\0b"), "odd name"),
    "W33-escape": (lambda: with_member(b"model/\x1b[2J"), "odd name"),
    "W34-trailing-bytes": (lambda: GOOD + b"\0", "followed by something else"),
    "W34-trailing-bytes-in-a-comment": (
        lambda: archive(*members(weight()), comment=b"grind"),
        "followed by something else",
    ),
    "W34-trailing-bytes-of-a-legacy-file": (
        lambda: legacy(weight()) + b"\0" * 8,
        "its tensors end at byte",
    ),
    "W35-prepended-bytes": (
        lambda: archive(*members(weight()), before=b"#!/bin/sh\n"),
        "no format that is read",
    ),
    "W35-prepended-member": (
        lambda: archive(*members(weight()), before=GOOD),
        "precedes them",
    ),
    "W36-encrypted": (lambda: changed(2, flags=0x1), "encrypted or patched"),
    "W36-patched": (lambda: changed(2, flags=0x20), "encrypted or patched"),
    "W36-strongly-encrypted": (lambda: changed(2, flags=0x40), "encrypted or patched"),
    "W37-two-names": (lambda: changed(2, local_name=b"model/data/9"), "not as it was written"),
    "W38-overlap": (overlapping, "overlap"),
    "W38-behind-the-end": (beyond_the_end, "damaged"),
    "W39-zip64-lie": (zip64_lie, "damaged"),
    "W40-two-ends": (lambda: GOOD + GOOD[GOOD.rindex(b"PK\x05\x06") :], "damaged"),
    "W40-long-comment": (
        lambda: archive(*members(weight()), comment=b"x" * 65_535),
        "followed by something else",
    ),
    "W41-no-storage": (lambda: archive(*members(weight())[:2], *members(b"")[3:]), "damaged"),
    "W42-short-storage": (lambda: checkpoint(weight(), **{"0": b"\0\0\0\0"}), "damaged"),
    "W43-elements-lie": (lambda: checkpoint(weight(elements=10**9)), "damaged|too much"),
    "W43-elements-lie-legacy": (lambda: legacy(weight(elements=10**9)), "damaged|too much"),
    "W43-elements-below-zero": (lambda: checkpoint(weight(elements=-1)), "damaged"),
    "W44-big-endian": (lambda: changed(1, data=b"big"), "little-endian"),
    "W44-no-order": (lambda: changed(1, data=b""), "little-endian"),
    "W44-odd-order": (lambda: changed(1, data=b"x"), "little-endian"),
    "W45-gzip": (lambda: gzip.compress(GOOD, mtime=0), "a gzip archive"),
    "W45-tar": (tarred, "it is a tar"),
    "W46-empty": (lambda: b"", "it is empty"),
    "W46-four-bytes": (lambda: GOOD[:4], "damaged"),
    "W46-half": (lambda: GOOD[: len(GOOD) // 2], "damaged"),
    "W46-one-byte-short": (lambda: GOOD[:-1], "damaged"),
    "W46-legacy-half": (lambda: legacy(weight())[:200], "damaged"),
    "W46-legacy-one-byte-short": (lambda: legacy(weight())[:-1], "damaged"),
    "W47-html": (lambda: b"<!DOCTYPE html><html>404</html>", "an HTML page"),
    "W47-lfs": (lambda: b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS pointer"),
    "W47-xml": (lambda: b'<?xml version="1.0"?><Error>AccessDenied</Error>', "an XML document"),
    "W47-json": (lambda: b'{"error": "not found"}', "it is JSON"),
    "W47-noise": (lambda: bytes(range(256)) * 9, "no format that is read"),
    "W49-zip-of-something-else": (
        lambda: archive(Member(b"readme", b"hello")),
        "a zip of something else",
    ),
    "W49-zip-and-pickle": (lambda: pickled(b"N") + GOOD, "no format that is read"),
    "W49-empty-zip": (lambda: archive(), "no format that is read"),
}


def checkpointed_bomb() -> bytes:
    parts = members(weight(shape=(BOMB // 4,), elements=BOMB // 4))
    parts[2] = Member(b"model/data/0", deflated(bytes(BOMB)), 8, BOMB, 0)
    return archive(*parts)


def without_canary(build: Callable[[], bytes]) -> Callable[[Path], bytes]:
    return lambda canary: build()


CASES = [
    *(Case(which, without_canary(build), reason) for which, (build, reason) in FILES.items()),
    Case("W00-good", lambda _: GOOD, holds=HOLDS),
    Case("W00-good-legacy", lambda _: legacy(weight()), holds=HOLDS),
    Case("W00-good-without-ending", lambda _: GOOD, holds=HOLDS, name="weights"),
    Case(
        "W48-a-safetensors-that-is-torch", lambda _: GOOD, "not what its name", {}, "a.safetensors"
    ),
    Case("W48-an-npz-that-is-torch", lambda _: GOOD, "not what its name says", {}, "a.npz"),
]
