"""A code link that leads to where another model is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from zoo.claims import Location, Metric, ModelEntry
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule
from zoo.validators.forensics._names import alike, compact, own_name
from zoo.validators.forensics._numbers import differ, number

RULE = Rule(
    id="code-of-another-model",
    level="warning",
    means="The code link leads to the function of another model, or to the line of another model "
    "where each model has a line of its own.",
    why="Who wants to rebuild the model builds another one. Lines of a branch move, too: a link "
    "with a line is right only at a fixed commit.",
    mend="link to the function that builds this model, at a commit",
)

# So many models must have a line of their own in a file before a shared line is a slip: where a
# collection's models share the line of their class, that is what is meant.
OTHERS = 3


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose code link is, by its function or line, another model's."""
    models = {compact(own_name(entry)): entry for entry in registry.values()}
    files: dict[str, dict[str, list[ModelEntry]]] = {}
    for entry in registry.values():
        parts = urlsplit(entry.code or "")
        if re.fullmatch(r"L\d+", parts.fragment):
            lines = files.setdefault(f"{parts.netloc}{parts.path}", {})
            lines.setdefault(parts.fragment, []).append(entry)
        elif (other := _function(entry, parts.fragment, models)) is not None:
            message = f"the code link leads to {parts.fragment}"
            yield _suspicion(entry, other, message)
    for lines in files.values():
        yield from _shared(lines)


def _shared(lines: dict[str, list[ModelEntry]]) -> Iterator[Suspicion]:
    """Yield the models of one file that have not a line of their own, as the others do."""
    alone = sum(len(entries) == 1 for entries in lines.values())
    for line, (first, *others) in lines.items():
        for entry in others if alone >= max(OTHERS, len(others) + 1) else ():
            if differ(number(entry, Metric.PARAMETERS), number(first, Metric.PARAMETERS)):
                yield _suspicion(entry, first, f"the code link leads to line {line[1:]}")


def _function(entry: ModelEntry, fragment: str, models: dict[str, ModelEntry]) -> ModelEntry | None:
    """Return the other model whose name is that of the function in a link's fragment."""
    name = fragment.rpartition(".")[2]
    other = models.get(compact(name)) if name else None
    return None if other is entry or alike(own_name(entry), name) else other


def _suspicion(entry: ModelEntry, other: ModelEntry, message: str) -> Suspicion:
    return Suspicion(
        entry.name, f"{message}, as that of {other.name} (at {_place(other)})", _place(entry)
    )


def _place(entry: ModelEntry) -> Location:
    """Return where the code link is written."""
    written = (text for name, text in entry.fields.items() if name.casefold() == "code")
    text = next(written, None)
    return entry.location if text is None else text.location


CHECK = Check(RULE, find)
