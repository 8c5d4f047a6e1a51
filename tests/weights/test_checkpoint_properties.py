"""Checkpoints that were spoilt: what is read lies within the file, all else is rejected."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from tests.damage import BYTES, damaged, replanted, spoiled_json, survives
from zoo.checkpoint import numpy_file, opcodes, safetensors_file, torch_file
from zoo.checkpoint.archive import open_archive
from zoo.checkpoint.formats import HEAD, Format, agree, recognise
from zoo.checkpoint.record import read
from zoo.checkpoint.rejected import Rejected
from zoo.checkpoint.tensors import not_finite

ARRAYS = {
    "a.weight": np.arange(6, dtype="<f4").reshape(2, 3),
    "b": np.array([], dtype="<i8"),
    "c.scalar": np.array(5, dtype="<u1"),
    "d": np.arange(8, dtype=">f8").reshape(2, 2, 2).transpose(2, 1, 0),
}
FULL = b"\xff" * 8
PICKLES = [
    *(b"\x80\x02c", b"os\nsystem\n", b"R.", b"\x93", b"(", b"\x8d" + FULL[1:] + b"\x7f", b"G"),
    *(b"\x8b\xff\xff\xff\x7f", b"\x8a\xff", b"I99999999999999999999\n", b"F1e999\n", b"P1\n"),
    *(b"V\\ud800\n", b"\x95" + FULL, b"\x8e" + FULL, b"."),
]
ZIPS = [
    *(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"\x00\x00\x08\x00", FULL[:4]),
    *(b"..", b"/", b"\x00"),
]
HEADER = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
WORDS = [
    *(*BYTES, *PICKLES, *ZIPS, b"NUMPY", b"'|O'", b"(10**9,)", b"-1", b"'<M8[us]'", b"[[['<f4'"),
    *(b"\n", b"True", b"('a', '<f4')", b"{" * 50, b"((" * 90, b"__import__('os')", b"99999999999L"),
    b"\x01\x00\xff\xff",
]


@cache
def checkpoint(kind: str) -> bytes:
    """Return a small checkpoint of a kind."""
    stream = io.BytesIO()
    tensors = {"state_dict": {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(3)}}
    match kind:
        case "npz":
            np.savez(stream, **ARRAYS)
        case "compressed npz":
            np.savez_compressed(stream, **ARRAYS)
        case "torch zip":
            torch.save(tensors, stream)
        case "torch legacy":
            torch.save(tensors, stream, _use_new_zipfile_serialization=False)
        case "safetensors":
            arrays = {name: np.ascontiguousarray(array) for name, array in ARRAYS.items()}
            return safetensors.numpy.save(arrays, {"format": "np"})
        case _:
            raise AssertionError(kind)
    return stream.getvalue()


Read = tuple[str, tuple[int, ...], bytes]  # type, shape and bytes of a tensor
KINDS = ["npz", "compressed npz", "torch zip", "torch legacy", "safetensors"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


def opened(path: Path, data: bytes) -> dict[str, Read] | None:
    """Return the tensors of a file as the child would, up to where torch comes in, else None."""
    path.write_bytes(data)
    with path.open("rb") as stream:
        held = recognise(stream.read(HEAD), len(data))
        if held is Format.SAFETENSORS:
            tensors = safetensors_file.read(stream, len(data))
        elif held is Format.TORCH_LEGACY:
            torch_file.check_legacy(stream)
            return None
        else:
            archive = open_archive(stream, len(data))
            if torch_file.prefix(archive) is not None:
                torch_file.check_zip(archive)
                return None
            tensors, _ = numpy_file.read(archive, len(data))
        for tensor in tensors.values():
            assert len(tensor.data()) == tensor.size
            assert min(not_finite(tensor)) >= 0
        return {name: (t.dtype, t.sides, bytes(t.data())) for name, t in tensors.items()}


def read_or_rejected(path: Path, data: bytes) -> dict[str, Read] | None:
    return survives(lambda: opened(path, data), Rejected, MemoryError)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_whole_is_read(folder: Path, kind: str) -> None:
    tensors = opened(folder / "whole", checkpoint(kind))
    assert tensors is None or set(tensors) == set(ARRAYS)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_damaged_checkpoint_is_rejected_or_within_its_file(
    folder: Path, kind: str, data: st.DataObject
) -> None:
    content = data.draw(damaged(st.just(checkpoint(kind)), WORDS))
    tensors = read_or_rejected(folder / "damaged", content)
    held = sum(len(data) for _, _, data in (tensors or {}).values())
    assert held <= 20 * len(content) + 2**20


@given(st.data())
def test_the_header_of_an_array_that_is_damaged_is_rejected_or_read(
    folder: Path, data: st.DataObject
) -> None:
    header = data.draw(damaged(st.just(HEADER), WORDS))
    version = data.draw(st.sampled_from([(1, 0), (2, 0), (3, 0), (9, 9)]))
    size = data.draw(st.just(len(header)) | st.integers(0, 2**32 - 1))
    length = (
        (size % 2**16).to_bytes(2, "little") if version == (1, 0) else size.to_bytes(4, "little")
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY" + bytes(version) + length + header + bytes(24))
    read_or_rejected(folder / "header", stream.getvalue())


SAFE = {
    "__metadata__": {"format": "pt"},
    "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "b": {"dtype": "U8", "shape": [], "data_offsets": [24, 25]},
    "c": {"dtype": "F16", "shape": [0, 7], "data_offsets": [25, 25]},
}


@given(
    spoiled_json(SAFE) | replanted(SAFE).map(json.dumps),
    st.just(None) | st.integers(0, 2**64 - 1),
    st.integers(20, 30),
)
@example(json.dumps({**SAFE, "__metadata__": []}), None, 25)
@example(json.dumps({**SAFE, "__metadata__": {"format": 1}}), None, 25)
def test_zoo_takes_no_safetensors_that_the_library_refuses(
    folder: Path, text: str, length: int | None, body: int
) -> None:
    header = text.encode("utf-8", "surrogatepass")
    head = (len(header) if length is None else length).to_bytes(8, "little")
    content = head + header + bytes(range(body))
    tensors = read_or_rejected(folder / "a.safetensors", content)
    if tensors is not None:
        library = {
            name: (held["dtype"], tuple(held["shape"]), bytes(held["data"]))
            for name, held in safetensors.deserialize(content)
        }
        assert library == tensors


OBJECTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(OBJECTS.flatmap(
    lambda value: st.sampled_from([0, 1, 2, 4]).map(lambda how: pickle.dumps(value, how))
).flatmap(lambda data: st.just(data) | damaged(st.just(data), PICKLES)))  # fmt: skip
@example(b"\x8d\xff\xff\xff\xff\xff\x00\x00\x00\xff\xff\x7fN.")  # a text of 2**40 bytes
def test_a_pickle_is_listed_or_rejected_and_never_run(folder: Path, data: bytes) -> None:
    path = folder / "pickle"
    path.write_bytes(data)
    with path.open("rb") as stream:
        survives(lambda: opcodes.check(stream), Rejected)


HEADS = st.sampled_from(KINDS).map(lambda kind: checkpoint(kind)[:HEAD])


@given(st.binary(max_size=600) | HEADS, st.integers(0, 2**40), st.text(max_size=20))
def test_the_first_bytes_tell_what_a_file_is_or_that_it_is_nothing(
    head: bytes, size: int, name: str
) -> None:
    held = survives(lambda: recognise(head, size), Rejected)
    assert held is None or agree(name, held) in {True, False}


RECORD = {
    "source": "ab", "format": "npz", "state_dict": "", "passed_over": [], "stripped": "",
    "dtypes": {"F32": 1}, "nan": 0, "infinite": 0, "dropped": ["x"], "tied": [["a", "b"]],
    "confinement": [],
}  # fmt: skip


@given(spoiled_json(RECORD), spoiled_json({**SAFE, "__metadata__": {"zoo": "RECORD"}}))
def test_the_record_of_a_checkpoint_that_is_spoilt_is_refused_or_read(
    folder: Path, record: str, header: str
) -> None:
    content = header.replace('"RECORD"', json.dumps(record)).encode("utf-8", "surrogatepass")
    path = folder / "record"
    path.write_bytes(len(content).to_bytes(8, "little") + content)
    found = survives(lambda: read(path), ValueError)
    for shape in found.tensors.values() if found else ():
        assert isinstance(shape.elements, int)


def test_a_text_that_python_never_writes_is_no_warning(folder: Path) -> None:
    with pytest.raises(Rejected, match="which torch never writes"):
        opcodes.check(io.BytesIO(b"S'\\u'\n."))
