"""Looks at the record of a pass as at a network: its convolutions, and blocks of modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zoo.structure import Record
from zoo.structure.record import Module, Shape, Step

_CONVOLUTIONS = frozenset({"conv1d", "conv2d", "conv3d", "convolution"})
_LAYERS = _CONVOLUTIONS | {"linear"}
_SUMS = frozenset({"add", "add_"})
_JOINS = frozenset({"cat", "concat", "concatenate"})


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution of a pass.

    Attributes:
        module: number of the module that does it.
        kernel: sides of its window.
        inner: input channels of one group.
        given: shape of the map that it is given; ``made`` of that which it makes.
    """

    module: int
    kernel: Shape
    inner: int
    given: Shape
    made: Shape

    @property
    def wide(self) -> int:
        """How many channels it makes."""
        return self.made[1]

    @property
    def groups(self) -> int:
        """In how many groups of channels it works."""
        return max(1, self.given[1] // max(1, self.inner))

    @property
    def pointwise(self) -> bool:
        """Whether its window is one pixel."""
        return set(self.kernel) == {1}

    @property
    def depthwise(self) -> bool:
        """Whether each channel is a group of its own."""
        return self.inner == 1 and self.given[1] > 1

    @property
    def spread(self) -> bool:
        """Whether it works on a map, and not on the one pixel that pooling has left of it."""
        return is_map(self.given)


@dataclass(frozen=True, slots=True)
class Block:
    """A module with all that is done in it.

    Attributes:
        own: what its forward does itself, outside of the modules within it.
        inside: everything, in order.
    """

    module: Module
    own: tuple[Step, ...]
    inside: tuple[Step, ...]

    @property
    def adds(self) -> bool:
        """Whether it itself sums two maps of one shape."""
        return any(is_sum(step) for step in self.own)

    @property
    def joins(self) -> tuple[Step, ...]:
        """Where it itself concatenates feature maps."""
        return tuple(step for step in self.own if is_join(step))

    @property
    def layers(self) -> int:
        """How many convolutions and fully connected layers it has."""
        return sum(step.name in _LAYERS for step in self.inside)

    @property
    def convolutions(self) -> tuple[Convolution, ...]:
        """Those inside it that work on maps, in order."""
        return tuple(one for one in convolutions(self.inside) if one.spread)


def convolutions(steps: tuple[Step, ...]) -> Iterator[Convolution]:
    """Yield the convolutions among steps; transposed ones are none."""
    for step in steps:
        if step.name in _CONVOLUTIONS and step.detail != "transposed" and not step.within:
            given, weight = step.given(0), step.given(1)
            yield Convolution(step.module, weight[2:], weight[1], given, step.outputs[0])


def blocks(record: Record) -> Iterator[Block]:
    """Yield every module that itself sums or concatenates maps, in its network's order.

    A module that only sums, such as torch's ``FloatFunctional``, does so for that which holds it.
    """
    layered = {step.module for step in record.operations if step.name in _LAYERS}
    homes: dict[int, int] = {}
    for step in record.operations:
        if (is_sum(step) or is_join(step)) and step.module not in homes:
            homes[step.module] = _home(record, step.module, layered)
    for number in sorted(set(homes.values())):
        inside = set(within(record, number))
        steps = tuple(step for step in record.operations if step.module in inside)
        own = tuple(s for s in steps if s.module == number or homes.get(s.module) == number)
        yield Block(record.modules[number], own, steps)


def _home(record: Record, number: int, layered: set[int]) -> int:
    """Return the nearest module with layers in it that is a module, or holds it."""
    path = f"{record.modules[number].path}."
    holders = (one for one in range(number, 0, -1) if path.startswith(_prefix(record, one)))
    return next((one for one in holders if not layered.isdisjoint(within(record, one))), 0)


def _prefix(record: Record, number: int) -> str:
    """Return how the paths of what a module holds begin."""
    return f"{record.modules[number].path}." if number else ""


def within(record: Record, number: int) -> Iterator[int]:
    """Yield the number of a module and of all within it, which follow it in the record."""
    prefix = _prefix(record, number)
    yield number
    for other in range(number + 1, len(record.modules)):
        if not record.modules[other].path.startswith(prefix):
            break
        yield other


def is_map(shape: Shape) -> bool:
    """Return whether a shape is that of feature maps of more than one pixel."""
    return len(shape) == 4 and shape[2] * shape[3] > 1


def is_sum(step: Step) -> bool:
    """Return whether a step adds two maps, or rows of tokens, of one shape."""
    return step.name in _SUMS and len(step.inputs) > 1 and _alike(*step.inputs[:2])


def is_join(step: Step) -> bool:
    """Return whether a step concatenates feature maps by their channels."""
    maps = [shape for shape in step.inputs if shape is not None]
    return step.name in _JOINS and len(maps) > 1 and all(map(is_map, maps))


def _alike(one: Shape | None, other: Shape | None) -> bool:
    return one is not None and one == other and len(one) > 2
