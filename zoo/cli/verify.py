"""``zoo verify``: measure what is claimed, and judge."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from zoo import __version__
from zoo.build import EVERY_DATASET, Options
from zoo.claims import Metric, ModelEntry
from zoo.cli import _access, _lock, _output, _progress, _report, _selection
from zoo.engines.local import Device
from zoo.errors import UsageError, nearest
from zoo.findings import Tolerance
from zoo.reports import REPORTS
from zoo.run import exit_code
from zoo.sampling.predicting import Budget
from zoo.validators import VALIDATORS
from zoo.verify import verify, was_interrupted

INTERRUPTED = 130


@click.command("verify")
@_selection.selection_options
@_selection.index_option
@click.option("--only", "only", metavar="RULE,RULE", help="Use only these validators.")
@click.option("--skip", "skip", metavar="RULE,RULE", help="Use all validators but these.")
@click.option(
    "--dataset",
    "datasets",
    multiple=True,
    metavar="[NAME=]PATH",
    help="Labelled pictures for the accuracies claimed on NAME, or on any dataset.",
)
@click.option("--device", help="For torch, such as cpu or cuda:0.  [default: cpu]")
@click.option("--batch-size", type=click.IntRange(min=1), help="Pictures at a time.  [default: 32]")
@click.option("--workers", type=click.IntRange(min=0), help="Processes that decode.  [default: 0]")
@click.option("--budget", type=click.IntRange(min=1), help="Pictures to draw.  [default: all]")
@click.option("--seed", type=click.IntRange(min=0), help="Of the drawing.  [default: 0]")
@click.option("--trust-python", is_flag=True, help="Run the code that the index names.")
@_lock.lock_option
@_access.access_options
@click.option("--strict", is_flag=True, help="UNDECIDED and SKIP count as not verified (exit 4).")
@click.option(
    "--format", "form", type=click.Choice(list(REPORTS)), default="table", show_default=True
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder to write.")
def verify_command(
    models: tuple[str, ...],
    everything: bool,
    patterns: str | None,
    index: Path | None,
    only: str | None,
    skip: str | None,
    datasets: tuple[str, ...],
    device: str | None,
    batch_size: int | None,
    workers: int | None,
    budget: int | None,
    seed: int | None,
    trust_python: bool,
    lock: Path | None,
    offline: bool,
    allow_http: bool,
    paranoid: bool,
    strict: bool,
    form: str,
    output: Path | None,
) -> int:
    """Measure what is claimed, and say whether it holds."""
    registry, spoiled = _selection.spoiled_apart(index)
    unread = _selection.of_models(spoiled, models, patterns, everything)
    known = [name for name in models if not _selection.of_models(unread, [name], None, False)]
    entries = (
        _selection.choose(registry, known, patterns, everything)
        if known or patterns or everything or not unread
        else []
    )
    selected = _rules(only, skip)
    if not entries and not unread:
        return _selection.nothing_selected("no model of the index matches")
    entries = _lock.with_pins(entries, lock, index)
    if entries and not _asked(entries, selected):
        return _selection.nothing_selected(f"no claim is tested by {', '.join(selected) or 'none'}")
    _require_torch(selected)
    settings = _selection.config()
    _output.check_place(output, many=REPORTS[form].many)
    named = _datasets(datasets)
    _check_named(named, entries)
    with _progress.listener() as listener:
        options = Options(
            access=_access.access(
                offline=offline,
                allow_http=allow_http,
                paranoid=paranoid,
                listener=listener.progress,
            ),
            device=Device(
                device or settings.get("device", "cpu"),
                batch_size or settings.get("batch-size", 32),
                settings.get("workers", 0) if workers is None else workers,
            ),
            datasets=_datasets_of(settings) | named,
            trust_python=trust_python or settings.get("trust-python", False),
            tolerances=_tolerances(settings.get("tolerances", {})),
            listener=listener,
            budget=_budget(budget, seed, settings),
        )
        _check_device(options.device.name)
        started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        run = verify(
            entries,
            VALIDATORS.values(),
            selected,
            options,
            version=__version__,
            started=started,
            unread=unread,
        )
    _report.deliver(run, form, output)
    if was_interrupted(run):
        click.echo("interrupted: what was not tested by then is SKIP", err=True)
        return INTERRUPTED
    return exit_code(run, strict=strict)


def _rules(only: str | None, skip: str | None) -> list[str]:
    chosen = _names(only) or list(VALIDATORS)
    left_out = _names(skip)
    return [name for name in chosen if name not in left_out]


def _names(given: str | None) -> list[str]:
    names = [part.strip() for part in (given or "").split(",") if part.strip()]
    for name in names:
        if name not in VALIDATORS:
            hint = nearest(name, VALIDATORS) or f"validators are {', '.join(VALIDATORS)}"
            raise UsageError(f"there is no validator '{name}'", hint)
    return names


def _asked(entries: list[ModelEntry], selected: list[str]) -> bool:
    metrics = frozenset[Metric]().union(*(VALIDATORS[name].metrics for name in selected))
    return any(claim.metric in metrics for entry in entries for claim in entry.claims)


def _require_torch(selected: list[str]) -> None:
    missing = [name for name in ("torch", "timm") if importlib.util.find_spec(name) is None]
    needing = [name for name in selected if VALIDATORS[name].torch]
    if missing and needing:
        without = [name for name in VALIDATORS if not VALIDATORS[name].torch]
        raise UsageError(
            f"{', '.join(needing)} need {' and '.join(missing)}, which this installation lacks",
            f"pip install 'zoo-verify[timm]'; without it, --only {','.join(without)} still works",
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
        ) from (None)


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


def _check_named(datasets: Mapping[str, Path], entries: list[ModelEntry]) -> None:
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


COMMAND = verify_command
