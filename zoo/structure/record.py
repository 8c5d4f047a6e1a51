"""The record of one forward pass: modules, and each step with the shapes of its tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

Shape = tuple[int, ...]
Setting = bool | int | float | str | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """One module of a network.

    Attributes:
        path: by which the network has it, such as ``layer1.0.conv1``; empty for the network.
        kind: its exact class with the Python module that defines it.
        bases: the classes that this one derives from, nearest first, likewise.
        settings: its public attributes that are numbers, texts or tuples of whole numbers.
        parameters: shapes of those that it holds itself, by name.
        also: further paths to the same module.
    """

    path: str
    kind: str
    bases: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    parameters: Mapping[str, Shape] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    def is_a(self, kind: str) -> bool:
        """Return whether it is of a class, or derives from it."""
        return kind in (self.kind, *self.bases)

    @property
    def name(self) -> str:
        """The class without the Python module that defines it."""
        return self.kind.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done: an operation, a module's forward, or a function called by name.

    Attributes:
        module: number of the innermost module that did it; of the module itself for a forward.
        name: ``conv2d`` for an operation, ``torch.nn.functional.relu`` for a function.
        inputs: shapes of the tensors given, None where an optional one is absent before others.
        outputs: shapes of the tensors that came out.
        detail: what else moves a count, such as an einsum's equation, ``transposed``,
            ``training``, or a convolution's padding where that is a word.
        within: the operation that this one is a part of, or empty.
    """

    module: int
    name: str
    inputs: tuple[Shape | None, ...]
    outputs: tuple[Shape, ...]
    detail: str = ""
    within: str = ""

    def given(self, position: int) -> Shape:
        """Return the shape of an input that must be there."""
        shape = self.inputs[position]
        assert shape is not None
        return shape


@dataclass(frozen=True, slots=True)
class Record:
    """A network and its forward pass for one input.

    Attributes:
        shape: of the input, ``(pictures, channels, height, width)``.
        parameters: elements of all parameters, trainable and frozen, each once.
        modules: the network first, then every module within, parents before children.
        operations: those of torch, in the order in which they were begun.
        forwards: of the modules, in the order in which they ended.
        functions: of torch, called by name from Python, in that order.
    """

    shape: Shape
    parameters: int
    modules: tuple[Module, ...]
    operations: tuple[Step, ...]
    forwards: tuple[Step, ...]
    functions: tuple[Step, ...]


def elements(shape: Shape) -> int:
    """Return how many elements a tensor of a shape has."""
    return math.prod(shape)
