"""A weights file is opened once: by a process that can only read and answer, and then kept."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from tests.conftest import MakeEntry
from tests.weights.conftest import checkpoint_of
from tests.weights.hostile.assembler import checkpoint as zipped
from tests.weights.hostile.assembler import legacy, mapping, pickled, tensor, weight
from tests.weights.hostile.headers import HEADER, raw
from zoo.build import answers_of, subject_of
from zoo.checkpoint import opening
from zoo.checkpoint.record import KEY, Checkpoint
from zoo.claims import Digest, ModelEntry
from zoo.errors import Blocked, Refused, Unavailable
from zoo.findings import exactly
from zoo.options import Options
from zoo.run import WeightsFile
from zoo.weights import Access, convert, proof
from zoo.weights.convert import in_store
from zoo.weights.store import Store

DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000


def published(folder: Path, data: bytes, name: str = "model.safetensors") -> WeightsFile:
    path = folder / "published"
    path.write_bytes(data)
    digest = Digest("sha256", hashlib.sha256(data).hexdigest())
    return WeightsFile(path, f"file:{name}", digest, len(data), "unpinned")


def nobody(*_: object) -> Iterator[bytes]:
    raise AssertionError("a process was started")
    yield b""


def test_a_conversion_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = published(tmp_path, raw(HEADER))
    first = in_store(Store(tmp_path / "store"))(weights)
    monkeypatch.setattr(convert, "opened", nobody)
    assert in_store(Store(tmp_path / "store"))(weights) == first
    weights.path.unlink()
    assert in_store(Store(tmp_path / "store"))(weights) == first


def test_a_conversion_that_was_damaged_is_made_anew(tmp_path: Path) -> None:
    weights = published(tmp_path, raw(HEADER))
    first = in_store(Store(tmp_path / "store"))(weights)
    content = first.path.read_bytes()
    first.path.chmod(0o600)
    first.path.write_bytes(content[:-1] + b"\x01")
    assert in_store(Store(tmp_path / "store"))(weights).path.read_bytes() == content


def test_a_store_that_cannot_be_written_to_is_done_without(tmp_path: Path) -> None:
    in_the_way = tmp_path / "store"
    in_the_way.write_text("a file where a folder is wanted")
    weights = published(tmp_path, raw(HEADER))
    assert in_store(Store(in_the_way))(weights).tensors.keys() == {"weight"}
    assert in_the_way.is_file()


def test_what_is_refused_is_not_kept(tmp_path: Path) -> None:
    asking = zipped(b"\x80\x02cos\nsystem\n.")
    with pytest.raises(Refused, match=r"the file asks for os\.system"):
        in_store(Store(tmp_path / "store"))(published(tmp_path, asking, "model.pth"))
    kept = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert not [path for path in kept if path.parent.name != "locks"]


def test_a_file_that_was_changed_after_it_was_hashed_is_not_read(tmp_path: Path) -> None:
    weights = published(tmp_path, raw(HEADER))
    weights.path.write_bytes(raw(HEADER, struct.pack("<2f", 7, 7)))
    with pytest.raises(Unavailable, match="no longer the file that was hashed"):
        checkpoint_of(weights)


def test_a_file_whose_digest_is_not_the_claimed_one_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "opened", nobody)
    made = published(tmp_path, raw(HEADER))
    wrong = WeightsFile(made.path, made.url, made.digest, made.size, "unpinned", "it is another")
    with pytest.raises(Blocked, match="not loaded: it is another"):
        checkpoint_of(wrong)


def test_the_library_reads_what_is_written_bit_by_bit(tmp_path: Path) -> None:
    """With types of every width, sides of none, and a name that two state dicts share."""
    state = {
        "half": torch.randn(3, 5).half(),
        "brain": torch.randn(7).bfloat16(),
        "double": torch.randn(2, 2, dtype=torch.float64).T,
        "count": torch.tensor(2**40),
        "truth": torch.tensor([True, False, True]),
        "small": torch.arange(5, dtype=torch.int8),
        "none": torch.zeros(0, 4),
        "not finite": torch.tensor([float("nan"), float("inf"), -float("inf"), 1.0]),
        "halves": torch.tensor([float("nan"), -float("inf")]).half(),
    }
    state["same"] = state["half"]
    path = tmp_path / "made.pth"
    torch.save({"net": state}, path)
    made = checkpoint_of(published(tmp_path, path.read_bytes(), "made.pth"))
    found = load_file(made.path)
    assert found.keys() == state.keys()
    for name, wanted in state.items():
        assert found[name].dtype == wanted.dtype
        assert found[name].shape == wanted.shape
        wanted_bytes = wanted.contiguous().reshape(-1).view(torch.uint8)
        assert found[name].reshape(-1).view(torch.uint8).equal(wanted_bytes)
    assert (made.record.nan, made.record.infinite) == (2, 3)
    assert made.record.state_dict == "net"
    assert made.record.tied == (("half", "same"),)
    types = {"BF16": 1, "BOOL": 1, "F16": 3, "F32": 2, "F64": 1, "I64": 1, "I8": 1}
    assert dict(made.record.dtypes) == types
    assert made.tensors["half"].elements == 15


def test_the_record_lies_in_the_header_of_the_safetensors(tmp_path: Path) -> None:
    weights = published(tmp_path, raw(HEADER))
    made = checkpoint_of(weights)
    with safe_open(made.path, "numpy") as file:
        assert weights.digest.hex in file.metadata()[KEY]
    assert made.record.source == weights.digest.hex
    assert made.record.format == "safetensors"


@pytest.mark.parametrize(
    "content", [b"", b"hello", raw(b"{}", b""), raw(b"[]", b""), raw(HEADER), raw(DEEP, b"")]
)
def test_a_conversion_without_a_record_is_made_anew(tmp_path: Path, content: bytes) -> None:
    weights, store = published(tmp_path, raw(HEADER)), Store(tmp_path / "store")
    store.add(f"converted:{weights.digest}?reader={convert.READER}", [content])
    assert in_store(store)(weights).record.source == weights.digest.hex
    assert in_store(store)(weights) == in_store(store)(weights)


def test_a_conversion_of_another_file_is_made_anew(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    other = in_store(store)(published(tmp_path, raw(HEADER, struct.pack("<2f", 7, 7))))
    weights = published(tmp_path, raw(HEADER))
    store.add(f"converted:{weights.digest}?reader={convert.READER}", [other.path.read_bytes()])
    made = in_store(store)(weights)
    assert made.record.source == weights.digest.hex
    assert made.path != other.path


def test_a_new_conversion_that_is_of_another_file_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = checkpoint_of(published(tmp_path, raw(HEADER, struct.pack("<2f", 7, 7))))
    monkeypatch.setattr(convert, "opened", lambda *_, averaged: [other.path.read_bytes()])
    with pytest.raises(Unavailable, match=r"cannot be read: it is of another file"):
        checkpoint_of(published(tmp_path, raw(HEADER)))


def test_a_conversion_is_hashed_at_each_use_where_that_is_asked_for(
    tmp_path: Path, entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof says that it looks as ever, as where the disk itself had changed a bit."""
    data, store = raw(HEADER), Store(tmp_path / "cache")
    (tmp_path / "a.safetensors").write_bytes(data)
    model = entry(weights="file:a.safetensors", root=tmp_path)
    first = opened_for(model, Access(tmp_path / "cache"))
    sound = first.path.read_bytes()
    first.path.chmod(0o600)
    first.path.write_bytes(sound[:-1] + b"\x01")
    proof.remember(store.folder, first.path, proof.look(first.path))
    monkeypatch.chdir(tmp_path)
    assert opened_for(model, Access(tmp_path / "cache")).path.read_bytes() != sound
    assert opened_for(model, Access(tmp_path / "cache", paranoid=True)).path.read_bytes() == sound


