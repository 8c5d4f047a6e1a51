"""Makes plain safetensors of a weights file, once: what was made is kept in the store."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from zoo.checkpoint import record
from zoo.checkpoint.formats import Format, agree
from zoo.checkpoint.opening import Unopened, names_average, opened
from zoo.checkpoint.record import Checkpoint
from zoo.claims import file_name
from zoo.errors import Blocked, Unavailable
from zoo.escape import line
from zoo.run import WeightsFile
from zoo.weights.store import Store

READER = 1  # changes whenever the same file would be read to something else

Opened = Callable[[WeightsFile], Checkpoint]


def in_store(folder: Path) -> Opened:
    """Return a function that opens weights files and keeps the conversions in a store."""

    def opened_once(weights: WeightsFile) -> Checkpoint:
        return _converted(weights, Store(folder))

    return opened_once


def in_passing(weights: WeightsFile) -> Checkpoint:
    """Open a weights file; the conversion is gone when the process ends."""
    return _converted(weights, Store(_scratch()))


def _converted(weights: WeightsFile, store: Store) -> Checkpoint:
    """Return the tensors of a weights file as plain safetensors.

    Raises:
        Blocked: the digest is not the claimed one, so that the file is not opened.
        Refused: the file asks for code.
        Unavailable: the file cannot be read as a checkpoint, and why.
    """
    if weights.mismatch:
        raise Blocked("weights-digest", f"not loaded: {weights.mismatch}")
    name = file_name(weights.url)
    key = f"converted:{weights.digest}?reader={READER}"
    key += "&averaged" if names_average(name) else ""
    found = store.find(key)
    path = found[0] if found else _add(store, key, weights, name)
    try:
        checkpoint = record.read(path)
    except (OSError, ValueError) as error:
        raise Unavailable(f"the conversion of {line(name)} cannot be read: {error}") from None
    held = Format(checkpoint.record.format)
    if not agree(name, held):
        raise Unavailable(
            f"{line(name)} is not what its name says: it is a file of the format {held.value}",
            "rename it, since every other reader goes by the name",
        )
    return checkpoint


def _add(store: Store, key: str, weights: WeightsFile, name: str) -> Path:
    """Return the new conversion: in the store, or in passing where the store cannot be written."""
    try:
        return store.add(key, opened(weights.path, name, weights.digest.hex))[0]
    except Unopened:
        raise
    except Unavailable:
        if store.folder == _scratch():
            raise
        return Store(_scratch()).add(key, opened(weights.path, name, weights.digest.hex))[0]


@cache
def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="zoo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
