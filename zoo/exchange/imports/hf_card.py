"""A Hugging Face model card, as zoo itself reads it: the ``model-index`` of its front matter.

Fields as in https://github.com/huggingface/hub-docs/blob/main/modelcard.md. The rest of the front
matter (licence, tags, languages) is about the repository and has no place in a model index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from zoo.errors import UsageError
from zoo.exchange import Imported, Importer
from zoo.exchange.text import read_text
from zoo.index import read_index

_KEY = re.compile(r"([A-Za-z][\w-]*)[ \t]*:")


def recognises(source: str) -> bool:
    """Return whether a source is a Markdown page by its name."""
    return source.casefold().endswith((".md", ".mdx"))


def read(source: str) -> Imported:
    """Return the models of a card.

    Raises:
        UsageError: it is no such card, with the line that is off.
    """
    keys = list(_keys(read_text(Path(source)), source))
    index = read_index(Path(source))
    if index.errors:
        problem = index.errors[0]
        raise UsageError(f"{problem.location}: {problem.message}", problem.hint)
    others = [key for key in keys if key != "model-index"]
    notes = [str(problem) for problem in index.problems]
    if others:
        notes.append(f"not carried over: {', '.join(others)}")
    return Imported(index.entries, tuple(notes))


def _keys(page: str, source: str) -> Iterator[str]:
    """Yield the keys of a page's front matter."""
    lines = page.split("\n")
    ends = [number for number, line in enumerate(lines) if number and line.rstrip() == "---"]
    if lines[0].rstrip() != "---" or not ends:
        raise UsageError(
            f"{source}:1: this is no model card: it has no front matter",
            "a card begins with a line '---'; a page of an index needs no import: --index PATH",
        )
    for line in lines[1 : ends[0]]:
        if match := _KEY.match(line):
            yield match[1]


IMPORTER = Importer(recognises, read)
