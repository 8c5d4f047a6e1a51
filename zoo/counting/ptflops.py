"""The MACs of ptflops' default engine: modules by exact class, and functions by name.

ptflops 0.7.5 (``ptflops/pytorch_ops.py`` and ``pytorch_engine.py``): convolutions and ``nn.Linear``
with their biases; normalisation 2 an input element with weights, else 1; activations 1 an element,
pooling 1 an input element, ``nn.Upsample`` 1 an output element. What lies within a module that it
knows is not counted again, which hides the projections of an attention module. Besides, it counts
functions of torch that are called by name, also where a module that was counted calls them: so
``nn.ReLU`` costs twice its elements. Operators (``x * y``, ``x @ y``) cost nothing.
A module that several parents share is summed once for each. Recurrent
layers and deformable convolutions, which ptflops counts, are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

from zoo.counting import Rule
from zoo.counting._thop import (
    ADAPTIVE_AVERAGES,
    AVERAGES,
    BATCH_NORMS,
    CONVOLUTIONS,
    LINEAR,
    kernel,
    number,
    output,
)
from zoo.counting._visits import visits
from zoo.structure import Module, Record, Shape, Step
from zoo.structure.record import elements


def _convolution(module: Module, step: Step) -> int:
    positions = step.given(0) if "Transpose" in module.kind else step.outputs[0]
    filters = number(module, "out_channels") // number(module, "groups")
    weight = number(module, "in_channels") * filters * kernel(module)
    cost = step.given(0)[0] * weight * elements(positions[2:])
    return cost + (elements(step.outputs[0]) if "bias" in module.parameters else 0)


def _linear(module: Module, step: Step) -> int:
    *positions, features = step.given(0)
    out = step.outputs[0][-1]
    bias = out if "bias" in module.parameters else 0
    return (features * out + bias) * elements(tuple(positions))


def _norm(module: Module, step: Step) -> int:
    return elements(step.given(0)) * (2 if module.settings.get("affine") else 1)


def _given(module: Module, step: Step) -> int:
    return elements(step.given(0))


def _multihead(module: Module, step: Step) -> int:
    """Return what torch's multi-head attention costs, with its projections, biases and softmax."""
    (query, key, value), first = step.inputs[:3], bool(module.settings.get("batch_first"))
    assert query is not None and key is not None and value is not None
    batched = len(query) == 3
    pictures = query[not first] if batched else 1
    q, k, v = (shape[first and batched] for shape in (query, key, value))
    wide, kept = query[-1], value[-1]
    cost = q * wide + q * wide * wide + k * key[-1] ** 2 + v * kept**2
    if "in_proj_bias" in module.parameters:
        cost += (q + k + v) * wide
    heads = number(module, "num_heads")
    cost += heads * (q * k * (wide // heads) + q * k + q * k * (kept // heads))
    return pictures * (cost + q * kept * (kept + 1))


def _timm_attention(module: Module, step: Step) -> int:
    """Return what ptflops takes timm's attention for: scaling, two products and softmax."""
    pictures, tokens, _ = step.given(0)
    heads, wide = number(module, "num_heads"), number(module, "head_dim")
    return pictures * heads * (tokens * wide + 2 * tokens * tokens * wide + tokens * tokens)


_NN = "torch.nn.modules"
_MAXIMA = [f"{_NN}.pooling.{a}MaxPool{n}d" for a in ("", "Adaptive") for n in (1, 2, 3)]
_OTHER_NORMS = ["normalization.GroupNorm", "normalization.LayerNorm"]
_OTHER_NORMS += [f"instancenorm.InstanceNorm{n}d" for n in (1, 2, 3)]
_ACTIVATIONS = ["ReLU", "PReLU", "ELU", "LeakyReLU", "ReLU6", "GELU"]
_MODULES: dict[str, Callable[[Module, Step], int]] = {
    **dict.fromkeys(CONVOLUTIONS, _convolution),
    **{f"{_NN}.activation.{name}": output for name in _ACTIVATIONS},
    **dict.fromkeys([*AVERAGES, *ADAPTIVE_AVERAGES, *_MAXIMA], _given),
    **dict.fromkeys([*BATCH_NORMS, *(f"{_NN}.{name}" for name in _OTHER_NORMS)], _norm),
    LINEAR: _linear,
    f"{_NN}.upsampling.Upsample": output,
    f"{_NN}.activation.MultiheadAttention": _multihead,
    "timm.layers.attention.Attention": _timm_attention,
}


def _product(step: Step, first: int = 0) -> int:
    """Return what a matrix product costs whose factors begin at an input."""
    return elements(step.given(first)) * step.given(first + 1)[-1]


def _aligned(first: Shape, second: Shape) -> int:
    """Return the elements of two shapes laid side by side from the left, as ptflops does."""
    return elements(tuple(max(sides) for sides in zip_longest(first, second, fillvalue=1)))


def _function(step: Step) -> int:
    name = step.name.rpartition(".")[2]
    match name:
        case "matmul" | "mm" | "bmm":
            return _product(step)
        case "addmm" | "baddbmm":
            return _product(step, first=1) + elements(step.given(0))
        case "mul" | "add" if len(step.inputs) > 1:
            return _aligned(step.given(0), step.given(1))
        case "mul" | "add" | "interpolate" | "upsample":
            return elements(step.outputs[0])
        case _:
            return elements(step.given(0))


def costs(record: Record) -> Iterator[tuple[Step, int]]:
    """Yield the cost of every module and every function that ptflops knows."""
    met = visits(record)
    known = {module.path for module in record.modules if module.kind in _MODULES}
    for step in record.forwards:
        module = record.modules[step.module]
        if module.path in known and not _hidden(module.path, known):
            yield step, _MODULES[module.kind](module, step) * met[step.module]
    for step in record.functions:
        yield step, _function(step)


def _hidden(path: str, known: set[str]) -> bool:
    """Return whether a module that is counted as a whole contains this one."""
    parts = path.split(".") if path else []
    return any(".".join(parts[:end]) in known for end in range(len(parts)))


RULE = Rule(
    1, "multiply–accumulates, and operations of normalisation, activation and pooling", costs
)
