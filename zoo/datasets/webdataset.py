"""WebDataset: tar archives of samples, ``<key>.jpg`` beside ``<key>.cls``.

The key is the name up to the first dot of its last part, by the convention of
https://github.com/webdataset/webdataset. The class index is the text of ``.cls``, or the number
``label`` of ``.json``. No other member is read; those of pickled Python objects never are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from zoo.datasets._files import passed_over
from zoo.datasets._shards import shards
from zoo.datasets._tar import Archive, Span, index
from zoo.pictures import Dataset, Fault, Picture

_PICTURES = ("jpg", "jpeg", "png")
_LONGEST = {"cls": 64, "json": 1 << 16}  # bytes of a label

Sample = Mapping[str, Span]


class WebDataset:
    """The layout ``webdataset``; one archive, or the folder of a set of them."""

    def recognises(self, path: Path) -> bool:
        """Return whether it is a tar archive, or a folder that holds one."""
        if path.is_dir():
            return any(child.suffix.lower() == ".tar" for child in path.iterdir())
        return path.suffix.lower() == ".tar" and path.is_file()

    def open(self, path: Path) -> Dataset:
        """Return the pictures in the order of the archives and of their members."""
        found = shards(path, ".tar")
        archives = [index(file) for file in found.files]
        faults = [*found.faults, *(fault for each in archives for fault in each.faults)]
        pictures, wrong = _pictures(archives)
        notes = (*found.notes, *_notes(archives))
        words = f"WebDataset: {len(pictures):,} pictures in {len(archives):,} archives"
        return Dataset(words, path, pictures, faults=(*faults, *wrong), notes=notes)


def _pictures(archives: Iterable[Archive]) -> tuple[tuple[Picture, ...], list[Fault]]:
    pictures: dict[str, Picture] = {}
    faults: list[Fault] = []
    for archive in archives:
        for key, sample in _samples(archive).items():
            found = _picture(key, sample)
            if isinstance(found, Fault):
                faults.append(found)
            elif key in pictures:
                place = pictures[key].where
                faults.append(Fault("duplicate", f"{found.where} has the key of {place}"))
            else:
                pictures[key] = found
    return tuple(pictures.values()), faults


def _samples(archive: Archive) -> dict[str, dict[str, Span]]:
    """Return the members by key and extension, which is in small letters."""
    samples: dict[str, dict[str, Span]] = {}
    for member in archive.members:
        key, extension = _split(member.name)
        samples.setdefault(key, {})[extension] = member
    return samples


def _split(name: str) -> tuple[str, str]:
    folder, slash, file = name.rpartition("/")
    stem, _, extension = file.partition(".")
    return f"{folder}{slash}{stem}", extension.lower()


def _picture(key: str, sample: Sample) -> Picture | Fault:
    where = next(iter(sample.values())).where
    kinds = [kind for kind in _PICTURES if kind in sample]
    if not kinds:
        return Fault("missing", f"{where} has no picture of its key")
    if len(kinds) > 1:
        return Fault("extra", f"{where} has {len(kinds)} pictures of one key")
    labels = [kind for kind in _LONGEST if kind in sample]
    if not labels:
        return Fault("missing", f"{where} has no .cls or .json with its class")
    label = _label(labels[0], sample[labels[0]])
    return label if isinstance(label, Fault) else Picture(key, sample[kinds[0]], label)


def _label(kind: str, member: Span) -> int | Fault:
    wrong = Fault("malformed", f"{member.where} holds no class index from 0")
    if member.size > _LONGEST[kind]:
        return wrong
    try:
        text = member.read().decode("ascii" if kind == "cls" else "utf-8").strip()
        value = json.loads(text).get("label") if kind == "json" else text
    except (OSError, ValueError, AttributeError, RecursionError):
        return wrong
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit():
        return wrong
    return int(value) if len(str(value)) <= 6 else wrong


def _notes(archives: Iterable[Archive]) -> tuple[str, ...]:
    """Return which extensions are not used, how often, and what was passed over."""
    used = {*_PICTURES, *_LONGEST}
    kinds = Counter(
        extension for archive in archives for member in archive.members
        if (extension := _split(member.name)[1]) not in used
    )  # fmt: skip
    unused = [f"{count:,} × .{kind}" for kind, count in sorted(kinds.items())]
    hidden = [name for archive in archives for name in archive.clutter]
    return passed_over([*unused, *hidden])


LAYOUT = WebDataset()
