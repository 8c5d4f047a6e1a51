"""``zoo explain``: what a rule means, why it matters and how to mend it."""

from __future__ import annotations

import inspect
import sys
from textwrap import wrap

import click

from zoo.cli import _output
from zoo.errors import UsageError, nearest
from zoo.index.rules import RULES
from zoo.rules import Rule, sentence
from zoo.validators import VALIDATORS
from zoo.validators.forensics import CHECKS

WIDTH = 88


@click.command("explain")
@click.argument("rule", required=False)
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text",
              show_default=True, help="How it is written.")  # fmt: skip
def explain_command(rule: str | None, form: str) -> int:
    """Say what a rule or a validator means; without a name, list them all."""
    if form == "markdown":
        _output.emit(document())
    elif rule is None:
        _output.emit(_summaries())
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
        parts.append(f"### {rule.id}\n\n*{rule.level}*\n\n" + "\n\n".join(_said(rule)) + "\n")
    parts.append("## What `zoo verify` measures\n")
    parts += [f"### {name}\n\n{_argument(name)}\n" for name in VALIDATORS]
    return "\n".join(parts)


def _said(rule: Rule) -> list[str]:
    return [sentence(text) for text in (rule.means, rule.why, f"to mend it: {rule.mend}")]


def _argument(validator: str) -> str:
    """Return the docstring of a validator's module, which argues what it compares.

    A module that reads words of the pages has them as ``TERMS``, which are listed below it.
    """
    module = sys.modules[VALIDATORS[validator].measure.__module__]
    said = inspect.cleandoc(module.__doc__ or "").replace("``", "`")
    terms = [f"- {word}: {meaning}" for word, meaning in getattr(module, "TERMS", ())]
    return "\n".join([said, "", *terms] if terms else [said])


def _summaries() -> str:
    lines = {name: f"{rule.level}: {sentence(rule.means)}" for name, rule in rules().items()}
    lines |= {name: _argument(name).partition("\n")[0] for name in VALIDATORS}
    wide = max(map(len, lines))
    return "".join(f"{name:<{wide}}  {line}\n" for name, line in lines.items())


def _explain(name: str) -> str:
    known = rules()
    if name in known:
        said = [f"{name} ({known[name].level})", *_said(known[name])]
        return "\n\n".join("\n".join(wrap(part, WIDTH)) for part in said) + "\n"
    if name in VALIDATORS:
        return f"{name} (a validator of zoo verify)\n\n{_argument(name)}\n"
    tested_by = {m.value: found for found in VALIDATORS for m in VALIDATORS[found].metrics}
    if name in tested_by:
        raise UsageError(
            f"{name} is a metric, which a rule tests", f"zoo explain {tested_by[name]}"
        )
    hint = nearest(name, [*known, *VALIDATORS]) or "see 'zoo explain'"
    raise UsageError(f"there is no rule '{name}'", hint)


COMMAND = explain_command
