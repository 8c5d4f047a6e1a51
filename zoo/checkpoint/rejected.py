"""Says why a checkpoint is not read: a reason of one kind, as a child tells its parent."""

from __future__ import annotations

from enum import Enum


class Kind(str, Enum):
    """What sort of reason it is.

    NO_CHECKPOINT: something else, or no tensors by name. GLOBAL: it asks for code. DAMAGED: its
    parts contradict one another. UNSUPPORTED: of a kind that is not read. LIMIT: it would take more
    than it may. CHANGED: it is not the file that was hashed. MACHINE: a library is missing here.
    """

    NO_CHECKPOINT = "no-checkpoint"
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
        reason: completes the sentence that begins with the file's name; may hold text of the file.
    """

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


def damaged(reason: str) -> Rejected:
    """Return the error for a file whose parts contradict one another."""
    return Rejected(Kind.DAMAGED, f"is damaged: {reason}")


def unsupported(reason: str) -> Rejected:
    """Return the error for a file of a kind that is not read."""
    return Rejected(Kind.UNSUPPORTED, f"is not read: {reason}")


def too_much(reason: str) -> Rejected:
    """Return the error for a file that would take more than it may."""
    return Rejected(Kind.LIMIT, f"is not read: {reason}")


def no_checkpoint(reason: str) -> Rejected:
    """Return the error for a file that is something else."""
    return Rejected(Kind.NO_CHECKPOINT, f"is no checkpoint of tensors: {reason}")
