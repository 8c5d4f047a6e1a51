"""Datasets and predictions that were spoilt: each picture is there once, or a fault is named."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.damage import BYTES, damaged, replanted, rewritten, spoiled_json, survives
from zoo.datasets import inspect_dataset
from zoo.datasets._imagenet import wnids
from zoo.datasets._real import label_sets
from zoo.datasets._tar import BLOCK
from zoo.datasets._truth import DEVKIT, KAGGLE, MAP, SYNSETS, truth_near
from zoo.errors import Unavailable
from zoo.pictures import Dataset
from zoo.predictions import Prediction, Predictions, table

LINES = [
    "0",
    "-1",
    "999999",
    "9" * 30,
    "٣",
    "²",
    "1.0",
    "../a.jpg",
    "/etc/passwd",
    '"',
    '""',
    ",",
    "\0",
    "\ud7ff",
    "package://zoo/x",
    "package:",
    "path",
    "class",
    "\r",
    "\u2028",
    "é",
    "x" * 200_000,
    ";",
    "\t",
    "a.jpg,1",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("datasets")


def check(dataset: Dataset | None) -> None:
    """Fail where a picture is there twice, or has a class that is none."""
    for picture in dataset.pictures if dataset else ():
        assert 0 <= picture.label < 10**6
        survives(picture.read, OSError, ValueError)
    if dataset and not dataset.faults:
        assert len({picture.id for picture in dataset.pictures}) == len(dataset.pictures)
    for fault in dataset.faults if dataset else ():
        assert fault.message.encode("utf-8")


# A CSV

ROWS = st.dictionaries(
    st.sampled_from(["a.jpg", "b c.jpg", "é.jpg", 'q"uote.jpg', "com,ma.jpg"]),
    st.integers(0, 999),
    min_size=1,
)


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]), st.booleans())
def test_a_manifest_is_read_as_it_was_written(
    folder: Path, rows: dict[str, int], end: str, mark: str, swapped: bool
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator=end)
    order = (lambda pair: pair[::-1]) if swapped else tuple
    writer.writerows(order(pair) for pair in [("path", "class"), *rows.items()])
    for name in rows:
        (folder / name).write_bytes(b"x")
    path = folder / "a.csv"
    path.write_bytes((mark + stream.getvalue()).encode())
    found = inspect_dataset(path)
    assert {picture.id: picture.label for picture in found.pictures} == rows


MANIFEST = 'path,class\na.jpg,1\n"b c.jpg",2\né.jpg,3\n'


@given(rewritten(st.just(MANIFEST), LINES).map(str.encode) | damaged(st.just(MANIFEST.encode())))
def test_a_manifest_that_is_spoilt_is_read_or_refused(folder: Path, data: bytes) -> None:
    for name in ("a.jpg", "b c.jpg", "é.jpg"):
        (folder / name).write_bytes(b"x")
    (folder / "spoilt.csv").write_bytes(data)
    check(survives(lambda: inspect_dataset(folder / "spoilt.csv"), Unavailable))


# WebDataset

CLS = st.sampled_from(
    [b"3", b"999", b" 7\n", b"", b"-1", b"1.0", b"\xd9\xa3", b"9" * 7, b"x", b"\xff", b"0" * 40]
)
JSON = (
    st.just({"label": 3, "other": [1, {"label": 2}]})
    .flatmap(lambda value: st.just(json.dumps(value)) | spoiled_json(value))
    .map(lambda text: text.encode("utf-8", "surrogatepass"))
)
MEMBERS = st.dictionaries(
    st.sampled_from(["a", "b", "dir/c", "d.e", "é"]),
    st.fixed_dictionaries(
        {},
        optional={
            "jpg": st.just(b"x"),
            "png": st.just(b"y"),
            "cls": CLS,
            "JSON": JSON,
            "txt": st.just(b"z"),
            "": st.just(b""),
        },
    ),
    max_size=4,
)


def tar(members: dict[str, dict[str, bytes]], form: int) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for key, parts in members.items():
            for extension, content in parts.items():
                info = tarfile.TarInfo(f"{key}.{extension}")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


FORMS = st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])


@given(MEMBERS, FORMS)
def test_a_sample_of_an_archive_is_a_picture_with_a_class_or_a_fault(
    folder: Path, members: dict[str, dict[str, bytes]], form: int
) -> None:
    path = folder / "whole.tar"
    path.write_bytes(tar(members, form))
    found = survives(lambda: inspect_dataset(path), Unavailable)
    check(found)
    if found is not None:
        assert len(found.pictures) + len(found.faults) >= sum(map(bool, members.values()))


@given(MEMBERS, FORMS, st.data())
def test_an_archive_whose_headers_are_made_to_lie_is_read_or_refused(
    folder: Path, members: dict[str, dict[str, bytes]], form: int, data: st.DataObject
) -> None:
    content = bytearray(
        data.draw(damaged(st.just(tar(members, form)), [*BYTES, b"L", b"x", b"\x80"]))
    )
    for start in range(0, len(content) - BLOCK, BLOCK):
        if content[start + 257 : start + 262] == b"ustar":  # with a sum that is right
            content[start + 148 : start + 156] = b" " * 8
            total = sum(content[start : start + BLOCK])
            content[start + 148 : start + 156] = b"%06o\0 " % (total % 8**6)
    (folder / "lies.tar").write_bytes(content)
    check(survives(lambda: inspect_dataset(folder / "lies.tar"), Unavailable))


# Lists of labels


@cache
def lists() -> dict[str, str]:
    """Return a list of each kind for all pictures."""
    names = list(wnids())
    picture = [f"ILSVRC2012_val_{number:08}" for number in range(1, 50_001)]
    return {
        SYNSETS: "".join(f"{names[n % 1000]}\n" for n in range(50_000)),
        KAGGLE: "ImageId,PredictionString\n"
        + "".join(f"{name},{names[n % 1000]} 1 2 3 4\n" for n, name in enumerate(picture)),
        DEVKIT: "".join(f"{n % 1000 + 1}\n" for n in range(50_000)),
    }


@settings(max_examples=settings.default.max_examples // 4)
@given(st.sampled_from([SYNSETS, KAGGLE, DEVKIT]), st.data())
def test_a_list_of_labels_that_is_spoilt_is_refused_or_has_a_class_for_each(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("truth")
    content = data.draw(
        damaged(st.just(lists()[name].encode()), [s.encode("utf-8", "replace") for s in LINES])
    )
    (folder / name).write_bytes(content)
    codes = "".join(f"{wnid} {n} name\n" for n, wnid in enumerate(wnids(), 1))
    map_ = data.draw(st.just(codes) | rewritten(st.just(codes), LINES)) if name == DEVKIT else codes
    (folder / MAP).write_bytes(map_.encode("utf-8", "replace"))
    found = survives(lambda: truth_near(folder), Unavailable)
    assert found is None or (len(found[0]) == 50_000 and set(found[0]) <= set(range(1000)))


@settings(max_examples=settings.default.max_examples // 4)
@given(st.data())
def test_sets_of_right_labels_that_are_spoilt_are_refused_or_hold_classes(
    folder: Path, data: st.DataObject
) -> None:
    whole: list[list[int]] = [[n % 1000] for n in range(50_000)]
    few = data.draw(replanted([[1], [2, 3], []]))
    value = few + whole[len(few) :] if isinstance(few, list) else few
    text = data.draw(st.just(json.dumps(value)) | spoiled_json([[1], []]))
    path = folder / "real.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    sets = survives(lambda: label_sets(path), Unavailable)
    for each in sets or ():
        assert all(0 <= label < 1000 for label in each)


# Predictions

PREDICTIONS = [
    Prediction(f"{name}.jpg", digit * 64, label, (label, 1 + label), accepted, 0.5)
    for name, digit, label, accepted in (("a", "0", 3, None), ("é", "f", 5, frozenset({5, 6})))
]


@given(damaged(st.just(table.to_bytes(PREDICTIONS, {"weights": "ab"}))))
def test_predictions_that_are_damaged_are_refused_or_predictions(data: bytes) -> None:
    found = survives(lambda: table.read(data), ValueError, OSError)
    if found is not None:
        assert table.read(table.to_bytes(found.items, found.said)) == found


@given(st.permutations(PREDICTIONS))
def test_the_order_of_predictions_moves_no_digest(items: Sequence[Prediction]) -> None:
    one, other = (Predictions(tuple(each), "l", "", "m") for each in (items, PREDICTIONS))
    assert (one.fingerprint, one.ids, one.outcome) == (other.fingerprint, other.ids, other.outcome)
    assert [one.correct(k) for k in (1, 5)] == [other.correct(k) for k in (1, 5)]
