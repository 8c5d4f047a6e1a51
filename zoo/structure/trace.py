"""Runs a network once on the meta device and records what it does.

The pass is seen from three sides, since counting tools look from these: operations of torch (a
dispatch mode under inference mode, which meets ``linear`` or ``conv2d`` before torch splits them),
forwards of modules (hooks), and functions that Python code calls by name (the few that ptflops
replaces). Nothing is computed: tensors of the meta device have a shape and no data.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as hooks
from torch.nn.parameter import is_lazy
from torch.utils._python_dispatch import TorchDispatchMode

from zoo.errors import Unavailable
from zoo.structure.record import Module, Record, Setting, Shape, Step

# Operations that keep the shape of their first tensor. torch's own rules for their shapes are
# written in Python and took four fifths of the time of a pass.
_UNARY = """batch_norm elu elu_ gelu hardsigmoid hardsigmoid_
hardswish hardswish_ hardtanh hardtanh_ leaky_relu leaky_relu_ mish mish_ relu relu_ sigmoid
sigmoid_ silu silu_ softplus tanh tanh_""".split()
_BINARY = "add add_ div div_ mul mul_ sub sub_".split()
_KEEPING = frozenset(getattr(torch.ops.aten, name).default for name in _UNARY)
_PAIRING = frozenset(getattr(torch.ops.aten, name).Tensor for name in _BINARY)
# Operations that torch would split and that every rule counts as they are.
_WHOLE = frozenset(
    """adaptive_avg_pool1d adaptive_avg_pool2d avg_pool1d batch_norm conv1d conv2d conv3d
    conv_transpose1d conv_transpose2d conv_transpose3d dropout dropout_ flatten group_norm
    instance_norm layer_norm linear matmul max_pool1d max_pool2d reshape
    scaled_dot_product_attention softmax to upsample_nearest2d upsample_bilinear2d""".split()
)
_FILLING = frozenset("add_ clamp_ erfinv_ fill_ mul_ normal_ sub_ uniform_ zero_".split())
_COMPOSITE = torch._C.DispatchKey.CompositeImplicitAutograd
# The functions that ptflops replaces, by who has them.
_BY_NAME: dict[Any, tuple[str, ...]] = {
    nn.functional: (
        *("relu", "prelu", "elu", "relu6", "gelu", "silu", "softmax", "interpolate", "upsample"),
        *(f"{kind}_pool{n}d" for kind in ("avg", "max") for n in (1, 2, 3)),
        *(f"adaptive_{kind}_pool{n}d" for kind in ("avg", "max") for n in (1, 2, 3)),
    ),
    torch: ("matmul", "mm", "bmm", "addmm", "baddbmm", "mul", "add"),
    Tensor: ("matmul", "mm", "bmm", "addmm", "mul", "add"),
}


# What torch says, on a tensor that has no data, of a step whose outcome needs the data.
_NEEDS_DATA = re.compile(r"\bmeta (tensor|device type)|data-independent", re.IGNORECASE)
_ELSEWHERE = "not on the expected device meta"


def trace(network: nn.Module, shape: Shape, built: str = "") -> Record:
    """Return what a network does with one input.

    Args:
        network: on the meta device, in evaluation mode.
        shape: of the input, ``(pictures, channels, height, width)``.
        built: what its source calls it.

    Raises:
        Unavailable: the network does not run on such an input alone, or gives no tensor.
    """
    if any(is_lazy(tensor) for tensor in (*network.parameters(), *network.buffers())):
        raise Unavailable("the network is lazy: its parameters have no shape before a first input")
    seen = _Seen(network)
    picture = _picture(shape)
    try:
        with torch.inference_mode(), _watched(seen):
            output = network(picture)
    except Exception as error:  # code of others may raise anything
        raise Unavailable(
            f"the network does not run on {_shown(shape)}: {_reason(error)}"
        ) from None
    if not _shapes([output]):
        given = "nothing" if output is None else f"a value of type {type(output).__name__}"
        raise Unavailable(f"the network returns {given}, not scores of classes")
    return Record(
        built=built,
        shape=shape,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        modules=tuple(_modules(network)),
        operations=tuple(seen.operations),
        forwards=tuple(seen.forwards),
        functions=tuple(seen.functions),
    )


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


def _reason(error: Exception) -> str:
    """Return in one line why a pass ended early."""
    told = str(error)
    if _NEEDS_DATA.search(told):
        return "its steps depend on the values of the input, of which only the shape is known"
    if _ELSEWHERE in told:
        return "it makes tensors on a device of its own choice, not where its input is"
    line = re.sub(r" at 0x[0-9a-fA-F]+", "", told.strip().partition("\n")[0])
    return f"{type(error).__name__}: {line}"[:200] if line else type(error).__name__


class WithoutValues(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has no types here
    """Skips filling tensors of the meta device, which have no values to fill.

    Half of the time of building a network there went into torch's rules for random numbers.
    """

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func._opname in _FILLING and args[0].is_meta and not _any_tensor(args[1:]):
            return args[0]
        return func(*args, **(kwargs or {}))


def _any_tensor(values: tuple[Any, ...]) -> bool:
    return any(isinstance(value, Tensor) for value in values)


class _Seen:
    """What was seen so far, and in which module the pass is."""

    def __init__(self, network: nn.Module) -> None:
        self.numbers = {id(module): i for i, module in enumerate(network.modules())}
        self.operations: list[Step] = []
        self.forwards: list[Step] = []
        self.functions: list[Step] = []
        self.within: list[int] = [0]
        self.in_torch = False

    def enter(self, module: nn.Module, inputs: Any) -> None:
        self.within.append(self.numbers.get(id(module), self.within[-1]))

    def leave(self, module: nn.Module, inputs: Any, *rest: Any) -> None:
        number = self.within.pop()
        *named, output = rest  # torch gives no named inputs, and None, where the module raised
        if id(module) in self.numbers and output is not None:
            given = _shapes((*inputs, *(value for one in named for value in one.values())))
            self.forwards.append(Step(number, "forward", given, _shapes([output])))

    def call(self, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        output = function(*args, **kwargs)
        if self.in_torch:  # torch's own rules for shapes call some of them too
            return output
        given = _shapes((*args, *kwargs.values()))
        self.functions.append(Step(self.within[-1], name, given, _shapes([output])))
        return output


class _Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has no types here
    """Notes each operation of torch, and the parts of those that are made of others."""

    def __init__(self, seen: _Seen) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen
        self.within = ""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = func._opname
        place = len(self.seen.operations)
        output = _shortcut(func, args)
        if output is None:
            output = self._run(func, name, args, kwargs or {})
        tensors = (*args, *kwargs.values()) if kwargs else args
        self.seen.operations.insert(
            place,
            Step(
                self.seen.within[-1],
                name,
                _inputs(tensors),
                _shapes([output]),
                _detail(name, args),
                self.within,
            ),
        )
        return output

    def _run(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        outer, seen = self.within, self.seen
        nested, seen.in_torch = seen.in_torch, True
        try:
            if name in _WHOLE or not func.has_kernel_for_dispatch_key(_COMPOSITE):
                return func(*args, **kwargs)
            self.within = outer or name
            with self:
                return func.decompose(*args, **kwargs)
        finally:
            self.within, seen.in_torch = outer, nested


def _shortcut(func: Any, args: tuple[Any, ...]) -> Tensor | None:
    """Return the output of an operation that keeps its first tensor's form, else None."""
    if not (func in _KEEPING or (func in _PAIRING and _alike(*args[:2]))):
        return None
    first: Tensor = args[0]
    if not first.is_contiguous():
        return None
    return first if func._opname.endswith("_") else torch.empty_like(first)


