"""The tools whose counts the rules reproduce, each asked for one number."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator

import torch
from torch import nn

Shape = tuple[int, ...]


class GaveUp(Exception):
    """A tool told nothing, and printed why."""


def _macs(network: nn.Module, shape: Shape) -> int:
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False)
    # Before torch 2.15 the counter does not know the fused attention of the CPU.
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), counter:
        network(torch.randn(shape))
    return int(counter.get_total_flops()) // 2


def _fvcore(network: nn.Module, shape: Shape) -> int:
    from fvcore.nn import FlopCountAnalysis

    return int(FlopCountAnalysis(network, torch.randn(shape)).total())


def _thop(network: nn.Module, shape: Shape) -> int:
    from thop import profile

    return int(profile(network, (torch.randn(shape),), verbose=False)[0])


def _ptflops(network: nn.Module, shape: Shape) -> int:
    from ptflops import get_model_complexity_info

    count, _ = get_model_complexity_info(
        network, shape[1:], as_strings=False, print_per_layer_stat=False
    )
    if count is None:
        raise GaveUp
    return int(count)


TOOLS: dict[str, Callable[[nn.Module, Shape], int]] = {
    "macs": _macs,
    "fvcore": _fvcore,
    "thop": _thop,
    "ptflops": _ptflops,
}


def ask(tool: str, network: nn.Module, shape: Shape) -> int:
    """Return a tool's own count of a network in evaluation mode, without what it prints."""
    with _quiet():
        return TOOLS[tool](network.eval(), shape)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    level, sink = logging.root.manager.disable, io.StringIO()
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(sink),
            contextlib.redirect_stderr(sink),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
