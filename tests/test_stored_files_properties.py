"""A file that zoo keeps or is given, and that was spoilt, is refused or is what it says."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.baseline.test_file import HEAD, ITEM
from tests.damage import NOT_JSON, damaged, rewritten, spoiled_json, survives
from zoo import baseline
from zoo.baseline import Entry, apply
from zoo.claims import Digest
from zoo.cli._measuring import _tolerances
from zoo.config import read_config
from zoo.crops import packs
from zoo.errors import Unavailable, UsageError
from zoo.goldens import document
from zoo.goldens.document import Golden
from zoo.run import Run
from zoo.survey.facts import Facts, Identity, from_data, to_data
from zoo.weights.origin import Origin, record, recorded, trusted, written_now
from zoo.weights.pins import Pin, read_pins, to_text

HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NO_WORDS = tuple(word.encode() for word in NOT_JSON)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def written(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
    return path


# zoo.lock

PINS = st.dictionaries(
    TEXT,
    st.builds(
        Pin, TEXT, st.builds(Digest, st.just("sha256"), HEX), st.integers(0, 2**50),
        st.dates(date(2020, 1, 1)).map(date.isoformat),
    ),
    max_size=4,
)  # fmt: skip
LOCK = {
    "schema_version": "1",
    "models": {
        name: {"url": "https://e.org", "sha256": digit * 64, "size": 5, "first_seen": "2026-01-02"}
        for name, digit in (("a", "0"), ("b/c", "1"), ("d~", "f"))
    },
}  # fmt: skip


@given(PINS)
def test_pins_are_read_back_each_with_its_line(folder: Path, pins: dict[str, Pin]) -> None:
    path = written(folder / "zoo.lock", to_text(pins))
    read = read_pins(path)
    assert {name: replace(pin, location=None) for name, pin in read.items()} == pins
    lines = path.read_text(encoding="utf-8").split("\n")
    for pin in read.values():
        assert pin.location is not None
        assert lines[pin.location.line - 1][pin.location.column - 1 :].startswith(pin.digest.hex)


@given(spoiled_json(LOCK))
def test_a_spoiled_lock_file_is_refused_or_read(folder: Path, text: str) -> None:
    pins = survives(lambda: read_pins(written(folder / "zoo.lock", text)), UsageError)
    if pins is not None:
        kept = {name: replace(pin, location=None) for name, pin in pins.items()}
        again = read_pins(written(folder / "zoo.lock", to_text(kept)))
        assert {name: replace(pin, location=None) for name, pin in again.items()} == kept


# The baseline

KNOWN = (
    HEAD + ITEM + ITEM.replace("tiny", "other").replace("100", "'1e5'") + "  expires: 2027-01-31\n"
)
WORDS = ["&a ", "*a", "!!float ", "<<: ", "|", "'", "- ", "[", "{", "NaN", "1e400", "0x1F",
         "9" * 60, "2026-02-30", "1e-999", "- model: x", "\u202e", "# c", ": "]  # fmt: skip


@given(rewritten(st.just(KNOWN), WORDS, most=5))
def test_a_rewritten_baseline_is_refused_or_can_be_applied_and_written(text: str) -> None:
    entries = survives(lambda: baseline.parse(text, "baseline.yml"), UsageError)
    if entries is None:
        return
    run = Run("1", "2026-01-02T03:04:05Z", {}, (), ())
    apply(run, entries, date(2026, 1, 2), complete=True)
    again = baseline.parse(baseline.to_text(entries), "baseline.yml")
    assert list(map(unplaced, again)) == list(map(unplaced, entries))


def unplaced(entry: Entry) -> Entry:
    return replace(entry, location=None)


@given(damaged(st.just(KNOWN.encode())))
def test_a_damaged_baseline_is_refused_or_read(folder: Path, data: bytes) -> None:
    survives(lambda: baseline.read(written(folder / "baseline.yml", data)), UsageError)


# Goldens

GOLDEN = Golden(
    "tiny", "2026-01-02T03:04:05Z", "timm 1.0", {"torch": "2"}, "ab" * 32, "octaves-1",
    (2, 3, 8, 8), "cd" * 32, "fp32", ((0.5, -1e-9, 3.4e37), (1.0, 2.0, 0.0)),
)  # fmt: skip


@given(spoiled_json(json.loads(document.to_json(GOLDEN))))
def test_a_spoiled_golden_is_refused_or_read_back(folder: Path, text: str) -> None:
    golden = survives(lambda: document.read(written(folder / "g.json", text)), Unavailable)
    if golden is not None:
        again = document.read(written(folder / "g.json", document.to_json(golden)))
        assert again == replace(golden, logits=again.logits)
        for row, other in zip(golden.logits, again.logits, strict=True):
            assert all(abs(a - b) <= 1e-8 * abs(a) for a, b in zip(row, other, strict=True))


# The settings

SETTINGS = """index = "model-index"
trust-python = false
jobs = 4
precision = "bf16"
[datasets]
"ImageNet" = "/data"
[tolerances.top-1]
absolute = 0.1
relative = 0
"""
TOML = ["nan", "inf", "-1", "1979-05-27", "[[", "]", "[" * 2000, "{}", "[tool.zoo]", '"', "'''",
        "=", "9" * 5000, "0x", "top-1.x = 1", "\\u0000", "{a = " * 500, "true",
        "a.b.c = 1"]  # fmt: skip


@given(rewritten(st.just(SETTINGS), TOML), st.booleans())
@example("tolerances.top-1.absolute = nan", False)
@example("a = " + "[" * 5000, False)
def test_settings_that_are_spoilt_are_refused_or_hold(
    tmp_path_factory: pytest.TempPathFactory, text: str, own: bool
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    name = "zoo.toml" if own else "pyproject.toml"
    written(folder / name, text if own else f"[tool.zoo]\n{text.replace('[', '[tool.zoo.')}")
    settings = survives(lambda: read_config(folder), UsageError)
    policy = survives(lambda: _tolerances((settings or {}).get("tolerances", {})), UsageError)
    for tolerance in (policy or {}).values():
        assert tolerance.absolute >= 0
        assert tolerance.relative >= 0


# What is kept in the cache

ORIGIN = Origin("https://e.org/a.pth", '"tag"', 100, "boot", 50, "ab" * 32, 1)


@given(
    spoiled_json(asdict(ORIGIN)) | damaged(st.just(json.dumps(asdict(ORIGIN)).encode()), NO_WORDS)
)
@example('{"flushed": 1e999, "url": "https://e.org/a.pth", "etag": "x", "length": null}')
@example("[" * 100_000)
def test_a_spoiled_record_of_a_partial_file_is_trusted_for_no_byte_too_many(
    tmp_path_factory: pytest.TempPathFactory, data: bytes | str
) -> None:
    folder = tmp_path_factory.mktemp("partial")
    written(folder / "data", b"x" * 70)
    written(folder / "record", data)
    origin, size = trusted(folder, ORIGIN.url)
    assert size <= 70
    assert origin is None or origin.url == ORIGIN.url
    assert len(recorded(folder)) <= 1
    assert written_now(folder) in {True, False}


@given(
    st.builds(replace, st.just(ORIGIN), flushed=st.integers(0, 70), length=st.none() | st.just(70))
)
def test_a_record_of_a_partial_file_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, origin: Origin
) -> None:
    folder = tmp_path_factory.mktemp("partial")
    written(folder / "data", b"x" * 70)
    record(folder, origin)
    assert trusted(folder, origin.url) == (origin, origin.flushed)
    assert recorded(folder) == (origin.url,)


FACTS = Facts(
    Identity("resnet18", "timm"), 11_689_512, {(1, 3, 224, 224): {"macs": 1_814_073_344}}, {}
)


@given(spoiled_json(to_data(FACTS)))
def test_spoiled_facts_are_refused_or_kept_again_as_they_are(text: str) -> None:
    errors = (LookupError, TypeError, ValueError, AttributeError, RecursionError)  # all are caught
    facts = survives(lambda: from_data(json.loads(text)), *errors)
    if facts is not None:
        assert from_data(json.loads(json.dumps(to_data(facts)))) == facts


PACK = {
    "__metadata__": {"digests": json.dumps({"00": "x", "ff": "y"}), "geometry": "x to 4"},
    "00": {"dtype": "U8", "shape": [4, 4, 3], "data_offsets": [0, 48]},
    "ff": {"dtype": "U8", "shape": [4, 4, 3], "data_offsets": [48, 96]},
}


@given(spoiled_json(PACK), st.integers(0, 2**63) | st.just(0))
def test_a_spoiled_pack_of_crops_gives_none_from_outside_of_it(
    tmp_path_factory: pytest.TempPathFactory, text: str, length: int
) -> None:
    header = text.encode("utf-8", "surrogatepass")
    head = (length or len(header)).to_bytes(8, "little")
    path = tmp_path_factory.mktemp("pack") / "a.safetensors"
    written(path, head + header + b"x" * 96)
    assert packs.is_sound(path) in {True, False}
    assert packs.described(packs.Pack(path, 0, 0.0))
    room = memoryview(bytearray(48))
    for span in packs._spans(path, 48).values():
        assert span.read(room) in {True, False}
