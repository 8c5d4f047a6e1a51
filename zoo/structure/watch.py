"""Watches a pass from the three sides from which counting tools look at one.

These are operations of torch (a dispatch mode under inference mode, which meets ``linear`` or
``conv2d`` before torch splits them), forwards of modules (hooks), and functions that Python code
calls by name (the few that ptflops replaces).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as hooks
from torch.utils._python_dispatch import TorchDispatchMode

from zoo.structure.meta import shortcut
from zoo.structure.record import Shape, Step

# Operations that torch would split and that every rule counts as they are.
_WHOLE = frozenset(
    """adaptive_avg_pool1d adaptive_avg_pool2d avg_pool1d batch_norm conv1d conv2d conv3d
    conv_transpose1d conv_transpose2d conv_transpose3d dropout dropout_ flatten group_norm
    instance_norm layer_norm linear matmul max_pool1d max_pool2d reshape
    scaled_dot_product_attention softmax to upsample_nearest2d upsample_bilinear2d""".split()
)
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


class Seen:
    """What was seen so far, and in which module the pass is."""

    def __init__(self, network: nn.Module) -> None:
        self.modules = list(network.modules())  # held, so that no id is given anew
        self.numbers = {id(module): i for i, module in enumerate(self.modules)}
        self.operations: list[Step] = []
        self.forwards: list[Step] = []
        self.functions: list[Step] = []
        self.within: list[int] = [0]
        self.in_torch = False
        self.calling = ""

    def enter(self, module: nn.Module, inputs: Any) -> None:
        """Note that a module begins."""
        self.within.append(self.numbers.get(id(module), self.within[-1]))

    def leave(self, module: nn.Module, inputs: Any, *rest: Any) -> None:
        """Note that a module ends, and what came out, if something did."""
        number = self.within.pop()
        *named, output = rest  # torch gives no named inputs, and None, where the module raised
        if id(module) in self.numbers and output is not None:
            given = shapes((*inputs, *(value for one in named for value in one.values())))
            self.forwards.append(Step(number, "forward", given, shapes([output])))

    def call(self, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function for the network, and note it."""
        # torch's own rules for shapes call some of them too, and a mode calls them once more.
        if self.in_torch or self.calling == name:
            return function(*args, **kwargs)
        outer, self.calling = self.calling, name
        try:
            output = function(*args, **kwargs)
        finally:
            self.calling = outer
        given = shapes((*args, *kwargs.values()))
        self.functions.append(Step(self.within[-1], name, given, shapes([output])))
        return output


class _Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has no types here
    """Notes each operation of torch, and the parts of those that are made of others."""

    def __init__(self, seen: Seen) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen
        self.within = ""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = func._opname
        place = len(self.seen.operations)
        output = shortcut(func, args)
        if output is None:
            output = self._run(func, name, args, kwargs or {})
        tensors = (*args, *kwargs.values()) if kwargs else args
        self.seen.operations.insert(
            place,
            Step(
                self.seen.within[-1],
                name,
                _inputs(tensors),
                shapes([output]),
                _detail(func, name, args),
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


@contextmanager
def watched(seen: Seen) -> Iterator[None]:
    """Watch operations, modules and named functions while the context lasts."""
    fast = torch.backends.mha.get_fastpath_enabled()
    with ExitStack() as stack:
        # The fused attention of evaluation mode is one operation that no tool can look into.
        torch.backends.mha.set_fastpath_enabled(False)
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
        stack.callback(hooks.register_module_forward_pre_hook(seen.enter).remove)
        leave = hooks.register_module_forward_hook(seen.leave, with_kwargs=True, always_call=True)
        stack.callback(leave.remove)
        # torch 2.15 forgets to take this entry back, and is slower for every module with it.
        stack.callback(hooks._global_forward_hooks_with_kwargs.pop, leave.id, None)
        for owner, names in _BY_NAME.items():
            for name in names:
                stack.enter_context(_replaced(owner, name, seen))
        stack.enter_context(_Operations(seen))
        yield


@contextmanager
def _replaced(owner: Any, name: str, seen: Seen) -> Iterator[None]:
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
            found += shapes(value)
    return tuple(found)


def shapes(values: Any) -> tuple[Shape, ...]:
    """Return the shapes of the tensors among values, in lists and tuples too."""
    found: list[Shape] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(tuple(value.shape))
        elif isinstance(value, list | tuple):
            found += shapes(value)
    return tuple(found)


def _detail(func: Any, name: str, args: tuple[Any, ...]) -> str:
    if name == "einsum":
        return str(args[0])
    if name == "batch_norm":
        return "training" if args[5] else ""
    if func._overloadname == "padding":  # of a convolution, as a word; torch leaves out a default
        return str(args[4]) if len(args) > 4 else "valid"
    transposed = "transpose" in name or (name.endswith("convolution") and args[6])
    return "transposed" if transposed and "conv" in name else ""
