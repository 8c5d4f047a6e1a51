"""Parquet files with the columns ``image`` and ``label``, as Hugging Face publishes datasets.

``image`` is a struct with ``bytes`` and ``path``, or the bytes themselves; ``label`` is a class
index. Where the file names its classes by WordNet id, these decide, and not their order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from zoo.datasets._files import shortened
from zoo.datasets._imagenet import wnid_of, wnids
from zoo.datasets._shards import shards
from zoo.errors import Unavailable, reason
from zoo.pictures import Dataset, Fault, Picture

SUFFIX = ".parquet"
_BELOW = ("data", "validation")


@dataclass(frozen=True, slots=True)
class Row:
    """The picture in one row of a Parquet file; groups and rows within them count from 0."""

    path: Path
    group: int
    row: int
    name: str

    @property
    def where(self) -> str:
        """The file and the row."""
        return f"{self.path}: row {self.row} of group {self.group} ({self.name})"

    def read(self) -> bytes:
        """Return the bytes; raise OSError or ValueError where they are not there.

        A group is decoded as a whole, and the last ones are kept.
        """
        stat = self.path.stat()
        try:
            group = _group(self.path, self.group, stat.st_mtime_ns, stat.st_size)
            data = group[self.row].as_py()
        except Exception as error:  # a damaged file ends in errors of many types
            raise ValueError(reason(error)) from None
        if isinstance(data, dict):
            data = data.get("bytes")
        if not isinstance(data, bytes):
            raise ValueError("the row holds no bytes")
        return data


@lru_cache(maxsize=2)
def _group(path: Path, group: int, changed_ns: int, size: int) -> Any:
    """Return the column of pictures of a group; when it changed and its size are for the cache."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read_row_group(group, columns=["image"]).column("image").combine_chunks()


class Parquet:
    """The layout ``parquet``; one file, or the folder of a set of them, or the folder above."""

    def recognises(self, path: Path) -> bool:
        """Return whether it is a Parquet file, or a folder that holds one."""
        if path.is_file():
            return path.suffix.lower() == SUFFIX
        return _folder(path) is not None

    def open(self, path: Path) -> Dataset:
        """Return the pictures in the order of the files and their rows."""
        found = shards(_folder(path) or path, SUFFIX)
        pictures: list[Picture] = []
        faults = list(found.faults)
        for file in found.files:
            for each in _pictures(file):
                (faults if isinstance(each, Fault) else pictures).append(each)  # type: ignore[arg-type]  # by its type
        faults += _repeated(pictures)
        words = f"Parquet: {len(pictures):,} pictures in {len(found.files):,} files"
        return Dataset(words, path, tuple(pictures), faults=tuple(faults), notes=found.notes)


def _folder(path: Path) -> Path | None:
    for folder in (path, *(path / below for below in _BELOW)):
        if folder.is_dir() and any(file.suffix.lower() == SUFFIX for file in folder.iterdir()):
            return folder
    return None


def _pictures(path: Path) -> Iterator[Picture | Fault]:
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            columns, classes = _columns(path, file.schema_arrow), _classes(file.schema_arrow)
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, columns=columns)
                yield from _rows(path, group, table, classes)
    except Unavailable:
        raise
    except Exception as error:  # a damaged file ends in errors of many types
        words = f"{path} cannot be read as Parquet ({reason(error)})"
        raise Unavailable(words, "fetch it again") from None


def _columns(path: Path, schema: Any) -> list[str]:
    """Return the columns that tell of the pictures without being them, if they are as they should.

    Raises:
        Unavailable: there is no such column, or it is of another type.
    """
    import pyarrow as pa

    types: dict[str, Any] = {name: schema.field(name).type for name in schema.names}
    image, label = types.get("image"), types.get("label")
    is_struct = image is not None and pa.types.is_struct(image)
    parts = {part.name: part.type for part in image or ()} if is_struct else {"bytes": image}
    binary = parts.get("bytes") in (pa.binary(), pa.large_binary())
    if not binary or label is None or not pa.types.is_integer(label):
        found = shortened([f"{name} ({kind})" for name, kind in types.items()]) or "none"
        raise Unavailable(
            f"{path} has not the columns image (bytes) and label (an integer), but {found}",
            "rename the columns, or write a manifest with the columns path,class",
        )
    return ["label", "image.path"] if "path" in parts else ["label"]


def _classes(schema: Any) -> dict[int, int] | None:
    """Return the class index of each label, if the file names its classes by WordNet id.

    Hugging Face writes the names into the metadata of the schema, under ``huggingface``.
    """
    try:
        info = json.loads((schema.metadata or {})[b"huggingface"])
        names = info["info"]["features"]["label"]["names"]
        return {number: wnids()[name] for number, name in enumerate(names)} or None
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def _rows(
    path: Path, group: int, table: Any, classes: dict[int, int] | None
) -> Iterator[Picture | Fault]:
    labels = table.column("label").to_pylist()
    images = table.column("image").to_pylist() if "image" in table.column_names else []
    for row, label in enumerate(labels):
        name = (images[row] or {}).get("path") if images else None
        place = Row(path, group, row, name or f"{path.name}#{group}.{row}")
        index = label if classes is None else classes.get(label)
        if not isinstance(label, int) or index is None or index < 0:
            yield Fault("malformed", f"{place.where} has the label {label}, which is no class")
        elif (wnid := wnid_of(place.name)) is not None and wnids().get(wnid, -1) != index:
            yield Fault("malformed", f"{place.where} is named {wnid} and has the class {index}")
        else:
            yield Picture(place.name, place, index)


def _repeated(pictures: list[Picture]) -> list[Fault]:
    seen: dict[str, Picture] = {}
    twice = [each for each in pictures if seen.setdefault(each.id, each) is not each]
    return [Fault("duplicate", f"{each.where} has the name of {seen[each.id].where}")
            for each in twice]  # fmt: skip


LAYOUT = Parquet()
