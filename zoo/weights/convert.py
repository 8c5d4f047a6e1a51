"""Makes plain safetensors of a weights file, once: what was made is kept in the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from zoo.checkpoint import record
from zoo.checkpoint.formats import Format, agree
from zoo.checkpoint.opening import Unopened, names_average, opened
from zoo.checkpoint.record import Checkpoint
from zoo.claims import file_name
from zoo.errors import Blocked, Unavailable
from zoo.escape import line
from zoo.run import WeightsFile
from zoo.scratch import scratch
from zoo.weights.store import Store

READER = 1  # changes whenever the same file would be read to something else

Opened = Callable[[WeightsFile], Checkpoint]


def in_store(store: Store, *, other: bool = False) -> Opened:
    """Return a function that opens weights files and keeps the conversions in a store.

    A conversion that was kept is believed if its record is of that file, and else made anew. Where
    the store cannot be written, it is gone when this process ends.

    Args:
        other: an average of the weights is preferred where the file's name says nothing of it, and
            not where it does: what is found is what was passed over, if there is any.

    The function raises:
        Blocked: the digest is not the claimed one, so that the file is not opened.
        Refused: the file asks for code.
        Unavailable: the file cannot be read as a checkpoint, and why.
    """

    def opened_once(weights: WeightsFile) -> Checkpoint:
        if weights.mismatch:
            message = f"not loaded: {weights.mismatch}"
            raise Blocked("weights-digest", message, about=str(weights.digest))
        averaged = names_average(file_name(weights.url)) != other
        found = store.find(_key(weights, averaged))
        known = found and _known(weights, found[0])
        return known or _checkpoint(weights, _kept(store, weights, averaged))

    return opened_once


def _key(weights: WeightsFile, averaged: bool) -> str:
    suffix = "&averaged" if averaged else ""
    return f"converted:{weights.digest}?reader={READER}{suffix}"


def _add(store: Store, weights: WeightsFile, averaged: bool) -> Path:
    tensors = opened(weights.path, file_name(weights.url), weights.digest.hex, averaged=averaged)
    return store.add(_key(weights, averaged), tensors)[0]


def _kept(store: Store, weights: WeightsFile, averaged: bool) -> Path:
    """Return the new conversion: in the store, or aside where the store cannot be written."""
    try:
        return _add(store, weights, averaged)
    except Unopened:
        raise
    except Unavailable:
        return _add(Store(scratch()), weights, averaged)


def _known(weights: WeightsFile, path: Path) -> Checkpoint | None:
    """Return the conversion that was kept, or None where it is not one of this file."""
    try:
        checkpoint, held = _read(weights, path)
    except (OSError, ValueError):
        return None
    return _named_so(weights, checkpoint, held)


def _checkpoint(weights: WeightsFile, path: Path) -> Checkpoint:
    try:
        checkpoint, held = _read(weights, path)
    except (OSError, ValueError) as error:
        name, reason = line(file_name(weights.url)), line(str(error))
        raise Unavailable(f"the conversion of {name} cannot be read: {reason}") from None
    return _named_so(weights, checkpoint, held)


def _read(weights: WeightsFile, path: Path) -> tuple[Checkpoint, Format]:
    """Return a conversion and the format of what it was made of.

    Raises:
        OSError: it cannot be read.
        ValueError: it is none, or of another file.
    """
    checkpoint = record.read(path)
    if checkpoint.record.source != weights.digest.hex:
        raise ValueError("it is of another file")
    return checkpoint, Format(checkpoint.record.format)


def _named_so(weights: WeightsFile, checkpoint: Checkpoint, held: Format) -> Checkpoint:
    name = file_name(weights.url)
    if not agree(name, held):
        raise Unavailable(
            f"{line(name)} is not what its name says: it is a file of the format {held.value}",
            "rename it, since every other reader goes by the name",
        )
    return checkpoint
