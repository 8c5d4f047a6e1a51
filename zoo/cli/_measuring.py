"""How a command measures, by its options and the settings: on what data, where, and how much."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from zoo.claims import Metric, ModelEntry
from zoo.cli import _access, _device, _options, _selection, _size
from zoo.crops.keeping import MOST, Keeping
from zoo.engines import ENGINES
from zoo.errors import UsageError, nearest
from zoo.findings import Tolerance
from zoo.inference import FULL, PRECISIONS, Device
from zoo.machine import cores
from zoo.options import DIAGNOSIS, EVERY_DATASET, Listener, Options
from zoo.sampling.predicting import Budget
from zoo.weights import Access


@dataclass(frozen=True, slots=True)
class Measuring:
    """How to measure, as far as the options say; None where they say nothing."""

    datasets: tuple[str, ...]
    device: str | None
    engine: str | None
    crop_cache: int | None
    predictions: Path | None
    batch_size: int | None
    precision: str | None
    workers: int | None
    budget: int | None
    seed: int | None
    diagnosis: int | None
    trust_python: bool


measuring_options = _options.gathered(
    "measuring",
    Measuring,
    click.option(
        "--dataset",
        "datasets",
        multiple=True,
        metavar="[NAME=]PATH",
        help="Labelled pictures for the accuracies claimed on NAME, or on any dataset.",
    ),
    click.option(
        "--device",
        metavar="NAME,NAME",
        help="For torch: cpu, cuda:0, several such as cuda:0,cuda:1, or cuda:* for all.  "
        "[default: cpu]",
    ),
    click.option(
        "--engine",
        type=click.Choice(list(ENGINES)),
        help="What gives out the pictures of a dataset.  [default: local]",
    ),
    click.option(
        "--crop-cache",
        callback=_size.parsed,
        metavar="SIZE",
        help="How much of decoded pictures is kept for the next model; 0 keeps none.  "
        "[default: 20GB where several models are scored, else 0]",
    ),
    click.option(
        "--predictions",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Where predictions are kept, a folder a model; a killed run goes on from there."
        "  [default: the cache]",
    ),
    click.option(
        "--batch-size", type=click.IntRange(min=1), help="Pictures at a time.  [default: 32]"
    ),
    click.option(
        "--precision",
        type=click.Choice(list(PRECISIONS)),
        help="That networks are run in.  [default: fp32, without TF32]",
    ),
    click.option(
        "--workers",
        type=click.IntRange(min=0),
        help="Threads that decode; 0 is none beside the main one.  [default: one a core]",
    ),
    click.option("--budget", type=click.IntRange(min=1), help="Pictures to draw.  [default: all]"),
    click.option("--seed", type=click.IntRange(min=0), help="Of the drawing.  [default: 0]"),
    click.option(
        "--diagnosis",
        type=click.IntRange(min=0),
        metavar="N",
        help="Pictures to say with why an accuracy falls short; 0: do not.  [default: 256]",
    ),
    click.option("--trust-python", is_flag=True, help="Run the code that the index names."),
)


def options_of(
    asked: Measuring, entries: Sequence[ModelEntry], access: Access, listener: Listener
) -> Options:
    """Return how to verify models, by the options and, where they say nothing, the settings.

    Raises:
        UsageError: a device cannot be used, a dataset is not there, or no claim is about it.
    """
    settings = _selection.config()
    named = _datasets(asked.datasets)
    _check_named(named, entries)
    datasets = _datasets_of(settings) | named
    scored = [entry for entry in entries if any(claim.dataset for claim in entry.claims)]
    devices = _device.names(asked.device or settings.get("device", "cpu"))
    return Options(
        access=access,
        device=_first(devices, asked, settings),
        devices=devices,
        engine=_engine(asked.engine or settings.get("engine", "local")),
        predictions=_kept_in(asked.predictions, settings, listener) if datasets else None,
        crops=_crops(asked.crop_cache, settings, models=len(scored)) if datasets else None,
        datasets=datasets,
        trust_python=asked.trust_python or settings.get("trust-python", False),
        tolerances=_tolerances(settings.get("tolerances", {})),
        listener=listener,
        budget=_budget(asked.budget, asked.seed, settings),
        diagnosis=_diagnosis(asked.diagnosis, settings),
    )


def _first(names: Sequence[str], asked: Measuring, settings: Mapping[str, Any]) -> Device:
    """Return the first device; the cores are shared by the processes of all."""
    workers = asked.workers
    share = max(1, cores() // len(names))
    return Device(
        names[0],
        asked.batch_size or settings.get("batch-size", 32),
        settings.get("workers", share) if workers is None else workers,
        asked.precision or settings.get("precision", FULL),
    )


def _crops(asked: int | None, settings: Mapping[str, Any], *, models: int) -> Keeping | None:
    """Return where decoded pictures are kept: they only serve the models that follow."""
    default = MOST if models > 1 else 0
    most = settings.get("crop-cache", default) if asked is None else asked
    return Keeping(_access.cache_folder(), most) if most else None


def _engine(name: str) -> str:
    if name not in ENGINES:
        raise UsageError(f"there is no engine '{name}'", nearest(name, ENGINES))
    return name


def _kept_in(asked: Path | None, settings: Mapping[str, Any], listener: Listener) -> Path | None:
    """Return the folder where predictions are kept; None where the cache cannot be written to.

    Raises:
        UsageError: a folder was asked for that cannot be written to.
    """
    named = asked or (Path(settings["predictions"]) if "predictions" in settings else None)
    folder = named or _access.cache_folder() / "predictions"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        words = f"predictions cannot be kept in {folder}: {error.strerror}"
        if named:
            raise UsageError(words, "name another folder with --predictions") from None
        listener.say(f"{words}; a run that is killed begins anew")
        return None
    return folder


def _budget(budget: int | None, seed: int | None, settings: Mapping[str, Any]) -> Budget | None:
    pictures: int | None = budget or settings.get("budget")
    if pictures is None and seed is not None:
        raise UsageError("--seed is of no use where all pictures are predicted", "add --budget N")
    if pictures is None:
        return None
    return Budget(pictures, settings.get("seed", 0) if seed is None else seed)


def _diagnosis(pictures: int | None, settings: Mapping[str, Any]) -> int:
    wanted: int = settings.get("diagnosis", DIAGNOSIS) if pictures is None else pictures
    return wanted


def written(given: Iterable[str]) -> dict[str, str]:
    """Return the paths of ``[NAME=]PATH`` by name, as they are written."""
    parts = [item.partition("=") for item in given]
    return {name if eq else EVERY_DATASET: path if eq else name for name, eq, path in parts}


def _datasets(given: tuple[str, ...]) -> dict[str, Path]:
    named = written(given)
    if len(named) < len(given):
        hint = "--dataset NAME=PATH is about one dataset, --dataset PATH about all others"
        raise UsageError("--dataset is given twice for the same", hint)
    return _there(named)


def _datasets_of(settings: Mapping[str, Any]) -> dict[str, Path]:
    return _there(settings.get("datasets", {}))


def _there(datasets: Mapping[str, str]) -> dict[str, Path]:
    for name, path in datasets.items():
        if not path:
            raise UsageError(f"no path is given for {name}", "--dataset takes [NAME=]PATH")
        if not Path(path).exists():
            hint = "--dataset takes [NAME=]PATH, and [datasets] of the settings NAME = PATH"
            raise UsageError(f"there is no dataset at {path}", hint)
    return {name: Path(path) for name, path in datasets.items()}


def _check_named(datasets: Mapping[str, Path], entries: Sequence[ModelEntry]) -> None:
    """Raise UsageError where a dataset is given under a name that no claim is about."""
    claimed = {claim.dataset for entry in entries for claim in entry.claims if claim.dataset}
    for name in datasets:
        if name != EVERY_DATASET and name not in claimed:
            hint = nearest(name, claimed) or f"the claims are about {', '.join(sorted(claimed))}"
            raise UsageError(f"no selected model claims anything on the dataset '{name}'", hint)


def _tolerances(settings: Mapping[str, Mapping[str, float]]) -> dict[Metric, Tolerance]:
    known = [metric.value for metric in Metric]
    for name in settings:
        if name not in known:
            raise UsageError(f"tolerances: there is no metric '{name}'", nearest(name, known))
    for name, policy in settings.items():
        if not all(math.isfinite(limit) for limit in policy.values()):
            raise UsageError(f"tolerances.{name} must be finite")
    return {
        Metric(name): Tolerance(
            Decimal(str(policy.get("absolute", 0))), Decimal(str(policy.get("relative", 0)))
        )
        for name, policy in settings.items()
    }
