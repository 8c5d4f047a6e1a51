"""How a command measures, by its options and the settings: on what data, where, and how much."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click

from zoo.build import EVERY_DATASET, Listener, Options
from zoo.claims import Metric, ModelEntry
from zoo.cli import _selection
from zoo.errors import UsageError, nearest
from zoo.findings import Tolerance
from zoo.inference import FULL, PRECISIONS, Device
from zoo.machine import cores
from zoo.sampling.predicting import Budget
from zoo.weights import Access

F = TypeVar("F", bound=Callable[..., Any])


def measuring_options(function: F) -> F:
    """Add the options of which ``options_of`` is given the values."""
    for option in (
        click.option("--trust-python", is_flag=True, help="Run the code that the index names."),
        click.option("--seed", type=click.IntRange(min=0), help="Of the drawing.  [default: 0]"),
        click.option(
            "--budget", type=click.IntRange(min=1), help="Pictures to draw.  [default: all]"
        ),
        click.option(
            "--workers",
            type=click.IntRange(min=0),
            help="Threads that decode; 0 is none beside the main one.  [default: one a core]",
        ),
        click.option(
            "--precision", type=click.Choice(list(PRECISIONS)), help="[default: fp32, without TF32]"
        ),
        click.option(
            "--batch-size", type=click.IntRange(min=1), help="Pictures at a time.  [default: 32]"
        ),
        click.option("--device", help="For torch, such as cpu or cuda:0.  [default: cpu]"),
        click.option(
            "--dataset",
            "datasets",
            multiple=True,
            metavar="[NAME=]PATH",
            help="Labelled pictures for the accuracies claimed on NAME, or on any dataset.",
        ),
    ):
        function = option(function)
    return function


def options_of(
    asked: Mapping[str, Any], entries: Sequence[ModelEntry], access: Access, listener: Listener
) -> Options:
    """Return how to verify models, by the options and, where they say nothing, the settings.

    Raises:
        UsageError: a device cannot be used, a dataset is not there, or no claim is about it.
    """
    settings = _selection.config()
    named = _datasets(asked["datasets"])
    _check_named(named, entries)
    options = Options(
        access=access,
        device=_device(asked, settings),
        datasets=_datasets_of(settings) | named,
        trust_python=asked["trust_python"] or settings.get("trust-python", False),
        tolerances=_tolerances(settings.get("tolerances", {})),
        listener=listener,
        budget=_budget(asked["budget"], asked["seed"], settings),
    )
    _check_device(options.device.name)
    return options


def _device(asked: Mapping[str, Any], settings: Mapping[str, Any]) -> Device:
    workers = asked["workers"]
    return Device(
        asked["device"] or settings.get("device", "cpu"),
        asked["batch_size"] or settings.get("batch-size", 32),
        settings.get("workers", cores()) if workers is None else workers,
        asked["precision"] or settings.get("precision", FULL),
    )


def _check_device(name: str) -> None:
    if name == "cpu":
        return
    try:
        import torch

        torch.empty(1, device=name)
    except (ImportError, RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise UsageError(
            f"torch cannot use the device '{name}': {reason}", "see 'zoo doctor'"
        ) from None


def _budget(budget: int | None, seed: int | None, settings: Mapping[str, Any]) -> Budget | None:
    pictures: int | None = budget or settings.get("budget")
    if pictures is None and seed is not None:
        raise UsageError("--seed is of no use where all pictures are predicted", "add --budget N")
    if pictures is None:
        return None
    return Budget(pictures, settings.get("seed", 0) if seed is None else seed)


def _datasets(given: tuple[str, ...]) -> dict[str, Path]:
    """Return the paths of ``[NAME=]PATH`` by name."""
    parts = [item.partition("=") for item in given]
    return _there({n if eq else EVERY_DATASET: Path(path if eq else n) for n, eq, path in parts})


def _datasets_of(settings: Mapping[str, Any]) -> dict[str, Path]:
    return _there({name: Path(path) for name, path in settings.get("datasets", {}).items()})


def _there(datasets: dict[str, Path]) -> dict[str, Path]:
    for path in datasets.values():
        if not path.exists():
            raise UsageError(f"there is no dataset at {path}", "--dataset takes [NAME=]PATH")
    return datasets


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
