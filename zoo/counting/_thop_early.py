"""The early rules of thop, as timm's zoo was counted with them in 2020 and 2021.

Their source, and what they count, is told at ``thop_early``.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from zoo.counting._thop import (
    ADAPTIVE_AVERAGES,
    AVERAGES,
    BATCH_NORMS,
    CONVOLUTIONS,
    LEAKY_RELU,
    LINEAR,
    adaptive_average,
    convolution,
    linear,
)
from zoo.structure import Module, Record, Step
from zoo.structure.record import elements

UNIT = "multiply–accumulates, and operations of normalisation and pooling"
_FUSED = "timm.layers.norm_act.BatchNormAct2d"


class Norms(Enum):
    """What a module of normalisation with activation was when the count was made."""

    SEPARATE = "a BatchNorm2d and an activation"
    SUBCLASS = "a subclass of BatchNorm2d that holds an activation"
    IN_PLACE = "one in-place operation, in which no hook sees a module"


def costs(record: Record, norms: Norms) -> Iterator[tuple[Step, int]]:
    """Yield the cost of every forward of a module whose exact class thop knew."""
    classifier = _classifier(record)
    fused = {m.path for m in record.modules if m.kind == _FUSED}
    for step in record.forwards:
        module = record.modules[step.module]
        if norms is Norms.IN_PLACE and module.path.rpartition(".")[0] in fused:
            continue
        if step is not classifier and (cost := _cost(module, step, norms)):
            yield step, cost


def _cost(module: Module, step: Step, norms: Norms) -> int:
    kind = module.kind
    if kind in CONVOLUTIONS:
        bias = elements(step.outputs[0]) if "bias" in module.parameters else 0
        return convolution(module, step) + bias
    if kind in BATCH_NORMS or (kind == _FUSED and norms is Norms.SEPARATE):
        return 2 * elements(step.given(0))
    if kind in ADAPTIVE_AVERAGES:
        return adaptive_average(step)
    if kind in AVERAGES or kind == LEAKY_RELU:
        return elements(step.outputs[0])
    return linear(module, step) if kind == LINEAR else 0


def _classifier(record: Record) -> Step | None:
    """Return the last forward of an ``nn.Linear`` that gives the network's own output's shape."""
    output = record.forwards[-1].outputs
    linears = [s for s in record.forwards if record.modules[s.module].kind == LINEAR]
    return linears[-1] if linears and linears[-1].outputs == output else None
