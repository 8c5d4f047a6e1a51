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


def output(module: Module, step: Step) -> int:
    """Return 1 an output element."""
    return elements(step.outputs[0])


def number(module: Module, name: str) -> int:
    """Return a setting that is a whole number."""
    value = module.settings[name]
    assert isinstance(value, int)
    return value


def kernel(module: Module) -> int:
    """Return how many positions the kernel of a convolution has."""
    sides = module.settings["kernel_size"]
    assert isinstance(sides, tuple)
    return elements(sides)


def convolution(module: Module, step: Step) -> int:
    """Return output elements × C_in / groups × kernel, without the bias."""
    channels = step.given(0)[1] // number(module, "groups")
    return elements(step.outputs[0]) * channels * kernel(module)


def linear(module: Module, step: Step) -> int:
    """Return output elements × input features, without the bias."""
    return elements(step.outputs[0]) * number(module, "in_features")


def adaptive_average(step: Step) -> int:
    """Return (kernel + 1) × output elements, the kernel being input size / output size."""
    given, out = step.given(0)[2:], step.outputs[0]
    kernel = math.prod(i / o for i, o in zip(given, out[2:], strict=True))
    return int((kernel + 1) * elements(out))
