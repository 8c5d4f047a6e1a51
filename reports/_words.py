"""How findings are worded where each stands alone, and what their rules mean."""

from __future__ import annotations

import ast
import inspect
import os
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from zoo import escape
from zoo.claims import Location
from zoo.findings import Finding
from zoo.reports import known_of, known_words
from zoo.rules import sentence
from zoo.run import Run

LONGEST = 2000  # characters of a message, of which the reader of a list sees a few lines
LONGEST_NAME = 200
DIGEST_SHOWN = len("sha256:") + 12
NOT_CHECKABLE = "not-checkable"


def name(text: str) -> str:
    """Return the name of a model or of a claim, on one line and of a length that can be shown."""
    return escape.line(escape.short(text, LONGEST_NAME))


def message(finding: Finding) -> str:
    """Return what a finding says, with what is known and what to do on lines of their own.

    That it is known is for its verdict to say, as ``standing`` does.
    """
    words = known_words(finding)
    known = f"\n{words}" if words not in ("", "known") else ""
    hint = f"\n→ {finding.hint}" if finding.hint else ""
    return escape.terminal(escape.short(finding.message + known + hint, LONGEST))


def reason(finding: Finding) -> tuple[str, str]:
    """Return what is said, once, of all findings that share it, and what to do about it.

    Which fields of a page are not checkable differs from model to model, and is left out.
    """
    message = finding.message
    if finding.rule == NOT_CHECKABLE:
        message = message.partition(":")[0]
    return message, finding.hint


def value(plain: Any) -> Any:
    """Return a plain value whose texts can be shown; numbers stay what they are."""
    match plain:
        case str():
            return escape.terminal(escape.short(plain, LONGEST))
        case list():
            return [value(part) for part in plain]
        case _:
            return plain


def in_short(text: str) -> str:
    """Return a text as it is; of a digest, of which the evidence has all, the first digits."""
    cut = text.startswith("sha256:") and len(text) > DIGEST_SHOWN
    return f"{text[:DIGEST_SHOWN]}…" if cut else text


def number(count: int, noun: str) -> str:
    """Return for instance ``1 model`` or ``10,000 models``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def counts(run: Run) -> str:
    """Return what came of a Run: ``9 PASS, 5 FAIL (3 known, 1 outdated)``."""
    said = (f"{count:,} {name.upper()}" for name, count in run.summary.items() if count)
    known = known_of(run.findings, run.outdated)
    return f"{', '.join(said) or 'nothing was selected'} {known}".rstrip()


def path(place: Location) -> str:
    """Return the path of a file, on one line and as version control has it."""
    told = escape.line(escape.short(in_repository(place.path), LONGEST))
    return re.sub(r"^(\./+)+", "", told)


def in_repository(path: str) -> str:
    """Return the path of a file from the top of its git repository.

    A file that is in none, or not here, since the Run was made elsewhere, keeps the path it has.
    """
    return _from_top(path, Path.cwd()) or path


@cache
def _from_top(path: str, here: Path) -> str | None:
    """Return the path, if it is known; a Run makes nobody look outside of this repository."""
    file = Path(os.path.normpath(here / path))
    inside = file.is_relative_to(_top(here) or here)
    if not inside or not os.path.isfile(file):  # noqa: PTH113  (pathlib raises for long names)
        return None
    real = file.resolve()
    top = _top(real)
    return real.relative_to(top).as_posix() if top else None


def _top(path: Path) -> Path | None:
    return next((each for each in (path, *path.parents) if (each / ".git").exists()), None)


def meaning(rule: str) -> str:
    """Return what a rule means: a sentence, and then perhaps the argument for it.

    It is what ``zoo explain`` prints: the text at the top of the validator's file, which is read
    and not imported, so that no format needs what validators need.
    """
    from zoo.index.rules import RULES

    if rule in RULES:
        known = RULES[rule]
        return f"{sentence(known.means)}\n\n{sentence(known.why)}\n\n{sentence(known.mend)}"
    if rule == NOT_CHECKABLE:
        return "Lists what a page says that cannot be read off a checkpoint."
    source = files("zoo") / "validators" / f"{rule.replace('-', '_')}.py"
    if rule != rule.strip("_-\n") or not source.is_file():
        return f"The rule {escape.line(rule)}, which this version of zoo does not know."
    module = ast.parse(source.read_text(encoding="utf-8"))
    return inspect.cleandoc(ast.get_docstring(module) or rule).replace("``", "`")
