"""Lists what a pickle asks for, without running it: only a few inert names and opcodes pass.

A pickle is a program. This reads it as data (``pickletools`` disassembles and calls nothing) before
torch sees a byte of it, so that what is refused is named and nothing else is ever interpreted. It
is an allow list, since every deny list has been got round (arXiv:2508.19774).
"""

from __future__ import annotations

import pickletools
import warnings
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from zoo.checkpoint.rejected import Kind, Rejected, damaged, too_much, unsupported

MOST_OPCODES = 5_000_000

_DTYPES = (
    *("float64", "float32", "float16", "bfloat16", "bool", "uint8"),
    *("int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"),
)
_STORAGES = (
    *("Double", "Float", "Half", "BFloat16", "Bool", "Byte", "Char", "Short", "Int", "Long"),
)
READ = frozenset(
    {
        "collections.OrderedDict",
        "collections.Counter",
        "__builtin__.set",
        "builtins.set",
        "_codecs.encode",
        "torch.Size",
        "torch.device",
        "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_tensor_v3",
        "torch._utils._rebuild_parameter",
        "torch.storage.UntypedStorage",
        *(f"torch.{name}" for name in _DTYPES),
        *(f"torch.{name}Storage" for name in _STORAGES),
    }
)
# Notes that training keeps beside the weights: each is replaced by an object that does nothing.
IGNORED = frozenset(
    {
        "argparse.Namespace",
        "numpy.core.multiarray.scalar",
        "numpy._core.multiarray.scalar",
        "numpy.core.multiarray._reconstruct",
        "numpy._core.multiarray._reconstruct",
        "numpy.dtype",
        "numpy.ndarray",
        "pathlib.PosixPath",
        "pathlib.WindowsPath",
    }
)
_TENSORS_NOT_READ = {
    "torch._utils._rebuild_qtensor": "quantised tensors",
    "torch._utils._rebuild_sparse_tensor": "sparse tensors",
    "torch._utils._rebuild_meta_tensor_no_storage": "tensors without data",
    "torch._utils._rebuild_wrapper_subclass": "tensors of classes of their own",
    "torch._tensor._rebuild_from_type_v2": "tensors of classes of their own",
}
# What torch's restricted unpickler knows, and so all that a checkpoint needs.
OPCODES = frozenset(
    {
        *("APPEND", "APPENDS", "BINFLOAT", "BINGET", "BININT", "BININT1", "BININT2", "BINPERSID"),
        *("BINPUT", "BINUNICODE", "BUILD", "EMPTY_DICT", "EMPTY_LIST", "EMPTY_SET", "EMPTY_TUPLE"),
        *("GLOBAL", "LONG1", "LONG_BINGET", "LONG_BINPUT", "MARK", "NEWFALSE", "NEWOBJ", "NEWTRUE"),
        *("NONE", "PROTO", "REDUCE", "SETITEM", "SETITEMS", "SHORT_BINSTRING", "STOP"),
        *("TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
    }
)


def check(stream: BinaryIO) -> None:
    """Read one pickle to its end, and leave the stream behind it.

    Raises:
        Rejected: it asks for what no checkpoint of tensors needs, which is named, or is no pickle.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in a text that no Python writes
        _check(_opcodes(stream))


def _check(opcodes: Iterable[tuple[str, object]]) -> None:
    texts: list[str] = []
    odd = ""
    for number, (opcode, argument) in enumerate(opcodes):
        if number >= MOST_OPCODES:
            raise too_much(f"its pickle has more than {MOST_OPCODES:,} instructions")
        if opcode in ("GLOBAL", "INST"):
            _check_global(str(argument).replace(" ", ".", 1))
        elif opcode == "STACK_GLOBAL":
            _check_global(".".join(texts[-2:]) or "a name that it makes up")
        elif isinstance(argument, str):
            texts = [*texts[-1:], argument]
        odd = odd or ("" if opcode in OPCODES else opcode)
    if odd:  # told last, since a name that is asked for says more
        raise unsupported(f"its pickle has the instruction {odd}, which torch never writes")


def _opcodes(stream: BinaryIO) -> Iterator[tuple[str, object]]:
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            yield opcode.name, argument
    except (ValueError, UnicodeError, OverflowError, IndexError) as error:
        reason = str(error).partition("\n")[0][:80]
        raise damaged(f"its pickle breaks off ({reason})") from None
    except MemoryError:
        raise too_much("a text of its pickle is longer than the memory") from None


def _check_global(name: str) -> None:
    if name in READ or name in IGNORED:
        return
    if what := _TENSORS_NOT_READ.get(name, ""):
        raise unsupported(f"it holds {what} ({name})")
    raise Rejected(Kind.GLOBAL, f"the file asks for {name[:120]}")
