"""``zoo check``: what can be said of an index without network and without torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from zoo import escape
from zoo.cli import _output, _selection, _text
from zoo.errors import UsageError, nearest
from zoo.forensics import investigate
from zoo.index import Index, Problem, read_index
from zoo.index.rules import RULES
from zoo.registry import Registry
from zoo.validators.forensics import CHECKS


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@_selection.index_option
@click.option("--ignore", "ignored", multiple=True, metavar="RULE,RULE",
              help="Leave out what these rules find; may be given again.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How it is written.")  # fmt: skip
def check_command(
    paths: tuple[Path, ...], index: Path | None, ignored: tuple[str, ...], form: str
) -> int:
    """Check index files without network or torch.

    Syntax, schema and values, and what the records give away by themselves: numbers that cannot be
    right, weights that are another model's. Each with file, line and column; 'zoo explain RULE'
    says more. Writes nothing."""
    left_out = _rules(ignored)
    found = read_index(*(paths or (_selection.index_path(index),)), known_rules=_known())
    _selection.tell_if_empty(found)
    problems = [problem for problem in _problems(found) if problem.rule not in left_out]
    _output.emit(_json(found, problems) if form == "json" else _words(found, problems))
    return 1 if _errors(problems) else 0


def _rules(given: Iterable[str]) -> frozenset[str]:
    """Return the rules that are named, or raise UsageError with the nearest names."""
    names = {part.strip() for item in given for part in item.split(",") if part.strip()}
    known = _known()
    for name in sorted(names.difference(known)):
        raise UsageError(f"there is no rule '{name}'", nearest(name, known) or "see 'zoo explain'")
    return frozenset(names)


def _known() -> list[str]:
    return [*RULES, *CHECKS]


def _problems(index: Index) -> list[Problem]:
    """Return what the reader and the forensic checks find, by place, without what is silenced."""
    suspicious = investigate(Registry(index.entries), CHECKS.values())
    found = (*index.problems, *(each for each in suspicious if not index.silenced(each)))
    return sorted(found, key=lambda problem: (problem.location, problem.rule, problem.message))


def _json(index: Index, problems: list[Problem]) -> str:
    document = {
        "schema_version": "1",
        "files": list(index.files),
        "models": [entry.name for entry in index.entries],
        "findings": [asdict(problem) for problem in problems],
        "summary": {"errors": _errors(problems), "warnings": len(problems) - _errors(problems)},
    }
    return escape.as_json(document)


def _words(index: Index, problems: list[Problem]) -> str:
    lines = [_selection.describe(problem) for problem in problems]
    errors = _errors(problems)
    lines.append(
        f"{_text.many(len(index.files), 'file')}, {_text.many(len(index.entries), 'model')}: "
        f"{_text.many(errors, 'error')}, {_text.many(len(problems) - errors, 'warning')}"
    )
    return "\n".join(lines) + "\n"


def _errors(problems: Iterable[Problem]) -> int:
    return sum(problem.level == "error" for problem in problems)


COMMAND = check_command
