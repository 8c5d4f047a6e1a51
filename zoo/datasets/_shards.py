"""Sets of numbered files, of which none may be missing: ``val-00003-of-00014.parquet``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from zoo.datasets._files import is_about, listing, passed_over, shortened
from zoo.pictures import Fault

# Hugging Face's older exports end in a fingerprint of 16 digits.
_NUMBERED = re.compile(
    r"(?P<prefix>.*?)[-_.]?(?P<number>\d{1,9})(?:-of-(?P<total>\d{1,9}))?(?:-[0-9a-f]{16})?",
    re.ASCII,
)
_VALIDATION = re.compile(r"(?:^|[^a-z])(?:val|valid|validation)(?:$|[^a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shards:
    """The files of a set in the order of their numbers, and what is wrong with the set."""

    files: tuple[Path, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def shards(path: Path, suffix: str) -> Shards:
    """Return the set of files that a folder holds; a single file is a set of its own.

    Where there are several sets, such as ``train-…`` and ``validation-…``, it is the validation's.

    Raises:
        Unavailable: the folder cannot be read.
    """
    if not path.is_dir():
        return Shards((path,), (), ())
    inside = listing(path, path)
    files = [file for file in inside.files if file.suffix.lower() == suffix]
    about = [*(f for f in inside.files if is_about(f.name)), *inside.clutter]
    rest = [*inside.folders, *(f for f in inside.files if f not in files and not is_about(f.name))]
    faults = [*inside.faults, *(Fault("extra", f"{path} is no {suffix} file") for path in rest)]
    chosen, others = _validation(files)
    faults += missing(chosen)
    if others and not chosen:
        faults.append(Fault("extra", f"several sets, none named val: {_names(others)}"))
    notes = passed_over(path.name for path in [*about, *others])
    return Shards(tuple(sorted(chosen, key=_order)), tuple(faults), notes)


def missing(files: Iterable[Path]) -> list[Fault]:
    """Return which numbers of a set of files are missing, there twice, or too many.

    A single file whose name does not say of how many says nothing of others.
    """
    given = list(files)
    matches = [_NUMBERED.fullmatch(file.stem) for file in given]
    numbers = Counter(int(match["number"]) for match in matches if match)
    totals = {int(match["total"]) for match in matches if match and match["total"]}
    if not numbers or (len(given) == 1 and not totals):
        return []
    if len(totals) > 1:
        return [Fault("extra", f"files of sets of different sizes: {_names(given)}")]
    wanted = range(totals.pop()) if totals else range(min(1, *numbers), max(numbers) + 1)
    where = f"{given[0].parent}: "
    faults = [Fault("missing", f"{where}number {n} of the files is missing")
              for n in sorted(set(wanted).difference(numbers))]  # fmt: skip
    faults += [Fault("extra", f"{where}there is no number {n} in a set of {len(wanted)}")
               for n in sorted(numbers) if n not in wanted]  # fmt: skip
    faults += [Fault("duplicate", f"{where}number {n} of the files is there twice")
               for n in sorted(numbers) if numbers[n] > 1]  # fmt: skip
    return faults


def _validation(files: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files of the one set that is meant, and those of the others."""
    prefixes = {_prefix(file) for file in files}
    named = {prefix for prefix in prefixes if _VALIDATION.search(prefix)}
    if len(prefixes) != 1 and len(named) != 1:
        return [], files
    (prefix,) = prefixes if len(prefixes) == 1 else named
    return (
        [file for file in files if _prefix(file) == prefix],
        [file for file in files if _prefix(file) != prefix],
    )


def _prefix(file: Path) -> str:
    match = _NUMBERED.fullmatch(file.stem)
    return match["prefix"] if match else file.stem


def _order(file: Path) -> tuple[int, str]:
    match = _NUMBERED.fullmatch(file.stem)
    return int(match["number"]) if match else -1, file.name


def _names(files: Iterable[Path]) -> str:
    return shortened([file.name for file in files])
