"""Says why a checkpoint is not read: a reason of one kind, as a child tells its parent."""

from __future__ import annotations

from enum import Enum


class Kind(str, Enum):
    """What sort of reason it is.

    NO_CHECKPOINT: something else. NO_TENSORS: nothing by name. GLOBAL: it asks for code. DAMAGED:
    its parts contradict one another. UNSUPPORTED: of a kind that is not read. LIMIT: it would take
    more than it may. CHANGED: not the file that was hashed. MACHINE: a library is missing here.
    """

    NO_CHECKPOINT = "no-checkpoint"
    NO_TENSORS = "no-tensors"
    GLOBAL = "global"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"
    LIMIT = "limit"
    CHANGED = "changed"
    MACHINE = "machine"


class Rejected(Exception):
    """A file is not read.

    Args:
        kind: what sort of reason it is.
        reason: a sentence about the file, which may hold text of it.
    """

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


def damaged(reason: str) -> Rejected:
    """Return the error for a file whose parts contradict one another."""
    return Rejected(Kind.DAMAGED, f"damaged: {reason}")


def unsupported(reason: str) -> Rejected:
    """Return the error for a file of a kind that is not read."""
    return Rejected(Kind.UNSUPPORTED, reason)


def too_much(reason: str) -> Rejected:
    """Return the error for a file that would take more than it may."""
    return Rejected(Kind.LIMIT, f"too much: {reason}")


def no_tensors(reason: str) -> Rejected:
    """Return the error for a file that holds no tensors by name."""
    return Rejected(Kind.NO_TENSORS, f"holds no state dict: {reason}")


def no_checkpoint(reason: str) -> Rejected:
    """Return the error for a file that is something else."""
    return Rejected(Kind.NO_CHECKPOINT, reason)
