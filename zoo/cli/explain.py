"""``zoo explain``: what a rule means, why it matters and how to mend it."""

from __future__ import annotations

import inspect
import sys
from textwrap import wrap

import click

from zoo.cli import _output
from zoo.errors import UsageError, nearest
from zoo.index.rules import RULES
from zoo.rules import Rule
from zoo.validators import VALIDATORS
from zoo.validators.forensics import CHECKS

WIDTH = 88


@click.command("explain")
@click.argument("rule", required=False)
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text",
              show_default=True)  # fmt: skip
def explain_command(rule: str | None, form: str) -> int:
    """Say what a rule or a validator means; without a name, list them all."""
    if form == "markdown":
        _output.emit(document())
    elif rule is None:
        _output.emit("".join(f"{name:<20}  {line}\n" for name, line in _summaries().items()))
    else:
        _output.emit(_explain(rule))
    return 0


def rules() -> dict[str, Rule]:
    """Return every rule of ``zoo check`` by its id, in the order of the ids."""
    found = dict(RULES) | {name: check.rule for name, check in CHECKS.items()}
    return dict(sorted(found.items()))


def document() -> str:
    """Return the page of the documentation that explains every rule and validator."""
    parts = ["# Rules\n", "## What `zoo check` finds\n"]
    for rule in rules().values():
        parts.append(f"### {rule.id}\n\n*{rule.level}* · {rule.means}\n\n{rule.why}\n")
        parts.append(f"To mend it: {rule.mend}.\n")
    parts.append("## What `zoo verify` measures\n")
    parts += [f"### {name}\n\n{_argument(name)}\n" for name in VALIDATORS]
    return "\n".join(parts)


def _argument(validator: str) -> str:
    """Return the docstring of a validator's module, which argues what it compares."""
    module = sys.modules[VALIDATORS[validator].measure.__module__]
    return inspect.cleandoc(module.__doc__ or "").replace("``", "`")


def _summaries() -> dict[str, str]:
    lines = {name: f"{rule.level}: {rule.means}" for name, rule in rules().items()}
    return lines | {name: _argument(name).partition("\n")[0] for name in VALIDATORS}


def _explain(name: str) -> str:
    known = rules()
    if name in known:
        rule = known[name]
        said = [f"{rule.id} ({rule.level})", rule.means, rule.why, f"To mend it: {rule.mend}."]
        return "\n\n".join("\n".join(wrap(part, WIDTH)) for part in said) + "\n"
    if name in VALIDATORS:
        return f"{name} (a validator of zoo verify)\n\n{_argument(name)}\n"
    hint = nearest(name, [*known, *VALIDATORS]) or "see 'zoo explain'"
    raise UsageError(f"there is no rule '{name}'", hint)


COMMAND = explain_command
