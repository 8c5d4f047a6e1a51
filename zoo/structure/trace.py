"""Runs a network once on the meta device and records what it does.

Nothing is computed: tensors of the meta device have a shape and no data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from zoo.errors import Unavailable
from zoo.structure.record import Module, Record, Setting, Shape
from zoo.structure.watch import Seen, shapes, watched

# What torch says, on a tensor that has no data, of a step whose outcome needs the data.
_NEEDS_DATA = re.compile(r"\bmeta (tensor|device type)|data-independent", re.IGNORECASE)
_ELSEWHERE = "not on the expected device meta"


def trace(network: nn.Module, shape: Shape, modules: tuple[Module, ...] | None = None) -> Record:
    """Return what a network does with one input.

    Args:
        network: on the meta device, in evaluation mode.
        shape: of the input, ``(pictures, channels, height, width)``.
        modules: what ``described`` gives, where that is known.

    Raises:
        Unavailable: the network does not run on such an input alone, or gives no tensor.
    """
    count = parameters(network)
    _refuse_lazy(network.buffers())
    seen = Seen(network)
    picture = _picture(shape)
    try:
        with torch.inference_mode(), watched(seen):
            output = network(picture)
    except (Exception, SystemExit) as error:  # code of others may raise anything
        raise Unavailable(
            f"the network does not run on {_shown(shape)}: {_reason(error)}"
        ) from None
    if not shapes([output]):
        given = "nothing" if output is None else f"a value of type {type(output).__name__}"
        raise Unavailable(f"the network returns {given}, not scores of classes")
    return Record(
        shape=shape,
        parameters=count,
        modules=described(network) if modules is None else modules,
        operations=tuple(seen.operations),
        forwards=tuple(seen.forwards),
        functions=tuple(seen.functions),
    )


def parameters(network: nn.Module) -> int:
    """Return the elements of all parameters, trainable and frozen, each once.

    Raises:
        Unavailable: one of them gets its shape from a first input.
    """
    _refuse_lazy(network.parameters())
    return sum(parameter.numel() for parameter in network.parameters())


def _refuse_lazy(tensors: Iterable[Tensor]) -> None:
    """Do nothing where the shapes of all tensors are known.

    Raises:
        Unavailable: one of them gets its shape from a first input.
    """
    if any(is_lazy(tensor) for tensor in tensors):
        raise Unavailable("the network is lazy: its parameters have no shape before a first input")


def _picture(shape: Shape) -> Tensor:
    if min(shape) < 1:
        raise Unavailable(f"an input of {_shown(shape)} has no pixels")
    try:
        with torch.inference_mode():
            return torch.empty(shape, device="meta")
    except (RuntimeError, TypeError):  # its bytes or its sides are more than 64 bits can say
        raise Unavailable(f"an input of {_shown(shape)} is too large for torch") from None


def _shown(shape: Shape) -> str:
    return " × ".join(str(side) for side in shape)


def _reason(error: BaseException) -> str:
    """Return in one line why a pass ended early."""
    try:
        told = str(error)
    except Exception:  # code of others may raise anything, there too
        told = ""
    if _NEEDS_DATA.search(told):
        return "its steps depend on the values of the input, of which only the shape is known"
    if _ELSEWHERE in told:
        return "it makes tensors on a device of its own choice, not where its input is"
    line = re.sub(r" at 0x[0-9a-fA-F]+", "", (told.strip().splitlines() or [""])[0])
    return f"{type(error).__name__}: {line}"[:200] if line else type(error).__name__


def described(network: nn.Module) -> tuple[Module, ...]:
    """Return the modules of a network, each once, parents before children."""
    paths: dict[nn.Module, list[str]] = {}
    for path, module in network.named_modules(remove_duplicate=False):
        paths.setdefault(module, []).append(path)
    return tuple(_described(module, *found) for module, found in paths.items())


def _described(module: nn.Module, path: str, *also: str) -> Module:
    own, *classes = type(module).__mro__
    bases = tuple(_qualified(base) for base in classes if base not in (nn.Module, object))
    parameters = {
        name: tuple(parameter.shape)
        for name, parameter in module._parameters.items()
        if parameter is not None
    }
    return Module(path, _qualified(own), bases, _settings(module), parameters, also)


def _qualified(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _settings(module: nn.Module) -> dict[str, Setting]:
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and name != "training" and _is_setting(value)
    }


def _is_setting(value: object) -> bool:
    if isinstance(value, tuple):
        return all(type(part) is int for part in value)
    return type(value) in (bool, int, float, str)
