"""A model-index document as JSON; a number that would lose digits there is a text."""

from __future__ import annotations

from collections.abc import Sequence

from zoo import escape
from zoo.claims import ModelEntry
from zoo.exchange import Exported, Exporter
from zoo.exchange.document import document, document_notes
from zoo.exchange.written import plain


def render(entries: Sequence[ModelEntry]) -> Exported:
    """Return one document of all entries."""
    text = escape.as_json(plain(document(entries)))
    return Exported({"models.json": text}, tuple(document_notes(entries)))


EXPORTER = Exporter(render, ".json")
