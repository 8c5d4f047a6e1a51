"""``zoo verify``: measure what is claimed, and judge."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import click

from zoo import __version__
from zoo.build import EVERY_DATASET, Options
from zoo.claims import Metric, ModelEntry
from zoo.cli import _access, _progress, _report, _selection
from zoo.engines.local import Device
from zoo.errors import UsageError, nearest
from zoo.findings import Tolerance
from zoo.reports import REPORTS
from zoo.run import exit_code
from zoo.validators import VALIDATORS
from zoo.verify import verify


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
@click.option("--trust-python", is_flag=True, help="Run the code that the index names.")
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
    trust_python: bool,
    offline: bool,
    allow_http: bool,
    strict: bool,
    form: str,
    output: Path | None,
) -> int:
    """Measure what is claimed, and say whether it holds."""
    entries = _selection.choose(_selection.sound_registry(index), models, patterns, everything)
    selected = _rules(only, skip)
    if not entries:
        return _selection.nothing_selected("no model of the index matches")
    if not _asked(entries, selected):
        return _selection.nothing_selected(f"no claim is tested by {', '.join(selected)}")
    _require_torch(selected)
    settings = _selection.config()
    with _progress.listener() as listener:
        options = Options(
            access=_access.access(
                offline=offline, allow_http=allow_http, listener=listener.progress
            ),
            device=Device(
                device or settings.get("device", "cpu"),
                batch_size or settings.get("batch-size", 32),
                settings.get("workers", 0) if workers is None else workers,
            ),
            datasets=_datasets(datasets, settings.get("datasets", {})),
            trust_python=trust_python or settings.get("trust-python", False),
            tolerances=_tolerances(settings.get("tolerances", {})),
            listener=listener,
        )
        _check_device(options.device.name, selected)
        started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        run = verify(
            entries, VALIDATORS.values(), selected, options, version=__version__, started=started
        )
    _report.deliver(run, form, output)
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


def _check_device(name: str, selected: list[str]) -> None:
    if "accuracy" not in selected or name == "cpu":
        return
    import torch

    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise UsageError(
            f"torch cannot use the device '{name}': {reason}", "see 'zoo doctor'"
        ) from None


def _datasets(given: tuple[str, ...], settings: Mapping[str, str]) -> dict[str, Path]:
    found = {name: Path(path) for name, path in settings.items()}
    for item in given:
        name, equals, path = item.partition("=")
        found[name if equals else EVERY_DATASET] = Path(path if equals else item)
    for place in found.values():
        if not place.exists():
            raise UsageError(f"there is no dataset at {place}", "--dataset takes [NAME=]PATH")
    return found


def _tolerances(settings: Mapping[str, Mapping[str, float]]) -> dict[Metric, Tolerance]:
    known = [metric.value for metric in Metric]
    for name in settings:
        if name not in known:
            raise UsageError(f"tolerances: there is no metric '{name}'", nearest(name, known))
    return {
        Metric(name): Tolerance(
            Decimal(str(policy.get("absolute", 0))), Decimal(str(policy.get("relative", 0)))
        )
        for name, policy in settings.items()
    }


COMMAND = verify_command
