"""Which validators a command uses, by its options."""

from __future__ import annotations

from collections.abc import Sequence

import click

from zoo.claims import Metric, ModelEntry
from zoo.cli import _access, _options
from zoo.errors import UsageError, nearest
from zoo.validators import VALIDATORS

rule_options = _options.together(
    click.option("--only", metavar="RULE,RULE", help="Use only these validators."),
    click.option("--skip", metavar="RULE,RULE", help="Use all validators but these."),
)


def chosen(only: str | None, skip: str | None) -> list[str]:
    """Return the names of the validators to use.

    Raises:
        UsageError: there is no validator of a name.
    """
    wanted = _names(only) or list(VALIDATORS)
    left_out = _names(skip)
    return [name for name in wanted if name not in left_out]


def _names(given: str | None) -> list[str]:
    names = [part.strip() for part in (given or "").split(",") if part.strip()]
    for name in names:
        if name not in VALIDATORS:
            hint = nearest(name, VALIDATORS) or f"validators are {', '.join(VALIDATORS)}"
            raise UsageError(f"there is no validator '{name}'", hint)
    return names


def tested(entries: Sequence[ModelEntry], selected: Sequence[str]) -> bool:
    """Return whether a claim of the models is tested by one of the validators."""
    metrics = frozenset[Metric]().union(*(VALIDATORS[name].metrics for name in selected))
    return any(claim.metric in metrics for entry in entries for claim in entry.claims)


def require_torch(selected: Sequence[str]) -> None:
    """Raise UsageError where a validator needs torch or timm, and it is not installed."""
    missing = _access.missing_torch()
    needing = [name for name in selected if VALIDATORS[name].torch]
    if missing and needing:
        without = [name for name in VALIDATORS if not VALIDATORS[name].torch]
        raise UsageError(
            f"{', '.join(needing)} need{'s' if len(needing) == 1 else ''} {' and '.join(missing)},"
            " which this installation lacks",
            f"pip install 'zoo-verify[timm]'; without it, --only {','.join(without)} still works",
        )
