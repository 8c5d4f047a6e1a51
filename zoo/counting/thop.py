"""The MACs of today's thop: hooks by exact class, one multiply–accumulate is one.

thop 0.1.1 (``thop/profile.py`` and ``thop/vision/basic_hooks.py``), which counts a module only if
its class is exactly one that it knows, so that a subclass costs nothing: convolutions and
``nn.Linear`` without biases; normalisation 2 an element, 4 with weights; average pooling 1 an
output element, adaptive (kernel + 1); softmax 3 n − 1 for n features; upsampling 5 (linear),
11 (bilinear) or 259 (bicubic) an output element; PReLU 1 an element. A module that several
parents share is hooked once for each and summed once for each, as there. Recurrent layers, which
thop counts, are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from zoo.counting import Rule
from zoo.counting._thop import (
    ADAPTIVE_AVERAGES,
    AVERAGES,
    BATCH_NORMS,
    CONVOLUTIONS,
    LINEAR,
    adaptive_average,
    convolution,
    linear,
    output,
)
from zoo.counting._visits import visits
from zoo.structure import Module, Record, Step
from zoo.structure.record import elements

_UPSAMPLING = {"linear": 5, "bilinear": 11, "bicubic": 224 + 35}


def _norm(module: Module, step: Step) -> int:
    weighted = any(module.settings.get(name) for name in ("affine", "elementwise_affine"))
    return elements(step.given(0)) * (4 if weighted else 2)


def _softmax(module: Module, step: Step) -> int:
    dim = module.settings.get("dim", -1)
    assert isinstance(dim, int)
    features = step.given(0)[dim]
    return elements(step.given(0)) // features * (3 * features - 1)


def _upsampling(module: Module, step: Step) -> int:
    mode = str(module.settings["mode"])
    each = 1 if mode == "nearest" else _UPSAMPLING.get(mode, 0)
    return elements(step.outputs[0]) * each


_NN = "torch.nn.modules"
_COSTS: dict[str, Callable[[Module, Step], int]] = {
    **dict.fromkeys(CONVOLUTIONS, convolution),
    **dict.fromkeys(BATCH_NORMS, _norm),
    **{f"{_NN}.instancenorm.InstanceNorm{n}d": _norm for n in (1, 2, 3)},
    f"{_NN}.batchnorm.SyncBatchNorm": _norm,
    f"{_NN}.normalization.LayerNorm": _norm,
    f"{_NN}.activation.PReLU": output,
    f"{_NN}.activation.Softmax": _softmax,
    **dict.fromkeys(AVERAGES, output),
    **dict.fromkeys(ADAPTIVE_AVERAGES, lambda module, step: adaptive_average(step)),
    LINEAR: linear,
    f"{_NN}.upsampling.Upsample": _upsampling,
    f"{_NN}.upsampling.UpsamplingNearest2d": _upsampling,
    f"{_NN}.upsampling.UpsamplingBilinear2d": _upsampling,
}


def costs(record: Record) -> Iterator[tuple[Step, int]]:
    """Yield the cost of every forward of a module whose exact class thop knows."""
    met = visits(record)
    for step in record.forwards:
        module = record.modules[step.module]
        if module.kind in _COSTS:
            yield step, _COSTS[module.kind](module, step) * met[step.module] ** 2


RULE = Rule(1, "multiply–accumulates, and operations of normalisation and pooling", costs)
