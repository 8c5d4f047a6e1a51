"""Drawn pictures, and the same six of them in every layout."""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from zoo.datasets import _imagenet
from zoo.datasets._truth import SYNSETS

Draw = Callable[..., bytes]
Names = list[tuple[int, int]]


@pytest.fixture(scope="session")
def draw() -> Draw:
    """Draw a picture of noise that a seed decides, as the bytes of a file."""

    def drawn(seed: int, form: str = "JPEG", mode: str = "RGB", side: int = 24) -> bytes:
        noise = np.random.default_rng(seed).integers(0, 256, (side, side + 8, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(noise).convert(mode).save(stream, format=form)
        return stream.getvalue()

    return drawn


@pytest.fixture(scope="session")
def numbered() -> Names:
    """The numbers and classes of six validation pictures, the classes as the truth below says."""
    return [(number, truth(number)) for number in (1, 2, 3, 500, 501, 50_000)]


def truth(number: int) -> int:
    return number * 7 % 1000


@pytest.fixture(scope="session")
def synsets() -> str:
    """The list of the classes of all validation pictures, by WordNet id."""
    wnids = list(_imagenet.wnids())
    return "".join(f"{wnids[truth(number)]}\n" for number in range(1, 50_001))


def name(number: int) -> str:
    return f"ILSVRC2012_val_{number:08d}.JPEG"


@pytest.fixture
def tar() -> Callable[..., Path]:
    """Write a tar archive of members that are given as bytes, or as headers of another type."""

    def write(
        path: Path,
        members: Iterable[tuple[str, bytes | tarfile.TarInfo]],
        form: int = tarfile.PAX_FORMAT,
    ) -> Path:
        with tarfile.open(path, "w", format=form) as archive:
            for member, content in members:
                if isinstance(content, tarfile.TarInfo):
                    archive.addfile(content)
                    continue
                info = tarfile.TarInfo(member)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return path

    return write


@pytest.fixture
def parquet(draw: Draw) -> Callable[..., Path]:
    """Write a Parquet file as Hugging Face does; rows of (path, label), pictures drawn by row."""

    def write(
        path: Path,
        rows: list[tuple[str | None, int]],
        pictures: list[bytes | None] | None = None,
        metadata: Mapping[bytes, bytes] | None = None,
    ) -> Path:
        data = pictures if pictures is not None else [draw(row) for row in range(len(rows))]
        images = [{"bytes": b, "path": p} for b, (p, _) in zip(data, rows, strict=True)]
        kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        table = pa.table(
            {"image": pa.array(images, kind), "label": pa.array([r[1] for r in rows], pa.int64())}
        )
        pq.write_table(table.replace_schema_metadata(metadata), path, row_group_size=2)
        return path

    return write


@pytest.fixture
def layouts(
    tmp_path: Path, draw: Draw, numbered: Names, synsets: str, tar, parquet
) -> dict[str, Path]:
    """The same six pictures in each layout, by the layout's name."""
    made = {layout: tmp_path / layout for layout in
            ("imagenet-folder", "imagenet-flat", "imagenet-tar", "index-folder", "manifest",
             "parquet", "webdataset")}  # fmt: skip
    for folder in made.values():
        folder.mkdir()
    wnids = list(_imagenet.wnids())
    pictures = [(name(number), label, draw(number)) for number, label in numbered]
    for file, label, data in pictures:
        for place in (
            made["imagenet-folder"] / wnids[label],
            made["imagenet-flat"],
            made["index-folder"] / str(label),
            made["manifest"],
        ):
            place.mkdir(exist_ok=True)
            (place / file).write_bytes(data)
    (made["imagenet-flat"] / SYNSETS).write_text(synsets)
    (made["imagenet-tar"] / SYNSETS).write_text(synsets)
    tar(made["imagenet-tar"] / "ILSVRC2012_img_val.tar", [(f, data) for f, _, data in pictures])
    table = made["manifest"] / "pictures.csv"
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows([("path", "class"), *((f, label) for f, label, _ in pictures)])
    made["manifest"] = table
    for shard, part in enumerate((pictures[:4], pictures[4:])):
        stem = f"validation-{shard:05d}-of-00002"
        rows = [(f, label) for f, label, _ in part]
        parquet(made["parquet"] / f"{stem}.parquet", rows, [data for *_, data in part])
        samples = [(f.partition(".")[0], label, data) for f, label, data in part]
        tar(
            made["webdataset"] / f"{stem}.tar",
            [
                (f"{key}.{kind}", content)
                for key, label, data in samples
                for kind, content in (("cls", f"{label}\n".encode()), ("jpg", data))
            ],
        )
    return made
