"""The FLOPs of fvcore's ``FlopCountAnalysis``: one multiply–accumulate is one.

fvcore 0.1.5 (``fvcore/nn/flop_count.py`` and ``jit_handles.py``): convolutions and matrix products
without biases; batch normalisation in evaluation 2 an element (1 without weights), other
normalisation 5 (4 without); adaptive average pooling 1 an input element; upsampling 1 (nearest) or
4 (bilinear) an output element, grid sampling 4. Activations, other pooling, element-wise
arithmetic and fused attention cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from zoo.counting import Rule
from zoo.counting._arithmetic import CONVOLUTIONS, convolution, linear, product
from zoo.structure import Record, Step
from zoo.structure.record import elements


def _output(step: Step) -> int:
    return elements(step.outputs[0])


def _norm(plain: int, weighted: int) -> Callable[[Step], int]:
    def cost(step: Step) -> int:
        has_weight = len(step.inputs) > 1 and step.inputs[1] is not None
        return elements(step.given(0)) * (weighted if has_weight else plain)

    return cost


def _batch_norm(step: Step) -> int:
    return (_norm(4, 5) if step.detail == "training" else _norm(1, 2))(step)


def _matmul(step: Step) -> int:
    """Return first factor × columns of the second, as fvcore does even if the first is repeated."""
    first, second = step.given(0), step.given(1)
    return elements(first) * second[-1] if len(second) > 1 else product(step)


def _contraction(step: Step) -> int:
    """Return half of NumPy's optimal operation count for an einsum, as fvcore takes it."""
    import numpy as np

    equation = step.detail.replace(" ", "")
    seen = dict.fromkeys(filter(str.isalpha, equation))
    letters = {letter: chr(ord("a") + number) for number, letter in enumerate(seen)}
    renamed = "".join(letters.get(letter, letter) for letter in equation)
    first, last = step.given(0), step.given(len(step.inputs) - 1)
    if renamed == "abc,abd->acd":
        return elements(first) * last[-1]
    if renamed == "abc,adc->adb":
        return elements(first) * last[1]
    operands = [np.broadcast_to(np.float32(0), step.given(i)) for i in range(len(step.inputs))]
    told = np.einsum_path(renamed, *operands, optimize="optimal")[1]
    line = next(line for line in told.splitlines() if "optimized flop" in line.lower())
    return int(float(line.rpartition(":")[2]) // 2)


_COSTS: dict[str, Callable[[Step], int]] = {
    **dict.fromkeys(CONVOLUTIONS, convolution),
    "linear": linear,
    "addmm": lambda step: product(step, first=1),
    "mm": product,
    "bmm": product,
    "matmul": _matmul,
    "einsum": _contraction,
    "batch_norm": _batch_norm,
    "group_norm": _norm(4, 5),
    "layer_norm": _norm(4, 5),
    "instance_norm": _norm(4, 5),
    "adaptive_avg_pool2d": lambda step: elements(step.given(0)),
    "upsample_nearest2d": _output,
    "upsample_bilinear2d": lambda step: 4 * _output(step),
    "grid_sampler": lambda step: 4 * _output(step),
}


def costs(record: Record) -> Iterator[tuple[Step, int]]:
    """Yield the cost of every operation that fvcore has a handle for."""
    for step in record.operations:
        # A convolution that is padded by a word is another operation, which has no handle.
        if not step.within and step.name in _COSTS and step.detail not in ("same", "valid"):
            yield step, _COSTS[step.name](step)


RULE = Rule(1, "multiply–accumulates, and operations of normalisation", costs)
