"""Networks that do harm to the process that runs them, for a job to name by import path."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from zoo.demo import digits


class Harmful(nn.Module):
    """The digit classifier, which does something first where the path is not there yet."""

    def __init__(self, once: str, deed: str) -> None:
        super().__init__()
        for name, child in digits().named_children():
            self.add_module(name, child)
        self._once = Path(once)
        self._deed = deed

    def forward(self, inputs: Tensor) -> Tensor:
        if self._deed != "nothing" and self._first():
            _DEEDS[self._deed]()
        for child in self.children():
            inputs = child(inputs)
        return inputs

    def _first(self) -> bool:
        """Be the one call, among those of all processes, that makes the path."""
        try:
            self._once.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _leave() -> None:
    os._exit(3)


def _fail() -> None:
    raise RuntimeError("no such luck")


def _lose_device() -> None:
    raise RuntimeError("CUDA error: unspecified launch failure")


_DEEDS = {"die": _die, "leave": _leave, "fail": _fail, "lose the device": _lose_device}


def harmful(once: str = "/nowhere/at/all", deed: str = "nothing") -> nn.Module:
    return Harmful(once, deed)


class Always(Harmful):
    def forward(self, inputs: Tensor) -> Tensor:
        _die()
        return inputs


def deadly() -> nn.Module:
    return Always("", "die")


class Spoilt(Harmful):
    """Gives no number for the pictures whose first pixel is brighter than the middle."""

    def forward(self, inputs: Tensor) -> Tensor:
        logits = super().forward(inputs).clone()
        logits[inputs[:, 0, 8, 8] > 0.9, 2] = torch.nan
        return logits


def spoilt() -> nn.Module:
    return Spoilt("", "nothing")


class Slow(Harmful):
    """Says which process runs it, and takes its time."""

    def __init__(self, pids: str) -> None:
        super().__init__("", "nothing")
        self._pids = Path(pids)

    def forward(self, inputs: Tensor) -> Tensor:
        with self._pids.open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        time.sleep(0.1)
        return super().forward(inputs)


def slow(pids: str) -> nn.Module:
    return Slow(pids)
