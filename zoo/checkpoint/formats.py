"""Tells by its first bytes what a file is; its name has no say."""

from __future__ import annotations

from enum import Enum

from zoo.checkpoint.rejected import Rejected, no_checkpoint, unsupported

HEAD = 512  # bytes that suffice to tell; a tar says that it is one at 257

# torch.save before 1.6 begins with the pickle of this number.
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C.to_bytes(10, "little")


class Format(str, Enum):
    """What holds the tensors."""

    TORCH_ZIP = "torch zip"
    TORCH_LEGACY = "torch legacy"
    NPZ = "npz"
    SAFETENSORS = "safetensors"


# The formats that a file of this ending may have; under any other ending, whatever it has.
ENDINGS = {
    ".safetensors": {Format.SAFETENSORS},
    ".npz": {Format.NPZ},
    ".pth": {Format.TORCH_ZIP, Format.TORCH_LEGACY},
    ".pt": {Format.TORCH_ZIP, Format.TORCH_LEGACY},
    ".pth.tar": {Format.TORCH_ZIP, Format.TORCH_LEGACY},
    ".bin": {Format.TORCH_ZIP, Format.TORCH_LEGACY},
    ".ckpt": {Format.TORCH_ZIP, Format.TORCH_LEGACY},
}

_OTHERS = {
    b"<!DOCTYPE": "an HTML page",
    b"<!doctype": "an HTML page",
    b"<html": "an HTML page",
    b"<?xml": "an XML document, such as a server's error",
    b"version https://git-lfs": "a Git LFS pointer, not the file that it points to",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a single NumPy array, without a name",
    b"GGUF": "a GGUF file",
}


def recognise(head: bytes, size: int) -> Format | None:
    """Return the format of a file, or None where only its members can tell which zip it is.

    Args:
        head: its first bytes, ``HEAD`` of them or all.
        size: of the whole file, in bytes.

    Raises:
        Rejected: it is something else.
    """
    if not head:
        raise no_checkpoint("it is empty")
    text = head.lstrip()
    if other := next((what for magic, what in _OTHERS.items() if text.startswith(magic)), ""):
        raise no_checkpoint(f"it is {other}")
    if head.startswith(b"PK\x03\x04"):
        return None
    if head[257:262] == b"ustar":
        raise unsupported("it is a tar, as torch wrote before 0.1.12 or as others pack")
    if LEGACY_MAGIC in head[:20]:
        return Format.TORCH_LEGACY
    if _length(head) <= size - 8 and head[8:9] == b"{":
        return Format.SAFETENSORS
    raise _stranger(head, size)


def _length(head: bytes) -> int:
    return int.from_bytes(head[:8], "little") if len(head) >= 9 else 2**64


def _stranger(head: bytes, size: int) -> Rejected:
    if head[8:10] == b'{"':
        return no_checkpoint(f"its safetensors header is said to be longer than its {size} bytes")
    if head[:1] in b"{[":
        return no_checkpoint("it is JSON")
    return no_checkpoint("its first bytes are those of no format that is read")


def agree(name: str, held: Format) -> bool:
    """Return whether a file of this name may have this format.

    Every other reader goes by the ending, so a name that says something else is a fault.
    """
    folded = name.casefold()
    ending = next((each for each in ENDINGS if folded.endswith(each)), None)
    return ending is None or held in ENDINGS[ending]
