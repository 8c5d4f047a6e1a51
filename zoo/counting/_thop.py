"""What thop's hooks count in a module's forward."""

from __future__ import annotations

import math

from zoo.structure import Module, Step
from zoo.structure.record import elements

CONVOLUTIONS = tuple(
    f"torch.nn.modules.conv.Conv{kind}{n}d" for kind in ("", "Transpose") for n in (1, 2, 3)
)
BATCH_NORMS = tuple(f"torch.nn.modules.batchnorm.BatchNorm{n}d" for n in (1, 2, 3))
AVERAGES = tuple(f"torch.nn.modules.pooling.AvgPool{n}d" for n in (1, 2, 3))
ADAPTIVE_AVERAGES = tuple(f"torch.nn.modules.pooling.AdaptiveAvgPool{n}d" for n in (1, 2, 3))
LINEAR = "torch.nn.modules.linear.Linear"
LEAKY_RELU = "torch.nn.modules.activation.LeakyReLU"


def convolution(module: Module, step: Step) -> int:
    """Return output elements × C_in / groups × kernel, without the bias."""
    groups = module.settings["groups"]
    assert isinstance(groups, int)
    kernel = elements(module.parameters["weight"][2:])
    return elements(step.outputs[0]) * (step.given(0)[1] // groups) * kernel


def linear(module: Module, step: Step) -> int:
    """Return output elements × input features, without the bias."""
    return elements(step.outputs[0]) * module.parameters["weight"][1]


def adaptive_average(step: Step) -> int:
    """Return (kernel + 1) × output elements, the kernel being input size / output size."""
    given, out = step.given(0)[2:], step.outputs[0]
    kernel = math.prod(i / o for i, o in zip(given, out[2:], strict=True))
    return int((kernel + 1) * elements(out))
