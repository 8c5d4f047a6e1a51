"""Measures how deep a network is: the most weighted layers that one path passes through.

A layer is weighted if it is a convolution or fully connected and its weights are learned. The path
is followed from tensor to tensor through one pass on the meta device, so that of branches the
deeper one counts, and a projection beside a block counts nothing. Layers that work on what global
pooling has left count only where their output leads to the network's, as a classifier's does; where
it scales a map, as in squeeze-and-excitation, it is a gate and on no path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakIdKeyDictionary

from zoo.errors import Unavailable
from zoo.structure.record import Shape

_WEIGHTED = frozenset(
    {"conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
     "linear"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Depth:
    """How many weighted layers lie before a tensor.

    Attributes:
        body: those that work on maps.
        head: those behind global pooling, or behind what flattens a map.
        pooled: whether the tensor is behind that.
    """

    body: int = 0
    head: int = 0
    pooled: bool = False

    @property
    def total(self) -> int:
        """All of them."""
        return self.body + self.head


def depth(network: nn.Module, shape: Shape) -> int:
    """Return the depth of a network's output.

    Args:
        network: on the meta device, in evaluation mode.
        shape: of the input, ``(pictures, channels, height, width)``.

    Raises:
        Unavailable: the network does not run on such an input, or its path cannot be followed.
    """
    pixels = torch.empty(shape, device="meta")
    paths = _Paths(pixels)
    try:
        with torch.inference_mode(), paths:
            output = network(pixels)
    except (Exception, SystemExit) as error:  # code of others may raise anything
        name = type(error).__name__
        raise Unavailable(f"the path through the network cannot be followed: {name}") from None
    found = [path.total for _, path in paths.behind([output])]
    if not found:
        raise Unavailable("the path through the network cannot be followed")
    return max(found)


def after(before: Sequence[tuple[Shape, Depth]], made: Shape, *, weighted: bool) -> Depth:
    """Return the depth of what an operation makes of tensors of some shapes and depths.

    What has been pooled and meets a map is a gate, and only the map's depth goes on.
    """
    maps = [path for _, path in before if not path.pooled]
    pooled = len(made) <= 2 or set(made[2:]) == {1} or (len(made) == 3 and not maps)
    if maps or not pooled:
        body = max(path.body for path in maps or [path for _, path in before])
        return Depth(body + weighted, 0, pooled)
    deepest = max((path for _, path in before), key=lambda path: path.total)
    return Depth(deepest.body, deepest.head + weighted, True)


class _Paths(TorchFunctionMode):
    """Notes the depth of every tensor that is made of the pixels, and what is made of weights."""

    def __init__(self, pixels: Tensor) -> None:
        super().__init__()
        self.depths: Any = WeakIdKeyDictionary()
        self.learned: Any = WeakIdKeyDictionary()
        self.depths[pixels] = Depth()

    def behind(self, values: Iterable[Any]) -> list[tuple[Shape, Depth]]:
        """Return shape and depth of the tensors among values that are made of the pixels."""
        return [(tuple(t.shape), self.depths[t]) for t in _tensors(values) if t in self.depths]

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        given = (*args, *(kwargs or {}).values())
        before = self.behind(given)  # in place, the output may be one of these
        learned = any(map(self._is_learned, _tensors(given)))
        weighted = getattr(func, "__name__", "") in _WEIGHTED and any(
            map(self._is_learned, _tensors(given[1:2]))
        )
        output = func(*args, **(kwargs or {}))
        for made in _tensors([output]):
            if learned:
                self.learned[made] = True
            if before:
                self.depths[made] = after(before, tuple(made.shape), weighted=weighted)
        return output

    def _is_learned(self, tensor: Tensor) -> bool:
        return isinstance(tensor, nn.Parameter) or tensor in self.learned


def _tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
