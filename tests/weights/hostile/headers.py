"""Safetensors whose header lies (S01 to S16), and files that are not the hashed one (X)."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from tests.weights.hostile.assembler import FLOATS, legacy, weight
from tests.weights.hostile.case import Case, Values
from tests.weights.hostile.containers import GOOD

TWO: Values = (1.5, -2.0)


def entry(dtype: object = "F32", shape: object = (2,), offsets: object = (0, 8)) -> object:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def written(header: object, data: bytes = FLOATS, before: str = "") -> bytes:
    return raw((before + json.dumps(header)).encode(), data)


def raw(text: bytes, data: bytes = FLOATS, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def twice() -> bytes:
    one = json.dumps({"weight": entry()})
    return raw(f"{one[:-1]}, {one[1:]}".encode())


HEADER = json.dumps({"weight": entry()}).encode()
REFUSED: dict[str, tuple[bytes, str]] = {
    "S01-no-header": (raw(b"", length=0), "no format that is read"),
    "S01-header-of-2-to-the-63": (raw(HEADER, length=2**63), "longer than its"),
    "S01-header-of-a-gigabyte": (raw(HEADER, length=2**30), "longer than its"),
    "S01-header-behind-the-end": (raw(HEADER, length=len(HEADER) + 9), "longer than its"),
    "S01-header-too-long": (
        raw(HEADER + b" " * (17 * 2**20)),
        "too much: its header",
    ),
    "S02-cut": (raw(HEADER)[:-1], "there are 7"),
    "S02-extra-byte": (raw(HEADER) + b"\0", "there are 9"),
    "S03-overlap": (
        written({"a": entry(), "b": entry(offsets=(4, 12))}, FLOATS + bytes(4)),
        "overlap",
    ),
    "S03-same-place": (written({"a": entry(), "b": entry()}), "overlap"),
    "S03-gap": (written({"a": entry(offsets=(4, 12))}, bytes(12)), "overlap, or leave a gap"),
    "S03-backwards": (written({"a": entry(offsets=(8, 0))}), "another shape|overlap"),
    "S03-below-zero": (written({"a": entry(offsets=(-8, 0))}), "no place"),
    "S03-behind-the-end": (written({"a": entry(shape=(4,), offsets=(0, 16))}), "there are 8"),
    "S03-fractions": (written({"a": entry(offsets=(0.0, 8.0))}), "no place"),
    "S04-other-shape": (written({"a": entry(shape=(3,))}), "another shape"),
    "S04-shape-overflows": (written({"a": entry(shape=(2**62, 4))}), "no shape"),
    "S04-shape-below-zero": (written({"a": entry(shape=(-1, -2))}), "no shape"),
    "S04-shape-of-truth": (written({"a": entry(shape=(True, 2))}), "no shape"),
    "S04-shape-is-text": (written({"a": entry(shape="2")}), "no shape"),
    "S05-unknown-type": (written({"a": entry("F31")}), "elements of type F31"),
    "S05-type-is-a-list": (written({"a": entry([])}), "elements of type"),
    "S06-no-json": (raw(b"{nonsense"), "not JSON"),
    "S06-list": (raw(b"[]"), "no format that is read"),
    "S06-entry-is-text": (written({"a": "\x1b[2J"}), "not described"),
    "S06-entry-with-more": (written({"a": {**entry(), "x": 1}}), "not described"),  # type: ignore[dict-item]
    "S06-not-utf-8": (raw(b'{"\xff": 1}'), "not JSON"),
    "S06-deep": (raw(b'{"a":' * 50_000), "not JSON"),
    "S06-not-a-number": (raw(b'{"a": NaN}'), "not JSON"),
    "S07-name-twice": (twice(), "a name comes twice"),
    "S08-leading-blank": (written({"a": entry()}, before=" "), "no format that is read"),
    "S09-metadata-of-another-kind": (
        written({"__metadata__": [1], "weight": entry()}),
        "its __metadata__ is not texts by name",
    ),
    "S09-metadata-of-numbers": (
        written({"__metadata__": {"format": 1}, "weight": entry()}),
        "its __metadata__ is not texts by name",
    ),
    "S10-escapes-in-a-name": (written({"\x1b]0;x\x07": entry()}), "a tensor's name"),
    "S10-bidi-in-a-name": (written({"\u202eweight": entry()}), "a tensor's name"),
    "S10-empty-name": (written({"": entry()}), "a tensor's name"),
    "S11-200-001-tensors": (
        written({str(n): entry(shape=(0,), offsets=(0, 0)) for n in range(200_001)}, b""),
        "200,001 tensors",
    ),
    "S12-no-tensors": (written({}, b""), "no format that is read|holds no state dict"),
    "S12-metadata-only": (written({"__metadata__": {"a": "b"}}, b""), "holds no state dict"),
    "S14-float8": (written({"a": entry("F8_E4M3", (8,))}), "elements of type F8_E4M3"),
    "S14-bits": (written({"a": entry("F4", (16,))}), "elements of type F4"),
    "S16-zip-behind": (raw(HEADER) + GOOD, "and there are"),
}
ACCEPTED: dict[str, tuple[bytes, dict[str, Values]]] = {
    "S00-good": (raw(HEADER), {"weight": TWO}),
    "S00-padded": (raw(HEADER + b"   "), {"weight": TWO}),
    "S09-metadata": (
        written({"__metadata__": {"x": "<script>\x1b[2J"}, "weight": entry()}),
        {"weight": TWO},
    ),
    "S11-no-elements": (
        written({"weight": entry(), "none": entry(shape=(0, 3), offsets=(8, 8))}),
        {"weight": TWO, "none": ()},
    ),
}


def given(data: bytes) -> object:
    def make(canary: Path) -> bytes:
        return data

    return make


def ground() -> bytes:
    """Return a legacy file with free bytes at its end, with which a digest's prefix is ground."""
    return legacy(weight()) + struct.pack("<Q", 12_345)


CASES = [
    *(Case(w, given(data), why, {}, "model.safetensors") for w, (data, why) in REFUSED.items()),
    *(Case(w, given(data), "", has, "model.safetensors") for w, (data, has) in ACCEPTED.items()),
    Case("W48-a-pth-that-is-safetensors", given(raw(HEADER)), "not what its name says"),
    Case("X11-ground-to-a-prefix", given(ground()), "its tensors end at byte"),
]
