"""Says of the network that was built whether it is the one that the page names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.subject import Subject


def elsewhere(subject: Subject) -> tuple[Mapping[str, Any] | None, str]:
    """Return the cause, as data and in words, where the name leads to another architecture."""
    present, asked = subject.identity().name, subject.entry.source.reference
    if present is None or present.partition(".")[0] == asked.partition(".")[0]:
        return None, ""
    return {"kind": "alias", "resolves_to": present}, f"alias resolves to {present}"