def opened_for(model: ModelEntry, access: Access) -> Checkpoint:
    options = Options(access)
    return subject_of(model, options, answers_of([model], [], options), exactly).checkpoint()


def with_child(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the process run this instead of reading a file."""
    monkeypatch.setattr(opening, "_START", f"import os, sys, json, time; {code}")


TOO_LONG = (
    "sys.path[:] = json.loads(sys.argv[1]); from zoo.checkpoint import confinement;"
    " confinement.CPU_SECONDS = 1; confinement.confine(0)\nwhile True: pass"
)
ENDS = {
    TOO_LONG: r"too much: it takes more processor time than a file of its size needs\)",
    "os.kill(os.getpid(), 11)": r"died by signal 11, SIGSEGV\)",
    "os.kill(os.getpid(), 9)": r"died by signal 9, SIGKILL\)",
    "os.kill(os.getpid(), 24)": r"too much: it takes more processor time",
    "os.kill(os.getpid(), 40)": r"died by signal 40, unknown\)",
    "time.sleep(60)": r"too much: it takes more than 1 seconds\)",
    "os.write(1, b'x' * 70_000_000)": r"too much: more comes out of it",
    "sys.exit('no module of that name')": r"broke off: no module of that name\)",
    "os.write(2, b'[1]'); os._exit(3)": r"broke off: \[1\]\)",
    "os.write(2, b'\\x1b[2J'); os._exit(3)": r"broke off: \\x1b\[2J\)",
}


@pytest.mark.parametrize(("code", "reason"), ENDS.items(), ids=[*map(str, range(len(ENDS)))])
def test_a_process_that_does_not_answer_is_one_plain_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    with_child(monkeypatch, code)
    monkeypatch.setattr(opening, "WAIT_SECONDS", 1 if "sleep" in code else 60)
    monkeypatch.setattr(opening, "cpu_seconds", lambda size: 0)
    with pytest.raises(Unavailable, match=reason) as error:
        checkpoint_of(published(tmp_path, raw(HEADER)))
    assert error.value.message.isprintable()


def test_reading_that_is_broken_off_leaves_no_process(tmp_path: Path) -> None:
    data = raw(HEADER)
    digest = hashlib.sha256(data).hexdigest()
    before = children()
    pieces = opening.opened(
        published(tmp_path, data).path, "model.safetensors", digest, averaged=False
    )
    next(pieces)
    assert children() > before
    pieces.close()
    assert children() == before


def children() -> set[str]:
    """Return the processes that this one has started and that are not gone."""
    found: set[str] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that ends meanwhile
            found.update((task / "children").read_text().split())
    return found


def test_a_file_that_asks_for_memory_is_refused_before_the_machine_has_none(tmp_path: Path) -> None:
    """A legacy file may promise a storage of any size: here a terabyte."""
    promised = legacy(weight(elements=2**38))
    with pytest.raises(Unavailable, match="too much: it asks for more memory"):
        checkpoint_of(published(tmp_path, promised, "model.pth"))


PROBE = """
import json, os, socket, subprocess, sys
from zoo.checkpoint import confinement
reached = confinement.confine(1000) + confinement.limit_memory(1000)
if sys.argv[3] == "watched":
    reached += confinement.watch()
def outcome(act):
    try:
        act()
    except BaseException as error:
        return type(error).__name__
    return "done"
acts = {
    "write": lambda: open(sys.argv[4], "w").write("x"),
    "read": lambda: open(sys.executable, "rb").read(1),
    "connect": lambda: socket.create_connection(("127.0.0.1", int(sys.argv[5])), 2),
    "run": lambda: subprocess.run(["/bin/true"]),
    "memory": lambda: bytearray(2**31),
}
answer = {name: outcome(act) for name, act in acts.items()} | {"reached": reached}
os.write(1, json.dumps(answer).encode())
"""


@pytest.mark.skipif(os.name != "posix", reason="the limits are those of POSIX systems")
@pytest.mark.parametrize("watched", ["watched", "by the system alone"])
def test_the_process_can_neither_write_nor_reach_anything(tmp_path: Path, watched: str) -> None:
    path = json.dumps([each for each in sys.path if Path(each).is_absolute()])
    canary = tmp_path / "canary"
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        code = f"import sys, json; sys.path[:] = json.loads(sys.argv[1])\n{PROBE}"
        arguments = [path, "", watched, str(canary), str(server.getsockname()[1])]
        done = subprocess.run([sys.executable, "-I", "-c", code, *arguments], capture_output=True)
    answer = json.loads(done.stdout)
    assert answer["read"] == "done"
    assert answer["memory"] == "MemoryError"
    if watched == "watched" or {"landlock", "seccomp"} <= set(answer["reached"]):
        assert {answer["connect"], answer["run"], answer["write"]} <= {
            "PermissionError",
            "OSError",
        }
        assert not canary.exists()
    assert not canary.exists() or canary.stat().st_size == 0  # no file may have a size


def test_a_note_of_an_unknown_class_names_it(tmp_path: Path) -> None:
    noted = pickled(mapping(state_dict=mapping(weight=tensor()), cfg=b"comegaconf\nDictConfig\n"))
    with pytest.raises(Refused, match=r"the file asks for omegaconf\.DictConfig") as error:
        checkpoint_of(published(tmp_path, zipped(noted), "model.pth"))
    assert error.value.hint == "publish the weights as safetensors, which can hold no code"
