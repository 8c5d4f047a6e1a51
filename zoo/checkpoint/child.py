"""The process that opens a checkpoint: reads standard input, writes safetensors or a reason.

It starts without the parent's environment, gives up all but reading and answering, and only then
looks at the file. What it answers on standard output is one safetensors file; the reason why there
is none goes to standard error, as one JSON object.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from zoo.checkpoint import confinement, numpy_file, safetensors_file, torch_file
from zoo.checkpoint.archive import Archive, open_archive
from zoo.checkpoint.choosing import choose
from zoo.checkpoint.formats import HEAD, Format, recognise
from zoo.checkpoint.record import Record
from zoo.checkpoint.rejected import Kind, Rejected, no_checkpoint, too_much
from zoo.checkpoint.tensors import Tensor, not_finite, write

MOST_SHOWN = 100  # names in a list of the record
FAILED = 3  # exit code: standard error says why


@dataclass(frozen=True, slots=True)
class Found:
    """The tensors of a file and what choosing them has told."""

    format: Format
    tensors: dict[str, Tensor]
    key: str = ""
    passed_over: tuple[str, ...] = ()
    stripped: str = ""
    dropped: tuple[str, ...] = ()
    tied: tuple[tuple[str, ...], ...] = ()


def main(digest: str, averaged: bool) -> None:
    """Answer, and end the process.

    Args:
        digest: SHA-256 that the file must have, in hexadecimal.
        averaged: whether the file's name is that of an average of the weights.
    """
    answer, errors = os.dup(1), os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)  # what libraries print is no part of the answer
    os.dup2(nothing, 2)
    try:
        _answer(digest, answer, averaged=averaged)
    except BaseException as error:
        os.write(errors, json.dumps(_reason(error)).encode())
        os._exit(FAILED)
    os._exit(0)  # nothing is left to be done, and torch takes its time to end


def _answer(digest: str, descriptor: int, *, averaged: bool) -> None:
    size = os.fstat(0).st_size
    reached = confinement.confine(size)
    with open(0, "rb", closefd=False) as stream:
        before = os.fstat(0)
        _check_digest(stream, digest)
        found = _find(stream, size, reached, averaged=averaged)
        counts = [not_finite(tensor) for tensor in found.tensors.values()]
        write(found.tensors, _record(digest, found, counts, reached), descriptor)
        after = os.fstat(0)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Rejected(Kind.CHANGED, "it was changed while it was read")


def _record(digest: str, found: Found, counts: list[tuple[int, int]], reached: list[str]) -> Record:
    return Record(
        source=digest,
        format=found.format.value,
        state_dict=found.key,
        passed_over=found.passed_over,
        stripped=found.stripped,
        dtypes=dict(sorted(Counter(tensor.dtype for tensor in found.tensors.values()).items())),
        nan=sum(nan for nan, _ in counts),
        infinite=sum(infinite for _, infinite in counts),
        dropped=found.dropped[:MOST_SHOWN],
        tied=found.tied,
        confinement=tuple(reached),
    )


def _check_digest(stream: BinaryIO, digest: str) -> None:
    running = hashlib.sha256()
    while piece := stream.read(2**20):
        running.update(piece)
    if running.hexdigest() != digest:
        raise Rejected(Kind.CHANGED, "it is no longer the file that was hashed")
    stream.seek(0)


def _find(stream: BinaryIO, size: int, reached: list[str], *, averaged: bool) -> Found:
    held = recognise(stream.read(HEAD), size)
    if held is Format.SAFETENSORS:
        reached += _settle(size, "numpy")
        return Found(held, safetensors_file.read(stream, size))
    if held is Format.TORCH_LEGACY:
        torch_file.check_legacy(stream)
        return _find_torch(held, stream, size, reached, averaged=averaged)
    archive = open_archive(stream, size)
    if torch_file.prefix(archive) is not None:
        torch_file.check_zip(archive)
        return _find_torch(Format.TORCH_ZIP, stream, size, reached, averaged=averaged)
    return _find_arrays(archive, size, reached)


def _find_torch(
    held: Format, stream: BinaryIO, size: int, reached: list[str], *, averaged: bool
) -> Found:
    reached += _settle(size, "torch")
    content = torch_file.load(stream)
    if held is Format.TORCH_LEGACY:
        torch_file.check_end(stream, size)
    chosen = choose(content, torch_file.is_tensor, averaged=averaged)
    given = dict(chosen.tensors)
    tensors, tied = torch_file.plain(given, size), torch_file.tied(given)
    return Found(
        held, tensors, chosen.key, chosen.passed_over, chosen.stripped, chosen.dropped, tied
    )


def _find_arrays(archive: Archive, size: int, reached: list[str]) -> Found:
    names = archive.members
    if not names or not all(name.endswith(numpy_file.ENDING) for name in names):
        raise no_checkpoint("it is a zip of something else")
    reached += _settle(size, "numpy")
    tensors, dropped = numpy_file.read(archive, size)
    return Found(Format.NPZ, tensors, dropped=dropped)


def _settle(size: int, library: str) -> list[str]:
    """Import what the file needs, then limit the memory above that and watch what is done.

    The bindings of CUDA call a compiler to find their library, which this process may not.
    """
    sys.modules["cuda"] = None  # type: ignore[assignment] # how an import is told to fail
    try:
        importlib.import_module(library)
    except ImportError:
        raise Rejected(Kind.MACHINE, f"{library} is not installed on this machine") from None
    confinement.limit_time(size)
    return confinement.limit_memory(size) + confinement.watch()


def _reason(error: BaseException) -> dict[str, str]:
    if isinstance(error, MemoryError):
        error = too_much("it asks for more memory than a file of its size needs")
    if isinstance(error, Rejected):
        return {"kind": error.kind.value, "reason": error.reason[:1000]}
    first = str(error).partition("\n")[0][:120]
    reason = f"{type(error).__name__}: {first}"
    return {"kind": Kind.DAMAGED.value, "reason": reason}
