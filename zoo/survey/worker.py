"""Builds networks on the meta device and counts them, in whatever process it is run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from zoo.claims import ModelEntry, SourceSpec
from zoo.counting import RULES, total
from zoo.errors import DEFECT, Unavailable, reason
from zoo.sources import SOURCES, Source
from zoo.structure import Record, Shape
from zoo.subject import Identity
from zoo.survey.facts import Found, Totals, Trouble, Wanted, trouble
from zoo.traits import Traits, look

if TYPE_CHECKING:
    from torch import nn

DEADLINE = 120  # seconds for one network


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


def find(spec: SourceSpec, wanted: Wanted) -> Found:
    """Return the parameters of a network, its counts, and what is to be seen of it."""
    found: Found | None = None
    try:
        with _deadline():
            for latest in _finding(spec, wanted):
                found = latest
        assert found is not None
        return found
    except Unavailable as error:
        why = _trouble(error, spec)
    except (_TooLong, MemoryError, SystemExit) as error:
        why = Trouble(_why_ended(error), lasting=False)
    except Exception as error:  # a defect met in one model must not lose what is known of others
        why = Trouble(reason(error), DEFECT, lasting=False)
    return nothing_more(why, wanted, found)


def nothing_more(why: Trouble, wanted: Wanted, found: Found | None = None) -> Found:
    """Return what was found before a trouble came, and the trouble for all the rest."""
    before = found or Found(why)
    totals = dict.fromkeys(wanted.counted, why) | dict(before.totals)
    traits = dict.fromkeys(wanted.looked_at, why) | dict(before.traits)
    return Found(before.parameters, totals, traits)


def _finding(spec: SourceSpec, wanted: Wanted) -> Iterator[Found]:
    """Yield what is found, more each time."""
    from zoo.structure.trace import described, parameters, trace

    network = skeleton(SOURCES[spec.kind], spec)
    found = Found(parameters(network))
    yield found
    modules = described(network)
    for shape in dict.fromkeys((*wanted.counted, *wanted.looked_at)):
        totals: Totals | Trouble
        traits: Traits | Trouble | None = None
        try:
            record = trace(network, shape, modules=modules)
            totals = {name: total(rule, record) for name, rule in RULES.items()}
            traits = look(network, record) if shape in wanted.looked_at else None
        except Unavailable as error:
            totals = traits = trouble(error)
        found = replace(found, totals={**found.totals, shape: totals})
        if traits is not None and shape in wanted.looked_at:
            found = replace(found, traits={**found.traits, shape: traits})
        yield found


def _trouble(error: Unavailable, spec: SourceSpec) -> Trouble:
    """Return an error without the place on the page, which may move while the fact stays."""
    found, place = trouble(error), f"{spec.location}: "
    message = found.message.removeprefix(place)
    return replace(found, message=message, of_page=message != found.message)


def records(spec: SourceSpec, shapes: Sequence[Shape]) -> list[Record | Trouble]:
    """Return the record of a network's pass at each shape."""
    from zoo.structure.trace import described, trace

    made: list[Record | Trouble] = []
    try:
        with _deadline():
            network = skeleton(SOURCES[spec.kind], spec)
            modules = described(network)
            for shape in shapes:
                try:
                    made.append(trace(network, shape, modules=modules))
                except Unavailable as error:
                    made.append(trouble(error))
    except Unavailable as error:
        made = [_trouble(error, spec)]
    except (_TooLong, MemoryError, SystemExit) as error:
        made = [Trouble(_why_ended(error), lasting=False)]
    return made


def _why_ended(error: BaseException) -> str:
    match error:
        case _TooLong():
            return f"building and counting it took more than {DEADLINE} s"
        case MemoryError():
            return "there is too little memory to build and count it"
        case _:
            return "the network ends the process that builds it"


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
