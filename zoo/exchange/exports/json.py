"""A model-index document as JSON; a number that would lose digits there is a text."""

from __future__ import annotations

import json
from collections.abc import Sequence

from zoo.claims import ModelEntry
from zoo.exchange import Exported, Exporter
from zoo.exchange.document import document, document_notes
from zoo.exchange.written import plain


def render(entries: Sequence[ModelEntry]) -> Exported:
    """Return one document of all entries."""
    text = json.dumps(plain(document(entries)), indent=2, ensure_ascii=False, allow_nan=False)
    return Exported({"models.json": text + "\n"}, tuple(document_notes(entries)))


EXPORTER = Exporter(render, ".json")
