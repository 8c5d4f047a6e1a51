"""Answers operations on the meta device, faster than torch's own rules for shapes.

Those rules are written in Python and took most of the time of a pass, and filling weights half of
that of building a network (``benchmarks/savings.py``).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._device import DeviceContext

# Operations that keep the shape of their first tensor.
_UNARY = """batch_norm elu elu_ gelu hardsigmoid hardsigmoid_
hardswish hardswish_ hardtanh hardtanh_ leaky_relu leaky_relu_ mish mish_ relu relu_ sigmoid
sigmoid_ silu silu_ softplus tanh tanh_""".split()
_BINARY = "add add_ div div_ mul mul_ sub sub_".split()
_KEEPING = frozenset(getattr(torch.ops.aten, name).default for name in _UNARY)
_PAIRING = frozenset(getattr(torch.ops.aten, name).Tensor for name in _BINARY)
_FILLING = frozenset(
    getattr(Tensor, name)
    for name in "add_ clamp_ erfinv_ fill_ mul_ normal_ sub_ uniform_ zero_".split()
)
_INIT = "torch.nn.init"


class WithoutValues(DeviceContext):
    """Makes tensors on the meta device, and does not fill them: they have no values."""

    def __init__(self) -> None:
        super().__init__(torch.device("meta"))

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Call a function of torch, unless it does nothing but fill a tensor."""
        named: dict[str, Any] = kwargs or {}
        if func in _FILLING or getattr(func, "__module__", "") == _INIT:
            filled, *rest = (*args, *named.values())
            if _is_meta(filled) and not any(isinstance(value, Tensor) for value in rest):
                return filled
        return super().__torch_function__(func, types, args, named)  # type: ignore[no-untyped-call]


def _is_meta(value: object) -> bool:
    return isinstance(value, Tensor) and value.is_meta


def shortcut(func: Any, args: tuple[Any, ...]) -> Tensor | None:
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
