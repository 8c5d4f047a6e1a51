"""Torch's files whose tensors or structure are not what a network has (W50 to W72)."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.weights.hostile.assembler import (
    MARK,
    call,
    checkpoint,
    legacy,
    many,
    mapping,
    name,
    number,
    pickled,
    storage,
    tensor,
    text,
    weight,
)
from tests.weights.hostile.case import Case, Values

NAN, INFINITY = float("nan"), float("inf")


def file(content: bytes, **storages: bytes) -> bytes:
    return checkpoint(pickled(content), **storages)


def keyed(key: bytes) -> bytes:
    """Return a checkpoint whose tensor has a key of this opcode."""
    return file(b"}" + MARK + key + tensor() + b"u")


def quantised() -> bytes:
    sides, steps = many(number(4)), many(number(10**9))
    quantiser = many(name("torch.per_tensor_affine"), b"G" + struct.pack(">d", 1.0), number(0))
    on = storage("torch.QInt8Storage", "0", 8)
    made = call(
        "torch._utils._rebuild_qtensor", on, number(0), sides, steps, quantiser, b"\x89", b"N"
    )
    return file(mapping(weight=made))


def of_type(kind: str, data: bytes, elements: int) -> bytes:
    made = tensor(shape=(elements,), elements=elements, kind=kind)
    return file(mapping(weight=made), **{"0": data})


def by_v3(dtype: str, data: bytes, elements: int) -> bytes:
    made = call(
        "torch._utils._rebuild_tensor_v3",
        storage("torch.storage.UntypedStorage", "0", len(data)),
        number(0),
        many(number(elements)),
        many(number(1)),
        b"\x89",
        call("collections.OrderedDict"),
        name(dtype),
    )
    return file(mapping(weight=made), **{"0": data})


def beside(note: bytes) -> bytes:
    """Return a checkpoint with a note of its training beside the weights."""
    return file(mapping(state_dict=mapping(weight=tensor()), args=note))


NAMESPACE = name("argparse.Namespace") + b")\x81" + mapping(lr=number(1)) + b"b"
DTYPE = call("numpy.dtype", text("f8"), b"\x89", b"\x88")
STATE = many(number(3), text("<"), b"N", b"N", b"N", number(-1), number(-1), number(0))
ARRAY = call(
    "numpy._core.multiarray._reconstruct", name("numpy.ndarray"), many(number(0)), text("b")
)
BYTES = call("_codecs.encode", text("\0" * 8), text("latin1"))
SCALAR = call("numpy.core.multiarray.scalar", DTYPE + STATE + b"b", BYTES)

REFUSED: dict[str, tuple[bytes, str]] = {
    "W50-stride-out-of-bounds": (checkpoint(weight(stride=(10**6,))), "damaged"),
    "W50-offset-out-of-bounds": (checkpoint(weight(offset=10**6)), "damaged"),
    "W50-stride-below-zero": (checkpoint(weight(stride=(-1,))), "damaged"),
    "W50-offset-below-zero": (checkpoint(weight(offset=-1)), "damaged"),
    "W50-shape-below-zero": (checkpoint(weight(shape=(-2,))), "damaged"),
    "W50-shape-2-to-the-62": (checkpoint(weight(shape=(2**62,))), "damaged|too much"),
    "W50-shape-overflows": (
        checkpoint(weight(shape=(2**32, 2**32), stride=(0, 0))),
        "damaged|too much",
    ),
    "W50-legacy-stride": (legacy(weight(stride=(10**6,))), "damaged"),
    "W51-stride-0": (checkpoint(weight(shape=(10**15,), stride=(0,))), "elements, stored 2"),
    "W51-stride-0-small": (checkpoint(weight(shape=(3,), stride=(0,))), "elements, stored 2"),
    "W51-many-names-of-one-storage": (
        file(
            mapping(**{f"w{n}": tensor((2**18,), elements=2**18) for n in range(64)}),
            **{"0": bytes(2**20)},
        ),
        "too much: its tensors have",
    ),
    "W53-storage-of-two-types": (
        file(mapping(a=tensor(), b=tensor(kind="torch.DoubleStorage"))),
        "damaged",
    ),
    "W54-sparse": (
        file(mapping(weight=call("torch._utils._rebuild_sparse_tensor", b"N", b"N"))),
        "sparse tensors",
    ),
    "W55-meta": (
        file(mapping(weight=call("torch._utils._rebuild_meta_tensor_no_storage", b"N"))),
        "without data",
    ),
    "W56-quantised": (quantised(), "quantised tensors"),
    "W57-complex": (
        of_type("torch.ComplexFloatStorage", bytes(16), 2),
        r"asks for torch\.ComplexFloatStorage",
    ),
    "W57-float8": (by_v3("torch.float8_e4m3fn", bytes(2), 2), r"asks for torch\.float8"),
    "W57-subclass": (
        file(mapping(weight=call("torch._utils._rebuild_wrapper_subclass", b"N"))),
        "classes of their own",
    ),
    "W57-tensor-with-a-state": (
        file(mapping(weight=call("torch._tensor._rebuild_from_type_v2", b"N"))),
        "classes of their own",
    ),
    "W62-list": (file(b"]" + tensor() + b"a"), "holds no state dict"),
    "W62-none": (file(b"N"), "holds no state dict"),
    "W62-number": (file(number(7)), "holds no state dict"),
    "W62-empty": (file(b"}"), "holds no state dict"),
    "W62-no-tensors": (file(mapping(weight=number(1))), "holds no state dict"),
    "W63-number-as-key": (keyed(number(1)), "holds no state dict"),
    "W63-endless-tuple-as-key": (
        keyed(b")q\x00" + b"".join(bytes([104, n, 104, n, 134, 113, n + 1]) for n in range(60))),
        "more processor time",
    ),
    "W64-escapes-in-a-key": (keyed(text("\x1b[2J\x07")), "a tensor's name"),
    "W64-bidi-in-a-key": (keyed(text("\u202eweight")), "a tensor's name"),
    "W64-surrogate-in-a-key": (keyed(text("\ud800")), "a tensor's name"),
    "W65-long-key": (keyed(text("k" * 10_000)), "a tensor's name"),
    "W65-200-001-keys": (
        file(
            b"}("
            + text("k")
            + tensor()
            + b"q\x00"
            + b"".join(text(f"k{n}") + b"h\x00" for n in range(200_000))
            + b"u"
        ),
        "it holds 200,001 tensors|more processor time",
    ),
    "W66-deep-tuple": (file(b"N" + b"\x85" * 200_000), "holds no state dict|damaged|too much"),
    "W66-deep-dict": (file((b"}" + text("model")) * 5_000 + b"N" + b"s" * 5_000), "no state dict"),
    "W66-long-pickle": (file(b"N" * 10 + b"0" * 10), "instruction POP"),
    "W66-endless-pickle": (checkpoint(b"\x80\x02" + b"(" * 10_000), "damaged"),
    "W66-huge-text": (checkpoint(b"\x80\x02X\xff\xff\xff\xff."), "damaged"),
    "W66-huge-number": (checkpoint(b"\x80\x02\x8b\xff\xff\xff\x7f."), "damaged"),
    "W67-stack-underflow": (checkpoint(b"\x80\x02R."), "damaged"),
    "W67-dangling-memo": (checkpoint(b"\x80\x02h\x09."), "damaged"),
    "W67-name-not-utf-8": (checkpoint(b"\x80\x02c\xff\xfe\nsystem\n."), "damaged|asks for"),
    "W67-call-of-a-number": (checkpoint(pickled(number(1) + many() + b"R")), "damaged"),
    "W67-call-with-wrong-arguments": (
        file(mapping(weight=call("torch._utils._rebuild_tensor_v2", b"N"))),
        "damaged",
    ),
    "W67-storage-that-is-none": (file(many(text("module"), b"N") + b"Q"), "damaged"),
    "W67-setitems-on-a-tensor": (file(tensor() + MARK + number(0) + number(1) + b"u"), "damaged"),
    "W67-device-of-another-kind": (
        file(mapping(weight=tensor(), device=call("torch.device", text("no such")))),
        "damaged",
    ),
}

TWO: Values = (1.5, -2.0)
ACCEPTED: dict[str, tuple[bytes, dict[str, Values]]] = {
    "W52-tied": (file(mapping(a=tensor(), b=tensor())), {"a": TWO, "b": TWO}),
    "W52-views": (
        file(mapping(a=tensor((1,)), b=tensor((1,), offset=1))),
        {"a": (1.5,), "b": (-2.0,)},
    ),
    "W52-transposed": (
        file(
            mapping(weight=tensor((2, 2), (1, 2), elements=4)),
            **{"0": struct.pack("<4f", 1, 2, 3, 4)},
        ),
        {"weight": (1, 3, 2, 4)},
    ),
    "W58-17-sides": (checkpoint(weight(shape=(1,) * 16 + (2,), stride=(1,) * 17)), {"weight": TWO}),
    "W59-no-sides": (checkpoint(weight(shape=(), stride=())), {"weight": (1.5,)}),
    "W59-no-elements": (checkpoint(weight(shape=(0,))), {"weight": ()}),
    "W60-not-finite": (
        file(mapping(weight=tensor()), **{"0": struct.pack("<2f", NAN, INFINITY)}),
        {"weight": (NAN, INFINITY)},
    ),
    "W61-subnormal": (
        file(mapping(weight=tensor()), **{"0": struct.pack("<2I", 1, 2)}),
        {"weight": (1.401298464324817e-45, 2.802596928649634e-45)},
    ),
    "W64-command-as-key": (keyed(text("::error::x")), {"::error::x": TWO}),
    "W68-several-state-dicts": (
        file(
            mapping(
                state_dict_ema=mapping(weight=tensor((1,), offset=1)),
                model=mapping(weight=tensor((1,), offset=1)),
                state_dict=mapping(weight=tensor()),
            )
        ),
        {"weight": TWO},
    ),
    "W69-prefix": (file(mapping(**{"module.weight": tensor()})), {"weight": TWO}),
    "W69-compiled-and-parallel": (
        file(mapping(**{"module._orig_mod.weight": tensor()})),
        {"weight": TWO},
    ),
    "W69-prefix-of-some": (
        file(mapping(**{"module.weight": tensor(), "weight": tensor()})),
        {"module.weight": TWO, "weight": TWO},
    ),
    "W71-namespace": (beside(NAMESPACE), {"weight": TWO}),
    "W71-numpy-scalar": (beside(SCALAR), {"weight": TWO}),
    "W71-numpy-array": (beside(ARRAY + many(number(1)) + b"b"), {"weight": TWO}),
    "W71-path": (beside(call("pathlib.PosixPath", text("/"), text("data"))), {"weight": TWO}),
    "W71-notes": (beside(mapping(epoch=number(3), names=b"]")), {"weight": TWO}),
    "W72-float16": (
        of_type("torch.HalfStorage", struct.pack("<2e", 1.5, NAN), 2),
        {"weight": (1.5, NAN)},
    ),
    "W72-bfloat16": (of_type("torch.BFloat16Storage", b"\xc0\x3f\x00\xc0", 2), {"weight": TWO}),
    "W72-float64": (of_type("torch.DoubleStorage", struct.pack("<2d", *TWO), 2), {"weight": TWO}),
    "W72-int64": (of_type("torch.LongStorage", struct.pack("<2q", 1, -9), 2), {"weight": (1, -9)}),
    "W72-bool": (of_type("torch.BoolStorage", b"\1\0", 2), {"weight": (True, False)}),
    "W72-uint16": (by_v3("torch.uint16", b"\1\0\2\0", 2), {"weight": (1, 2)}),
}


def given(data: bytes) -> object:
    def make(canary: Path) -> bytes:
        return data

    return make


CASES = [
    *(Case(which, given(data), reason) for which, (data, reason) in REFUSED.items()),
    *(Case(which, given(data), holds=holds) for which, (data, holds) in ACCEPTED.items()),
]
