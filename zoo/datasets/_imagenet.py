"""The facts of ImageNet-1k: its classes, its subsets, and the numbers of its pictures.

The lists are those that the installed timm ships; they are read without importing it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from zoo.errors import Unavailable
from zoo.weights import in_package

CLASSES = 1000
PICTURES = 50_000
WNID = re.compile(r"n\d{8}", re.ASCII)
_NUMBERED = re.compile(
    r"ILSVRC2012_val_(\d{8})(?:_(n\d{8}))?(?:\.jpe?g)?", re.ASCII | re.IGNORECASE
)
_TRAINING = re.compile(r"n\d{8}_\d+(?:_n\d{8})?(?:\.(?:jpe?g|png))?", re.ASCII | re.IGNORECASE)


@cache
def wnids() -> dict[str, int]:
    """Return the class index of each WordNet id of ImageNet-1k.

    Raises:
        Unavailable: timm is not installed, or has no such list.
    """
    return {wnid: index for index, wnid in enumerate(listed("imagenet_synsets.txt"))}


@cache
def subset(letter: str) -> tuple[int, ...]:
    """Return the classes of ImageNet-A (``a``) or ImageNet-R (``r``), ascending.

    Raises:
        Unavailable: timm is not installed, or has no such list.
    """
    return tuple(sorted(wnids()[wnid] for wnid in listed(f"imagenet_{letter}_synsets.txt")))


def listed(name: str) -> list[str]:
    """Return the lines of a class list of timm.

    Raises:
        Unavailable: timm is not installed, or has no such list.
    """
    return info(name).split()


def info(name: str) -> str:
    """Return the text of a file that timm ships about ImageNet.

    Raises:
        Unavailable: timm is not installed, or has no such file.
    """
    try:
        return in_package(f"package://timm/data/_info/{name}").read_text(encoding="utf-8")
    except Unavailable as error:
        raise Unavailable(
            f"timm's list {name} is not there: {error.message}", "pip install 'zoo-verify[timm]'"
        ) from None


def val_of(path: Path) -> Path:
    """Return the folder of the validation pictures: ``val`` where there is one, else the path."""
    return path / "val" if (path / "val").is_dir() else path


def number_of(name: str) -> int | None:
    """Return the number of a validation picture, from 1, by its name with ending or without."""
    match = _NUMBERED.fullmatch(name.rpartition("/")[2])
    return int(match[1]) if match else None


def validation_number_of(name: str) -> int | None:
    """Return the number of a picture's name if it is one of the validation set's 50,000."""
    number = number_of(name)
    return number if number is not None and 1 <= number <= PICTURES else None


def is_training(name: str) -> bool:
    """Return whether a picture is named as those of the training set, with ending or without.

    Hugging Face's files are named ``n01440764_10026_n01440764.JPEG``.
    """
    return _TRAINING.fullmatch(name.rpartition("/")[2]) is not None


def wnid_of(name: str) -> str | None:
    """Return the WordNet id that a validation picture's name ends with, if it does.

    Hugging Face's files are named ``ILSVRC2012_val_00000001_n01751748.JPEG``.
    """
    match = _NUMBERED.fullmatch(name.rpartition("/")[2])
    return match[2] if match else None
