"""Builds networks on the meta device and counts them, in whatever process it is run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from zoo.claims import ModelEntry, SourceSpec
from zoo.counting import RULES, total
from zoo.errors import Unavailable
from zoo.sources import SOURCES, Source
from zoo.structure import Shape
from zoo.subject import Identity
from zoo.survey.facts import Totals, Trouble, trouble

if TYPE_CHECKING:
    from torch import nn

DEADLINE = 120  # seconds for one network

Counted = tuple["int | Trouble", dict[Shape, "Totals | Trouble"]]


class _TooLong(BaseException):
    """Building and counting took longer than the deadline; no code of others catches it."""


def identify(entry: ModelEntry) -> tuple[Identity | Trouble, str]:
    """Return what a source makes of a name, and the architecture that it stands for."""
    source, spec = SOURCES[entry.source.kind], entry.source
    try:
        identity: Identity | Trouble = source.identify(entry)
    except Unavailable as error:
        identity = _trouble(error, spec)
    try:
        return identity, f"{spec.kind} {source.architecture(spec)}"
    except Unavailable:  # which building it will say
        return identity, f"{spec.kind} {spec.reference}"


def count(spec: SourceSpec, shapes: tuple[Shape, ...]) -> Counted:
    """Return the parameters of a network, and its count by every rule at each shape."""
    from zoo.structure.trace import described, trace

    totals: dict[Shape, Totals | Trouble] = {}
    try:
        with _deadline():
            network = skeleton(SOURCES[spec.kind], spec)
            parameters = _parameters(network)
            modules = described(network)
            for shape in shapes:
                try:
                    record = trace(network, shape, modules=modules)
                    totals[shape] = {name: total(rule, record) for name, rule in RULES.items()}
                except Unavailable as error:
                    totals[shape] = trouble(error)
    except Unavailable as error:
        found = _trouble(error, spec)
        return found, dict.fromkeys(shapes, found)
    except (_TooLong, MemoryError) as error:
        too_much = f"took more than {DEADLINE} s" if isinstance(error, _TooLong) else "needs memory"
        found = Trouble(f"building and counting it {too_much}", lasting=False)
        return found, dict.fromkeys(shapes, found) | totals
    return parameters, totals


def _trouble(error: Unavailable, spec: SourceSpec) -> Trouble:
    """Return an error without the place on the page, which may move while the fact stays."""
    found, place = trouble(error), f"{spec.location}: "
    message = found.message.removeprefix(place)
    return replace(found, message=message, of_page=message != found.message)


def skeleton(source: Source, spec: SourceSpec) -> nn.Module:
    """Return a network without data, on the meta device and in evaluation mode.

    One whose code needs values while it is built is built on the CPU and stripped of its data.

    Raises:
        Unavailable: the source cannot build it.
    """
    from zoo.structure.meta import WithoutValues

    try:
        with WithoutValues():
            return source.build(spec).eval()
    except Unavailable as error:
        if "meta" not in error.message:
            raise
        return _stripped(source.build(spec)).eval()


def _stripped(network: nn.Module) -> nn.Module:
    """Return a network whose tensors are on the meta device; what is shared stays shared."""
    from torch import nn

    made: dict[int, nn.Parameter] = {}
    for module in network.modules():
        for name, parameter in module._parameters.items():
            if parameter is not None:
                bare = nn.Parameter(parameter.to("meta"), parameter.requires_grad)
                module._parameters[name] = made.setdefault(id(parameter), bare)
        for name, buffer in module._buffers.items():
            module._buffers[name] = None if buffer is None else buffer.to("meta")
    return network


def _parameters(network: nn.Module) -> int:
    from torch.nn.parameter import is_lazy

    if any(is_lazy(parameter) for parameter in network.parameters()):
        raise Unavailable("the network is lazy: its parameters have no shape before a first input")
    return sum(parameter.numel() for parameter in network.parameters())


@contextmanager
def _deadline() -> Iterator[None]:
    """Raise _TooLong when the time is up, where the platform has such a clock."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, DEADLINE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
