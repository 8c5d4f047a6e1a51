"""Says of the network that was built whether it is the one that the page names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.claims import file_name
from zoo.subject import Identity, Subject


def elsewhere(subject: Subject) -> tuple[Mapping[str, Any] | None, str]:
    """Return the cause, as data and in words, where the name leads to another network.

    It is another network's name where the source has the documented weights file under others
    only, or under none while this name has another file. Where it keeps the weights of the name in
    a repository, nothing is known of the file, and no cause is given.
    """
    identity, asked = subject.identity(), subject.entry.source.reference
    present, weights = identity.name, subject.entry.weights
    if present is None or _architecture(present) == _architecture(asked):
        return None, ""
    documented = file_name(weights.text) if weights is not None else ""
    alike = _called_alike(present, asked) and not identity.holders
    if weights is not None and (alike or not _misdirected(identity, present, documented)):
        return None, ""
    return {"kind": "alias", "resolves_to": present}, f"alias resolves to {present}"


def _misdirected(identity: Identity, present: str, documented: str) -> bool:
    if identity.holders:
        return _architecture(present) not in {_architecture(tag) for tag in identity.holders}
    in_repository = "/" in identity.loaded
    return bool(identity.loaded) and not in_repository and identity.loaded != documented


def _called_alike(present: str, asked: str) -> bool:
    """Return whether a name only says who trained the network: ``tv_resnet34``, ``resnet34``."""
    return _architecture(present) in asked


def _architecture(name: str) -> str:
    """Return a name without the tag of its weights."""
    return name.partition(".")[0]
