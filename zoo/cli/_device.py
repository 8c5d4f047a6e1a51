"""The devices that a command computes on: each is shown to be usable before the work begins."""

from __future__ import annotations

import re

from zoo.errors import UsageError

# The kinds of torch's devices on which networks are run; it has more, for its developers.
_KNOWN = re.compile(r"(cpu|cuda|mps|xpu)(:\d+)?", re.ASCII)
_DOCTOR = "see 'zoo doctor'"


def names(given: str) -> tuple[str, ...]:
    """Return the devices that ``--device`` means.

    Raises:
        UsageError: there is none of that name, or torch cannot use it.
    """
    meant = [part.strip() for part in given.split(",") if part.strip()]
    if "cuda:*" in meant:
        import torch

        meant = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
        if not meant:
            raise UsageError("torch sees no CUDA device on this machine", _DOCTOR)
    if not meant:
        raise UsageError(f"no device is meant by --device {given}", _DOCTOR)
    for name in dict.fromkeys(meant):
        _check(name)
    return tuple(meant)


def _check(name: str) -> None:
    if name == "cpu":
        return
    if not _KNOWN.fullmatch(name):
        hint = "devices are cpu, cuda:0 and so on, and cuda:* for all; 'zoo doctor' lists yours"
        raise UsageError(f"there is no device '{name}'", hint)
    try:
        import torch

        torch.empty(1, device=name)
    except (ImportError, RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0].partition(". ")[0]
        raise UsageError(f"torch cannot use the device '{name}': {reason}", _DOCTOR) from None
