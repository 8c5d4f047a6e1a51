"""The options about goldens: where they lie, and whether those that are missing are recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import click

from zoo.claims import Claim, Location, Metric, ModelEntry
from zoo.cli import _options, _output, _selection
from zoo.errors import Skipped, UsageError
from zoo.findings import Measurement
from zoo.goldens.document import file_of, to_json
from zoo.goldens.recording import recorded
from zoo.subject import Subject
from zoo.validators import VALIDATORS
from zoo.validators.golden import measure as compare
from zoo.verify import Validator

NAME = "golden"


@dataclass(frozen=True, slots=True)
class Goldens:
    """The folder of the goldens, if it is said, and whether those that are missing are recorded."""

    golden: Path | None
    record: bool


golden_options = _options.gathered(
    "goldens",
    Goldens,
    click.option(
        "--golden",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Recorded logits to compare with, one file a model.",
    ),
    click.option("--record", is_flag=True, help="Record the goldens that are not there."),
)


def folder_of(goldens: Goldens, selected: Collection[str]) -> Path | None:
    """Return the folder of the goldens, by the option or the setting; None where there is none.

    Args:
        selected: names of the validators that are used.

    Raises:
        UsageError: there is nothing to record to, or nothing to compare with; or nothing would be
            recorded.
    """
    folder = _selection.named_path(goldens.golden, "golden")
    if folder is None:
        if goldens.record:
            raise UsageError("--record needs a folder to write to", "say --golden FOLDER")
        return None
    if goldens.record and NAME not in selected:
        raise UsageError("--record records nothing without the validator golden", f"--only {NAME}")
    if goldens.record:
        _output.check_place(folder, many=True)
    elif not folder.is_dir():
        raise UsageError(f"there is no folder of goldens {folder}", "--record makes one")
    return folder


def with_goldens(entries: list[ModelEntry], folder: Path | None) -> list[ModelEntry]:
    """Return the entries with the claim that their logits are the recorded ones."""
    if folder is None:
        return entries
    return [replace(each, claims=(*each.claims, _claim(each.name, folder))) for each in entries]


def _claim(model: str, folder: Path) -> Claim:
    place = Location(str(file_of(folder, model)), 1, 1)
    return Claim(model, Metric.GOLDEN, Decimal(0), place, "0")


def validators(goldens: Goldens, started: str, device: str) -> Mapping[str, Validator]:
    """Return all validators; that of goldens uses the device, and may record what is missing.

    Args:
        started: the time, in UTC, to write into what is recorded.
    """

    def measure(subject: Subject, claim: Claim) -> Measurement:
        path = Path(claim.location.path)
        if not goldens.record or path.exists():
            return compare(subject, claim, device)
        _output.write_file(path, to_json(recorded(subject, started, device)))
        raise Skipped(f"recorded in {path}: there was nothing to compare with")

    return {**VALIDATORS, NAME: replace(VALIDATORS[NAME], measure=measure)}
