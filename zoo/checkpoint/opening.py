"""Starts the process that opens a checkpoint, and passes on what it answers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from zoo.checkpoint.confinement import cpu_seconds
from zoo.checkpoint.rejected import Kind
from zoo.errors import Refused, Unavailable
from zoo.escape import line

CHUNK = 2**20
MOST_ANSWERED = 32  # bytes for each byte of the file
SPARE = 64 * 2**20  # bytes
MOST_SAID = 16_384  # bytes on standard error
MOST_SHOWN = 200  # characters of a reason
WAIT_SECONDS = 60  # for a busy machine, besides thrice the processor time

# The child finds the same libraries as its parent, and nothing else of its environment.
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]);"
    " from zoo.checkpoint.child import main; main(sys.argv[2], sys.argv[3] == 'averaged')"
)
_PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "PATH")
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "CUDA_VISIBLE_DEVICES": "",
}

_HINTS = {
    Kind.NO_CHECKPOINT: "correct the URL in the index, or publish the weights as safetensors",
    Kind.NO_TENSORS: "publish the weights as a state dict, best as safetensors",
    Kind.GLOBAL: "publish the weights as safetensors, which can hold no code",
    Kind.DAMAGED: "fetch it again; if that does not help, it was published so",
    Kind.UNSUPPORTED: "publish the weights as safetensors",
    Kind.LIMIT: "publish the weights as safetensors",
    Kind.CHANGED: "try again when nothing writes to it",
    Kind.MACHINE: "pip install 'zoo-verify[timm]'",
}
_AVERAGE = re.compile(r"(?i)(?<![a-z])ema(?![a-z])")


class Unopened(Unavailable):
    """A checkpoint could not be opened: what it is, or what became of the process."""


class RefusedCode(Unopened, Refused):
    """A checkpoint asks for code."""


def names_average(name: str) -> bool:
    """Return whether a file's name says that it is about an average (EMA) of the weights."""
    return _AVERAGE.search(name) is not None


def opened(path: Path, name: str, digest: str, *, averaged: bool) -> Iterator[bytes]:
    """Yield the bytes of a safetensors file with the tensors of a checkpoint.

    Args:
        path: of the checkpoint.
        name: what to call it in messages.
        digest: its SHA-256 in hexadecimal.
        averaged: whether an average of the weights is taken first.

    Raises:
        RefusedCode: it asks for code.
        Unopened: it is no checkpoint, damaged, of a kind that is not read, or too much, or the
            process died over it.
    """
    try:
        source = path.open("rb")
    except OSError as error:
        reason = f"{type(error).__name__}: {error.strerror or error}"
        raise Unopened(_message(name, reason)) from None
    with source:
        size = os.fstat(source.fileno()).st_size
        with _start(source, digest, averaged=averaged) as process:
            yield from _answer(process, name, size)


def _start(source: IO[bytes], digest: str, *, averaged: bool) -> subprocess.Popen[bytes]:
    path = json.dumps([each for each in sys.path if Path(each).is_absolute()])
    first = "averaged" if averaged else "plain"
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ} | _ONE_THREAD
    return subprocess.Popen(  # noqa: S603 # no shell, and no word of the index but these
        [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START, path, digest, first],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


def _answer(process: subprocess.Popen[bytes], name: str, size: int) -> Iterator[bytes]:
    assert process.stdout is not None and process.stderr is not None
    seconds = WAIT_SECONDS + 3 * cpu_seconds(size)
    ended_by_us: list[str] = []

    def end(reason: str) -> None:
        ended_by_us.append(reason)
        process.kill()

    timer = threading.Timer(seconds, end, [f"too much: it takes more than {seconds} seconds"])
    timer.start()
    try:
        left = MOST_ANSWERED * size + SPARE
        while piece := process.stdout.read1(CHUNK):  # type: ignore[attr-defined] # buffered
            left -= len(piece)
            if left < 0:
                end("too much: more comes out of it than a file of its size can hold")
                break
            yield piece
        said = process.stderr.read(MOST_SAID)
        code = process.wait()
    finally:
        timer.cancel()
        process.kill()
    if code or ended_by_us:
        raise _failure(name, said, code, ended_by_us)


def _failure(name: str, said: bytes, code: int, ended_by_us: list[str]) -> Unopened:
    if ended_by_us:
        return Unopened(_message(name, ended_by_us[0]), _HINTS[Kind.LIMIT])
    if code < 0:
        return Unopened(_message(name, _death(-code)), _HINTS[Kind.UNSUPPORTED])
    try:
        answer = json.loads(said)
        kind, reason = Kind(answer["kind"]), str(answer["reason"])
    except (ValueError, KeyError, TypeError):
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        hint = "this is a defect of zoo, or of the installation: please report it"
        return Unopened(_message(name, f"the process that opens it broke off: {last}"), hint)
    make = RefusedCode if kind is Kind.GLOBAL else Unopened
    if kind is Kind.NO_TENSORS:
        return make(f"{line(name)} {line(reason)[:MOST_SHOWN]}", _HINTS[kind])
    return make(_message(name, reason), _HINTS[kind])


def _message(name: str, reason: str) -> str:
    shown = line(reason)[:MOST_SHOWN]
    return f"{line(name)} cannot be read as a checkpoint of tensors ({shown})"


def _death(number: int) -> str:
    if number == getattr(signal, "SIGXCPU", None):
        return "too much: it takes more processor time than a file of its size needs"
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = "unknown"
    return f"the process that opened it died by signal {number}, {name}"
