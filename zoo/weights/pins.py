"""``zoo.lock``: what each model's weights file was when it was first seen."""

from __future__ import annotations

import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zoo import schemas
from zoo.claims import Claim, Digest, Location, Metric, ModelEntry
from zoo.errors import UsageError
from zoo.index.files import display
from zoo.run import WeightsFile

NAME = "zoo.lock"
SCHEMA_VERSION = "1"
MAX_BYTES = 16 * 2**20
_DIGEST = re.compile(r'"sha256"\s*:\s*"([0-9a-f]{64})"')
MEND = "mend it by hand, or move it away and run 'zoo lock --all', which writes such a file"


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
        text = _text(path)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    models = _document(text, path)["models"]
    places = _places(text, list(models), path)
    return {name: _pin(item, places[name]) for name, item in models.items()}


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
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}", MEND) from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        hint = "it may be of a newer zoo" if version else MEND
        raise UsageError(f"{path} is not a lock file of version {SCHEMA_VERSION}", hint)
    broken = schemas.fault("lock", document)
    if broken is not None:
        where = "/".join(str(step) for step in broken.absolute_path)
        raise UsageError(f"{path}: /{where} breaks the rule '{broken.validator}'", MEND)
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a mapping; a model that two branches have pinned may come twice after a merge."""
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"'{twice}' comes twice")
    return found


def _text(path: Path) -> str:
    """Return the text of a regular file within the size cap that lies where it seems to.

    Whoever may change a repository may put a link or a device into the place of its lock file.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
        UsageError: it is not such a file.
    """
    target = _target(path)
    descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError(f"{path} cannot be read: this is not a regular file", MEND)
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} cannot be read: it is larger than {MAX_BYTES // 2**20} MiB", MEND)
    return data.decode("utf-8")


def _target(path: Path) -> Path:
    try:
        target = path.resolve()
        inside = target.is_relative_to(path.parent.resolve()) and not target.is_symlink()
    except (RuntimeError, ValueError):  # links in a circle (a link is left since 3.13), or a NUL
        inside = False
    if not inside:
        hint = "name the file itself with --lock, or put it in the place of the link"
        raise UsageError(f"{path} cannot be read: the link leads out of its folder", hint)
    return target


def _places(text: str, names: list[str], path: Path) -> Mapping[str, Location]:
    """Return where each model's digest is written; the beginning of the file where that is unsure.

    The members of a JSON object come in the order in which they are written, and inside of a string
    no quote stands without a backslash, so that the digests' members are found in one pass.
    """
    starts = [found.start(1) for found in _DIGEST.finditer(text)]
    sure = len(starts) == len(names)
    shown, places, line, begin, last = display(path), {}, 1, 0, 0
    for name, start in zip(names, starts if sure else [0] * len(names), strict=True):
        line += text.count("\n", last, start)
        begin = max(begin, text.rfind("\n", last, start) + 1)
        pointer = f"/models/{name.replace('~', '~0').replace('/', '~1')}/sha256"
        places[name] = Location(shown, line, start - begin + 1, pointer)
        last = start
    return places


def _pin(item: Mapping[str, Any], place: Location) -> Pin:
    digest = Digest("sha256", item["sha256"])
    return Pin(item["url"], digest, item["size"], item["first_seen"], place)
