"""``zoo.lock``: what each model's weights file was when it was first seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zoo.claims import Claim, Digest, Location, Metric, ModelEntry
from zoo.errors import UsageError
from zoo.index.files import display
from zoo.run import WeightsFile

NAME = "zoo.lock"
SCHEMA_VERSION = "1"
MEND = "mend it by hand, or remove it and run 'zoo lock --all'"


@dataclass(frozen=True, slots=True)
class Pin:
    """What is known of a model's weights file.

    Attributes:
        url: as the index writes it.
        digest: the whole SHA-256.
        size: in bytes.
        first_seen: the day on which this digest was pinned, ISO 8601, UTC.
        location: where the digest is written; None for a pin that is not written yet.
    """

    url: str
    digest: Digest
    size: int
    first_seen: str
    location: Location | None = None


Pins = Mapping[str, Pin]


def read_pins(path: Path) -> Pins:
    """Return the pins of a lock file by model, none where there is no file.

    Raises:
        UsageError: the file cannot be read, or is not a lock file of a version that zoo reads.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    document = _document(text, path)
    lines = text.splitlines()
    return {name: _pin(name, item, path, lines) for name, item in document["models"].items()}


def to_text(pins: Pins) -> str:
    """Return the text of a lock file: sorted by model, a line for each value, for small diffs."""
    models = {
        name: {
            "url": pin.url,
            "sha256": pin.digest.hex,
            "size": pin.size,
            "first_seen": pin.first_seen,
        }
        for name, pin in sorted(pins.items())
    }
    document = {"schema_version": SCHEMA_VERSION, "models": models}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def pinned(entries: Iterable[ModelEntry], pins: Pins) -> list[ModelEntry]:
    """Return the entries, with a claim for each pin that their page does not make itself."""
    return [_with_claim(entry, pins.get(entry.name)) for entry in entries]


def pin(entry: ModelEntry, weights: WeightsFile, today: str) -> Pin:
    """Return the pin of a model's weights file as it is now."""
    assert entry.weights is not None
    return Pin(entry.weights.text, weights.digest, weights.size, today)


def _with_claim(entry: ModelEntry, known: Pin | None) -> ModelEntry:
    if known is None or entry.weights is None or known.location is None:
        return entry
    said = [c.value for c in entry.claims if c.metric is Metric.WEIGHTS_DIGEST]
    if known.digest in said:
        return entry
    digest, place = known.digest, known.location
    claim = Claim(entry.name, Metric.WEIGHTS_DIGEST, digest, place, str(digest))
    return replace(entry, claims=(*entry.claims, claim))


def _document(text: str, path: Path) -> Any:
    from jsonschema import Draft202012Validator

    from zoo.schemas import load

    try:
        document = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}", MEND) from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        hint = "it may be of a newer zoo" if version else MEND
        raise UsageError(f"{path} is not a lock file of version {SCHEMA_VERSION}", hint)
    broken = next(Draft202012Validator(load("lock")).iter_errors(document), None)
    if broken is not None:
        where = "/".join(str(step) for step in broken.absolute_path)
        raise UsageError(f"{path}: /{where} breaks the rule '{broken.validator}'", MEND)
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a mapping; a model that two branches have pinned may come twice after a merge."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for n, (key, _) in enumerate(pairs) if key in dict(pairs[:n]))
        raise ValueError(f"'{twice}' comes twice")
    return found


def _pin(name: str, item: Mapping[str, Any], path: Path, lines: list[str]) -> Pin:
    key = re.compile(re.escape(json.dumps(name, ensure_ascii=False)) + r"\s*:\s*(\{|$)")
    first = next((n for n, line in enumerate(lines) if key.search(line)), 0)
    line = next((n for n in range(first, len(lines)) if '"sha256"' in lines[n]), first)
    column = lines[line].find(item["sha256"]) + 1
    pointer = f"/models/{name.replace('~', '~0').replace('/', '~1')}/sha256"
    place = Location(display(path), line + 1, max(column, 1), pointer)
    digest = Digest("sha256", item["sha256"])
    return Pin(item["url"], digest, item["size"], item["first_seen"], place)
