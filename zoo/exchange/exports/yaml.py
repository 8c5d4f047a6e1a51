"""A model-index document as YAML."""

from __future__ import annotations

from collections.abc import Sequence

from zoo.claims import ModelEntry
from zoo.exchange import Exported, Exporter
from zoo.exchange.document import document, document_notes
from zoo.exchange.written import to_yaml


def render(entries: Sequence[ModelEntry]) -> Exported:
    """Return one document of all entries."""
    return Exported({"models.yaml": to_yaml(document(entries))}, tuple(document_notes(entries)))


EXPORTER = Exporter(render, ".yaml")
