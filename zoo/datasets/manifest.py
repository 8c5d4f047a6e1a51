"""A CSV with the columns ``path`` and ``class``: any pictures, with their class index.

A path is relative to the CSV, absolute, or ``package://import_name/path`` for a picture that an
installed Python package ships.
"""

from __future__ import annotations

import csv
from pathlib import Path

from zoo.errors import Unavailable
from zoo.pictures import Dataset, File, Picture
from zoo.weights import in_package


class Manifest:
    """The layout ``manifest``."""

    def recognises(self, path: Path) -> bool:
        """Return whether the path is a file that ends in .csv."""
        return path.is_file() and path.suffix.lower() == ".csv"

    def open(self, path: Path) -> Dataset:
        """Return the pictures in the order of the lines."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                pictures = _pictures(path, csv.DictReader(stream, strict=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise Unavailable(f"{path} cannot be read as CSV: {error}") from None
        if not pictures:
            raise Unavailable(f"{path} lists no picture")
        return Dataset(f"manifest of {len(pictures):,} pictures", path, tuple(pictures))


def _pictures(path: Path, reader: csv.DictReader[str]) -> list[Picture]:
    columns = list(reader.fieldnames or ())
    if columns.count("path") != 1 or columns.count("class") != 1:
        raise Unavailable(
            f"{path}:1: the first line must name the columns path and class, once each"
        )
    pictures: dict[Path, Picture] = {}
    for row in reader:
        written, label = row["path"] or "", (row["class"] or "").strip()
        where = f"{path}:{reader.line_num}"
        if None in row:
            raise Unavailable(f"{where}: the line has more cells than the first line has columns")
        if not (label.isascii() and label.isdigit()) or len(label) > 6:
            raise Unavailable(f"{where}: the class must be an index from 0, not '{label[:40]}'")
        file = _resolve(written, path.parent, where)
        if file in pictures:
            raise Unavailable(f"{where}: {written} is listed twice", "take one line out")
        if not file.is_file():
            raise Unavailable(f"{where}: there is no picture {written}")
        pictures[file] = Picture(written, File(file), int(label))
    return list(pictures.values())


def _resolve(written: str, folder: Path, where: str) -> Path:
    if not written.startswith("package:"):
        return folder / written
    try:
        return in_package(written)
    except Unavailable as error:
        raise Unavailable(f"{where}: {error.message}", error.hint) from None


LAYOUT = Manifest()
