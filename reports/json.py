"""The Run as one JSON document: the evidence itself, by ``zoo/schemas/run.json``."""

from __future__ import annotations

from zoo import escape
from zoo.evidence import to_json
from zoo.reports import Report, Style
from zoo.run import Run


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the document as ``run.json``."""
    return {"run.json": escape.json_text(to_json(run))}


REPORT = Report(render)
