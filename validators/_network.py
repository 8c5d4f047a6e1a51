"""Says of the network that was built whether it is the one that the page names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.claims import file_name
from zoo.subject import Identity, Subject


def elsewhere(subject: Subject) -> tuple[Mapping[str, Any] | None, str]:
    """Return the cause, as data and in words, where the name leads to another network.

    A present name is another network's where the source does not have the documented weights
    file under it.
    """
    identity, asked = subject.identity(), subject.entry.source.reference
    present = identity.name
    if present is None or _architecture(present) == _architecture(asked):
        return None, ""
    weights = subject.entry.weights
    if weights is not None and _has(identity, present, file_name(weights.text)):
        return None, ""
    return {"kind": "alias", "resolves_to": present}, f"alias resolves to {present}"


def _has(identity: Identity, present: str, documented: str) -> bool:
    holders = {_architecture(tag) for tag in identity.holders}
    return documented == identity.loaded or _architecture(present) in holders


def _architecture(name: str) -> str:
    """Return a name without the tag of its weights."""
    return name.partition(".")[0]
