"""The original ``ILSVRC2012_img_val.tar`` with the ground truth beside it, read where it lies."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

from zoo.datasets import _numbered, _tar
from zoo.datasets._files import passed_over
from zoo.datasets._imagenet import number_of
from zoo.datasets._truth import truth_near
from zoo.errors import Unavailable
from zoo.pictures import Dataset

NAME = "ILSVRC2012_img_val.tar"
_LOOKED_AT = 8  # members: a folder or a hidden file may come first, labels of WebDataset may not


class ImageNetTar:
    """The layout ``imagenet-tar``; the archive, or the folder that it is in."""

    def recognises(self, path: Path) -> bool:
        """Return whether it is that archive by its name, or holds validation pictures only."""
        archive = _archive(path)
        if archive.name == NAME and archive.is_file():
            return True
        return archive.suffix.lower() == ".tar" and archive.is_file() and _holds_pictures(archive)

    def open(self, path: Path) -> Dataset:
        """Return the pictures in the order of their numbers."""
        archive = _archive(path)
        index = _tar.index(archive)
        places = ((member.name, member) for member in index.members)
        truth = truth_near(archive.parent)
        dataset = _numbered.read(archive, "ImageNet, original tar", places, truth)
        notes = passed_over(index.clutter)
        return replace(dataset, faults=(*index.faults, *dataset.faults), notes=notes)


def _archive(path: Path) -> Path:
    return path / NAME if path.is_dir() else path


def _holds_pictures(archive: Path) -> bool:
    try:
        first = [
            span.name
            for kind, span in islice(_tar.entries(archive), _LOOKED_AT)
            if kind in b"0\x00"
        ]
    except Unavailable:
        return False
    return any(number_of(name) is not None for name in first) and not any(
        name.endswith((".cls", ".json")) for name in first
    )


LAYOUT = ImageNetTar()
