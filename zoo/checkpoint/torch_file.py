"""Reads what ``torch.save`` wrote: the one module in which a pickle is interpreted.

``weights_only=True`` is not a boundary (CVE-2025-32434, CVE-2026-24747), so this runs in a child
that can do nothing but read and answer, and after ``opcodes`` has shown that the pickle asks for
nothing but tensors. What torch rebuilds is then checked: every tensor lies within its storage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from zoo.checkpoint import opcodes
from zoo.checkpoint.archive import Archive, check_stored, check_sums, pieces
from zoo.checkpoint.rejected import Rejected, damaged, too_much, unsupported
from zoo.checkpoint.tensors import Tensor

if TYPE_CHECKING:
    import torch

GROWTH = 2  # tensors may share a storage: together they may have this many times the file's bytes
SPARE = 2**20  # bytes
MOST_PICKLE = 256 * 2**20  # bytes
PICKLE = "data.pkl"
_HEADS = 4  # pickles before the storages' keys: magic number, version, machine, content
_CODE = ("constants.pkl", "code/", "attributes.pkl", "model.json")
_KNOWN = ("data.pkl", "version", "byteorder", ".format_version", ".storage_alignment")
_KNOWN_FOLDERS = ("data/", ".data/")


class Ignored:
    """Stands for what training noted beside the weights; it does nothing."""

    def __init__(self, *_: object) -> None: ...

    def __setstate__(self, _: object) -> None: ...


def prefix(archive: Archive) -> str | None:
    """Return the folder of a torch checkpoint in a zip, or None where there is none."""
    tops = {name.partition("/")[0] for name in archive.members}
    top = f"{next(iter(tops))}/" if len(tops) == 1 else ""
    return top if top + PICKLE in archive.members else None


def check_zip(archive: Archive) -> None:
    """Check a zip of torch's, all but its tensors; torch is not needed for that.

    Raises:
        Rejected: it asks for code, is damaged, or has what is not read.
    """
    top = prefix(archive)
    assert top is not None
    for name in (each.removeprefix(top) for each in archive.members):
        if name.startswith(_CODE):
            raise unsupported("it is a TorchScript archive, which holds code")
        if name not in _KNOWN and not name.startswith(_KNOWN_FOLDERS):
            raise unsupported(f"its zip has a member {name[:60]}, which torch never writes")
    check_stored(archive)
    check_sums(archive)
    order = f"{top}byteorder"
    if order in archive.members and b"".join(pieces(archive, order)) != b"little":
        raise unsupported("its numbers are not in little-endian order")
    if archive.members[top + PICKLE].file_size > MOST_PICKLE:
        raise too_much("its pickle is too long")
    with archive.zip.open(top + PICKLE) as stream:
        opcodes.check(stream)  # type: ignore[arg-type] # it has all that is asked of a stream
        if stream.read(1):
            raise damaged("its pickle is followed by something else")


def check_legacy(stream: BinaryIO) -> None:
    """Check the pickles of a file that torch wrote before 1.6; torch is not needed for that.

    Raises:
        Rejected: one asks for code, or is none.
    """
    stream.seek(0)
    for _ in range(_HEADS + 1):
        opcodes.check(stream)


def load(stream: BinaryIO) -> Any:
    """Return what a checked file holds.

    Raises:
        Rejected: torch cannot read it.
    """
    import torch

    ignored: list[Any] = [(Ignored, name) for name in sorted(opcodes.IGNORED)]
    stream.seek(0)
    try:
        with torch.serialization.safe_globals(ignored):
            return torch.load(stream, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except Exception as error:  # torch raises errors of ten types and more
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> Rejected:
    first = str(error).partition("\n")[0]
    if "allocate memory" in str(error) or "bad_alloc" in str(error):
        return too_much("it asks for more memory than a file of its size needs")
    reason = first.partition(". ")[0][:120]
    return damaged(": ".join(filter(None, (type(error).__name__, reason))))


def is_tensor(value: object) -> bool:
    """Return whether a value is a tensor of torch."""
    import torch

    return isinstance(value, torch.Tensor)


def check_end(stream: BinaryIO, size: int) -> None:
    """Require that a legacy file ends with its last storage, where torch leaves the stream."""
    if stream.tell() != size:
        raise damaged(f"its tensors end at byte {stream.tell():,}, and the file at {size:,}")


def plain(tensors: dict[str, torch.Tensor], size: int) -> dict[str, Tensor]:
    """Return torch's tensors as bytes.

    Args:
        size: of the whole file, in bytes.

    Raises:
        Rejected: one is not dense, of a type that is not read, or not within its storage.
    """
    for name, tensor in tensors.items():
        _check_kind(name, tensor)
        _check_bounds(name, tensor)
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage() for t in tensors.values()}
    held = sum(storage.nbytes() for storage in storages.values())
    if held > size:
        raise damaged(f"its storages have {held:,} bytes, and the file {size:,}")
    total = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if total > GROWTH * size + SPARE:
        raise too_much(f"its tensors have {total:,} bytes, and the file {size:,}")
    return {name: _plain(tensor) for name, tensor in tensors.items()}


def _check_kind(name: str, tensor: torch.Tensor) -> None:
    import torch

    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.device.type != "cpu":
        kind = "quantised" if tensor.is_quantized else str(tensor.layout).removeprefix("torch.")
        kind = kind if tensor.device.type == "cpu" else f"on the device {tensor.device.type}"
        raise unsupported(f"the tensor {name} is {kind}, and not dense")
    if tensor.dtype not in _dtypes():
        dtype = str(tensor.dtype).removeprefix("torch.")
        raise unsupported(f"the tensor {name} has elements of type {dtype}")


def _check_bounds(name: str, tensor: torch.Tensor) -> None:
    """Raise Rejected unless every element lies in the storage, and no more elements than that."""
    if not tensor.numel():
        return
    offset, strides = tensor.storage_offset(), tensor.stride()
    last = offset + sum((n - 1) * step for n, step in zip(tensor.shape, strides, strict=True))
    elements = tensor.untyped_storage().nbytes() // tensor.element_size()
    if offset < 0 or min(strides, default=0) < 0 or last >= elements:
        raise damaged(f"the tensor {name} reaches out of its storage of {elements:,} elements")
    if tensor.numel() > elements:
        raise too_much(f"the tensor {name} has {tensor.numel():,} elements, stored {elements:,}")


def _plain(tensor: torch.Tensor) -> Tensor:
    def data() -> memoryview:
        import torch

        dense = tensor.detach().resolve_neg().contiguous().reshape(-1)
        return dense.view(torch.uint8).numpy().data

    size = tensor.numel() * tensor.element_size()
    return Tensor(_dtypes()[tensor.dtype], tuple(tensor.shape), size, data)


def _dtypes() -> dict[torch.dtype, str]:
    import torch

    return {
        torch.float64: "F64",
        torch.float32: "F32",
        torch.float16: "F16",
        torch.bfloat16: "BF16",
        torch.int64: "I64",
        torch.int32: "I32",
        torch.int16: "I16",
        torch.int8: "I8",
        torch.uint8: "U8",
        torch.uint16: "U16",
        torch.uint32: "U32",
        torch.uint64: "U64",
        torch.bool: "BOOL",
    }


def tied(tensors: dict[str, torch.Tensor]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of names that stand for one and the same tensor."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for name, tensor in tensors.items():
        if tensor.numel():
            place = (tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride())
            groups.setdefault(place, []).append(name)
    return tuple(tuple(names) for names in groups.values() if len(names) > 1)
