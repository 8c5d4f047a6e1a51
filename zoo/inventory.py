"""Says what a dataset is: its count, its classes, its fingerprint, and all that is not in order."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zoo.claims import Digest
from zoo.datasets import bears_copies
from zoo.errors import reason
from zoo.pictures import Dataset, Picture, decode
from zoo.predictions import fingerprint
from zoo.survey.pool import spread

CHUNK = 64  # pictures that a process is given at a time; fewer than that are decoded in this one
_HEAVY = ("PIL.Image", "zoo.inventory")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one picture's bytes say; the digest is hexadecimal, or empty where there are none."""

    sha256: str
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a dataset is.

    Attributes:
        classes: how many pictures there are of each class that has any, ascending.
        corrupt: pictures that cannot be read or decoded, each with the reason.
        same: the ids of pictures that are the same file, byte by byte.
        fingerprint: of the pictures and their labels; None where the bytes of one are not there.
    """

    dataset: Dataset
    classes: Mapping[int, int]
    corrupt: tuple[str, ...]
    same: tuple[tuple[str, ...], ...]
    fingerprint: Digest | None

    @property
    def in_order(self) -> bool:
        """Whether nothing is missing, extra, malformed, corrupt, or there twice more than usual."""
        copies = sum(len(ids) - 1 for ids in self.same)
        unusual = copies and not bears_copies(
            self.dataset.whole, copies, len(self.dataset.pictures)
        )
        return not (self.dataset.faults or self.corrupt or unusual)

    def named(self, kind: str) -> list[str]:
        """Return the messages of the faults of one kind."""
        return [fault.message for fault in self.dataset.faults if fault.kind == kind]

    def to_json(self) -> dict[str, Any]:
        """Return the document that the schema ``dataset`` describes."""
        return {
            "schema_version": "1",
            "path": str(self.dataset.path),
            "layout": self.dataset.layout,
            "whole": self.dataset.whole or None,
            "in_order": self.in_order,
            "pictures": len(self.dataset.pictures),
            "classes": {str(index): count for index, count in self.classes.items()},
            "scored_classes": None if self.dataset.classes is None else list(self.dataset.classes),
            "missing": self.named("missing"),
            "extra": self.named("extra"),
            "duplicate": self.named("duplicate"),
            "malformed": self.named("malformed"),
            "corrupt": list(self.corrupt),
            "same": [list(ids) for ids in self.same],
            "fingerprint": str(self.fingerprint) if self.fingerprint else None,
            "notes": list(self.dataset.notes),
        }


def take_inventory(dataset: Dataset, progress: Progress) -> Inventory:
    """Return what a dataset is, once each picture was read and decoded to its last row.

    Args:
        progress: told how many pictures of how many are done, after each.
    """
    pictures = dataset.pictures
    seen: list[Seen | None] = [None] * len(pictures)
    for done, (number, outcome) in enumerate(_all(pictures), start=1):
        seen[number] = outcome
        progress(done, len(pictures))
    outcomes = [each for each in seen if each is not None]
    counts = Counter(picture.label for picture in pictures)
    return Inventory(
        dataset,
        dict(sorted(counts.items())),
        tuple(f"{p.where} {s.wrong}" for p, s in zip(pictures, outcomes, strict=True) if s.wrong),
        _same(pictures, outcomes),
        _fingerprint(pictures, outcomes),
    )


def look_at(picture: Picture) -> Seen:
    """Return the digest of a picture's bytes, and what is wrong with them."""
    try:
        data = picture.read()
    except Exception as error:  # what lies in a Parquet file may fail in many ways
        return Seen("", f"cannot be read ({reason(error)})")
    digest = hashlib.sha256(data).hexdigest()
    try:
        decode(data)
    except Exception as error:  # Pillow raises errors of many types for a damaged picture
        return Seen(digest, f"cannot be decoded ({reason(error)})")
    return Seen(digest)


def _look_at_all(pictures: Sequence[Picture]) -> list[Seen] | None:
    return [look_at(picture) for picture in pictures]


def _all(pictures: Sequence[Picture]) -> Iterator[tuple[int, Seen]]:
    """Yield each picture's number with what was seen, in whatever order it comes."""
    if len(pictures) <= CHUNK:
        yield from enumerate(map(look_at, pictures))
        return
    starts = range(0, len(pictures), CHUNK)
    chunks = [pictures[start : start + CHUNK] for start in starts]
    numbers = {id(chunk): start for chunk, start in zip(chunks, starts, strict=True)}
    for chunk, outcome in spread(_look_at_all, chunks, lambda _: None, _HEAVY):
        found = _one_by_one(chunk) if outcome is None else outcome
        yield from enumerate(found, start=numbers[id(chunk)])


def _one_by_one(pictures: Sequence[Picture]) -> list[Seen]:
    """Return what was seen of pictures of which one ended the process that decoded it."""
    singles = [[picture] for picture in pictures]
    dead = [Seen("", "ended the process that decoded it")]
    seen = {id(one): found or dead for one, found in
            spread(_look_at_all, singles, lambda _: None, _HEAVY)}  # fmt: skip
    return [seen[id(one)][0] for one in singles]


def _same(pictures: Sequence[Picture], seen: Sequence[Seen]) -> tuple[tuple[str, ...], ...]:
    ids: dict[str, list[str]] = defaultdict(list)
    for picture, each in zip(pictures, seen, strict=True):
        if each.sha256:
            ids[each.sha256].append(picture.id)
    return tuple(tuple(group) for group in ids.values() if len(group) > 1)


def _fingerprint(pictures: Sequence[Picture], seen: Sequence[Seen]) -> Digest | None:
    if not seen or not all(each.sha256 for each in seen):
        return None
    return fingerprint((s.sha256, p.label) for p, s in zip(pictures, seen, strict=True))
