"""All hostile files, and a few of every group for the quick run."""

from __future__ import annotations

from tests.weights.hostile import arrays, containers, contents, headers, payloads

CASES = [
    *payloads.CASES,
    *containers.CASES,
    *contents.CASES,
    *headers.CASES,
    *arrays.CASES,
]
QUICK = {
    "W01-os.system",
    "W01-sqlite3.connect",
    "W02-legacy",
    "W00-good",
    "W30-bit-flip",
    "W32-two-pickles-of-one-name",
    "W42-short-storage",
    "W50-stride-out-of-bounds",
    "W51-stride-0",
    "W56-quantised",
    "S03-overlap",
    "S07-name-twice",
    "N01-objects",
    "N05-bomb",
    "X11-ground-to-a-prefix",
}