def _alike(first: Tensor, second: Any) -> bool:
    return (
        isinstance(second, Tensor)
        and first.shape == second.shape
        and first.dtype == second.dtype
        and second.is_contiguous()
    )


@contextmanager
def _watched(seen: _Seen) -> Iterator[None]:
    """Watch operations, modules and named functions while the context lasts."""
    fast = torch.backends.mha.get_fastpath_enabled()
    with ExitStack() as stack:
        # The fused attention of evaluation mode is one operation that no tool can look into.
        torch.backends.mha.set_fastpath_enabled(False)
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
        stack.callback(hooks.register_module_forward_pre_hook(seen.enter).remove)
        leave = hooks.register_module_forward_hook(seen.leave, with_kwargs=True, always_call=True)
        stack.callback(leave.remove)
        for owner, names in _BY_NAME.items():
            for name in names:
                stack.enter_context(_replaced(owner, name, seen))
        stack.enter_context(_Operations(seen))
        yield


@contextmanager
def _replaced(owner: Any, name: str, seen: _Seen) -> Iterator[None]:
    """Let calls of ``owner.name`` be noted."""
    own = owner.__dict__.get(name)
    function = getattr(owner, name)
    label = f"{'torch.Tensor' if owner is Tensor else owner.__name__}.{name}"

    @functools.wraps(function)
    def noted(*args: Any, **kwargs: Any) -> Any:
        return seen.call(label, function, *args, **kwargs)

    setattr(owner, name, noted)
    try:
        yield
    finally:
        if own is None:
            delattr(owner, name)
        else:
            setattr(owner, name, own)


def _inputs(given: tuple[Any, ...]) -> tuple[Shape | None, ...]:
    found: list[Shape | None] = []
    for value in given:
        if isinstance(value, Tensor):
            found.append(tuple(value.shape))
        elif value is None:
            found.append(None)
        elif isinstance(value, list | tuple):
            found += _shapes(value)
    return tuple(found)


def _shapes(values: Any) -> tuple[Shape, ...]:
    """Return the shapes of the tensors among values, in lists and tuples too."""
    found: list[Shape] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(tuple(value.shape))
        elif isinstance(value, list | tuple):
            found += _shapes(value)
    return tuple(found)


def _detail(name: str, args: tuple[Any, ...]) -> str:
    if name == "einsum":
        return str(args[0])
    if name == "batch_norm":
        return "training" if args[5] else ""
    if name in ("conv1d", "conv2d", "conv3d") and len(args) > 4 and isinstance(args[4], str):
        return args[4]
    transposed = "transpose" in name or (name.endswith("convolution") and args[6])
    return "transposed" if transposed and "conv" in name else ""


def _modules(network: nn.Module) -> Iterator[Module]:
    paths: dict[int, list[str]] = {}
    for path, module in network.named_modules(remove_duplicate=False):
        paths.setdefault(id(module), []).append(path)
    for module in network.modules():
        path, *also = paths[id(module)]
        own, *classes = type(module).__mro__
        bases = tuple(_qualified(base) for base in classes if base not in (nn.Module, object))
        parameters = {
            name: tuple(parameter.shape)
            for name, parameter in module._parameters.items()
            if parameter is not None
        }
        settings = _settings(module)
        yield Module(path, _qualified(own), bases, settings, parameters, tuple(also))


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
