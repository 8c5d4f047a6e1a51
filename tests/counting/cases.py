"""Tiny networks with what each rule must count for them, written out by hand."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from timm.layers import BatchNormAct2d
from timm.layers.attention import Attention
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import prune
from torchvision.ops import DeformConv2d

from tests.structure.networks import Does
from zoo.structure import Record
from zoo.structure.trace import trace

# Rules that are another rule's count times a factor, wherever a case does not say otherwise.
DERIVED = {
    "flops": ("macs", 2),
    "torchvision-ops": ("macs", 1),
    "thop-early-subclass": ("thop-early", 1),
    "thop-early-in-place": ("thop-early", 1),
}


@dataclass(frozen=True)
class Case:
    """A network, the shape of its input, and its count by rule."""

    name: str
    build: Callable[[], nn.Module]
    shape: tuple[int, ...]
    counts: Mapping[str, int]

    def record(self) -> Record:
        with torch.device("meta"):
            network = self.build().eval()
        return trace(network, self.shape)

    def count(self, rule: str) -> int:
        """Return what a rule must count; a KeyError is a rule that has no count by hand."""
        if rule in self.counts:
            return self.counts[rule]
        base, factor = DERIVED[rule]
        return factor * self.counts[base]


def case(
    name: str,
    build: Callable[[], nn.Module],
    shape: tuple[int, ...],
    *,
    macs: int = 0,
    fvcore: int = 0,
    thop: int = 0,
    ptflops: int = 0,
    early: int = 0,
    **others: int,
) -> Case:
    """Return a case; what is not said counts nothing."""
    counts = {"macs": macs, "fvcore": fvcore, "thop": thop, "ptflops": ptflops}
    more = {rule.replace("_", "-"): count for rule, count in others.items()}
    return Case(name, build, shape, {**counts, "thop-early": early, **more})


def does(what: Callable[[Tensor], Tensor]) -> Callable[[], nn.Module]:
    return lambda: Does(what)


class OtherConv2d(nn.Conv2d):
    """A convolution that is not exactly ``nn.Conv2d``."""


class OtherLinear(nn.Linear):
    """A linear layer that is not exactly ``nn.Linear``."""


class Multihead(nn.Module):
    """torch's own attention of tokens to each other."""

    def __init__(self, channels: int, heads: int, **settings: bool) -> None:
        super().__init__()
        self.weights = settings.pop("weights", True)
        self.attention = nn.MultiheadAttention(channels, heads, batch_first=True, **settings)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.attention(tokens, tokens, tokens, need_weights=self.weights)[0]


class Parameter(nn.Module):
    """Combines its input with a parameter of its own."""

    def __init__(self, what: Callable[[Tensor, Tensor], Tensor], *shape: int) -> None:
        super().__init__()
        self.own = nn.Parameter(torch.ones(shape))
        self.what = what

    def forward(self, inputs: Tensor) -> Tensor:
        return self.what(inputs, self.own)


class Activated(nn.Module):
    """A convolution, and a norm with its activation in one module."""

    def __init__(self, activation: type[nn.Module]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1, bias=False)
        self.norm = BatchNormAct2d(4, act_layer=activation)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.norm(self.conv(inputs))


class TwoBranches(nn.Module):
    """Two parents that share one convolution, each of which runs it."""

    def __init__(self) -> None:
        super().__init__()
        shared = nn.Conv2d(3, 3, 1, bias=False)
        self.first, self.second = nn.Sequential(shared), nn.Sequential(shared)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.second(self.first(inputs))


class Deformed(nn.Module):
    """A convolution that looks where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = DeformConv2d(3, 4, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.conv(inputs, inputs.new_zeros(1, 18, 4, 4))


class Named(nn.Module):
    """Gives a module its input by name."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, inputs: Tensor) -> Tensor:
        return self.inner(input=inputs)


def _pruned() -> nn.Module:
    """Return a convolution whose parameter is not its weight, but what that is made of."""
    return prune.identity(nn.Conv2d(3, 4, 3), "weight")


def _twice() -> nn.Module:
    shared = nn.Conv2d(3, 3, 1, bias=False)
    return nn.Sequential(shared, nn.ReLU(), shared)


CONVOLUTIONS = [
    case(
        "conv with bias", lambda: nn.Conv2d(3, 16, 3, padding=1), (1, 3, 8, 8),
        macs=8 * 8 * 16 * 3 * 3 * 3,
        fvcore=8 * 8 * 16 * 3 * 3 * 3,
        thop=8 * 8 * 16 * 3 * 3 * 3,
        ptflops=8 * 8 * 16 * 3 * 3 * 3 + 8 * 8 * 16,
        early=8 * 8 * 16 * 3 * 3 * 3 + 8 * 8 * 16,
    ),
    case(
        "conv without bias", lambda: nn.Conv2d(3, 16, 3, bias=False), (1, 3, 8, 8),
        macs=6 * 6 * 16 * 3 * 3 * 3,
        fvcore=6 * 6 * 16 * 3 * 3 * 3,
        thop=6 * 6 * 16 * 3 * 3 * 3,
        ptflops=6 * 6 * 16 * 3 * 3 * 3,
        early=6 * 6 * 16 * 3 * 3 * 3,
    ),
    case(
        "grouped conv", lambda: nn.Conv2d(6, 8, 3, groups=2), (1, 6, 8, 8),
        macs=6 * 6 * 8 * 3 * 3 * 3,
        fvcore=6 * 6 * 8 * 3 * 3 * 3,
        thop=6 * 6 * 8 * 3 * 3 * 3,
        ptflops=6 * 6 * 8 * 3 * 3 * 3 + 6 * 6 * 8,
        early=6 * 6 * 8 * 3 * 3 * 3 + 6 * 6 * 8,
    ),
    case(
        "depthwise conv", lambda: nn.Conv2d(4, 8, 5, groups=4, bias=False), (1, 4, 8, 6),
        macs=4 * 2 * 8 * 1 * 5 * 5,
        fvcore=4 * 2 * 8 * 1 * 5 * 5,
        thop=4 * 2 * 8 * 1 * 5 * 5,
        ptflops=4 * 2 * 8 * 1 * 5 * 5,
        early=4 * 2 * 8 * 1 * 5 * 5,
    ),
    case(
        "strided conv", lambda: nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False), (1, 3, 8, 8),
        macs=4 * 4 * 4 * 3 * 3 * 3,
        fvcore=4 * 4 * 4 * 3 * 3 * 3,
        thop=4 * 4 * 4 * 3 * 3 * 3,
        ptflops=4 * 4 * 4 * 3 * 3 * 3,
        early=4 * 4 * 4 * 3 * 3 * 3,
    ),
    case(
        "dilated conv", lambda: nn.Conv2d(3, 4, 3, dilation=2, bias=False), (1, 3, 8, 8),
        macs=4 * 4 * 4 * 3 * 3 * 3,
        fvcore=4 * 4 * 4 * 3 * 3 * 3,
        thop=4 * 4 * 4 * 3 * 3 * 3,
        ptflops=4 * 4 * 4 * 3 * 3 * 3,
        early=4 * 4 * 4 * 3 * 3 * 3,
    ),
    case(
        "conv padded to the same", lambda: nn.Conv2d(3, 4, 3, padding="same"), (1, 3, 8, 8),
        macs=8 * 8 * 4 * 3 * 3 * 3,
        thop=8 * 8 * 4 * 3 * 3 * 3,
        ptflops=8 * 8 * 4 * 3 * 3 * 3 + 8 * 8 * 4,
        early=8 * 8 * 4 * 3 * 3 * 3 + 8 * 8 * 4,
    ),
    case(
        "conv that is not padded in a word", lambda: nn.Conv2d(3, 4, 3, padding="valid"),
        (1, 3, 8, 8),
        macs=6 * 6 * 4 * 3 * 3 * 3,
        thop=6 * 6 * 4 * 3 * 3 * 3,
        ptflops=6 * 6 * 4 * 3 * 3 * 3 + 6 * 6 * 4,
        early=6 * 6 * 4 * 3 * 3 * 3 + 6 * 6 * 4,
    ),
    case(
        "conv 1d", lambda: nn.Conv1d(3, 5, 3), (1, 3, 10),
        macs=8 * 5 * 3 * 3,
        fvcore=8 * 5 * 3 * 3,
        thop=8 * 5 * 3 * 3,
        ptflops=8 * 5 * 3 * 3 + 8 * 5,
        early=8 * 5 * 3 * 3 + 8 * 5,
    ),
    case(
        "conv 3d", lambda: nn.Conv3d(2, 4, (1, 3, 3)), (1, 2, 4, 6, 6),
        macs=4 * 4 * 4 * 4 * 2 * 1 * 3 * 3,
        fvcore=4 * 4 * 4 * 4 * 2 * 1 * 3 * 3,
        thop=4 * 4 * 4 * 4 * 2 * 1 * 3 * 3,
        ptflops=4 * 4 * 4 * 4 * 2 * 1 * 3 * 3 + 4 * 4 * 4 * 4,
        early=4 * 4 * 4 * 4 * 2 * 1 * 3 * 3 + 4 * 4 * 4 * 4,
    ),
    case(
        "transposed conv", lambda: nn.ConvTranspose2d(3, 4, 2, stride=2), (1, 3, 5, 5),
        macs=5 * 5 * 3 * 4 * 2 * 2,
        fvcore=5 * 5 * 3 * 4 * 2 * 2,
        thop=10 * 10 * 4 * 3 * 2 * 2,
        ptflops=5 * 5 * 3 * 4 * 2 * 2 + 10 * 10 * 4,
        early=10 * 10 * 4 * 3 * 2 * 2 + 10 * 10 * 4,
    ),
    case(
        "grouped transposed conv", lambda: nn.ConvTranspose2d(4, 6, 3, groups=2, bias=False),
        (1, 4, 5, 5),
        macs=5 * 5 * 4 * 3 * 3 * 3,
        fvcore=5 * 5 * 4 * 3 * 3 * 3,
        thop=7 * 7 * 6 * 2 * 3 * 3,
        ptflops=5 * 5 * 4 * 3 * 3 * 3,
        early=7 * 7 * 6 * 2 * 3 * 3,
    ),
    case(
        "transposed conv 1d", lambda: nn.ConvTranspose1d(3, 4, 2, stride=2, bias=False), (1, 3, 5),
        macs=5 * 3 * 4 * 2,
        fvcore=5 * 3 * 4 * 2,
        thop=10 * 4 * 3 * 2,
        ptflops=5 * 3 * 4 * 2,
        early=10 * 4 * 3 * 2,
    ),
    case(
        "transposed conv 3d", lambda: nn.ConvTranspose3d(2, 3, 2, bias=False), (1, 2, 2, 2, 2),
        macs=2 * 2 * 2 * 2 * 3 * 2 * 2 * 2,
        fvcore=2 * 2 * 2 * 2 * 3 * 2 * 2 * 2,
        thop=3 * 3 * 3 * 3 * 2 * 2 * 2 * 2,
        ptflops=2 * 2 * 2 * 2 * 3 * 2 * 2 * 2,
        early=3 * 3 * 3 * 3 * 2 * 2 * 2 * 2,
    ),
    case(
        "subclass of conv", lambda: OtherConv2d(3, 4, 3), (1, 3, 8, 8),
        macs=6 * 6 * 4 * 3 * 3 * 3,
        fvcore=6 * 6 * 4 * 3 * 3 * 3,
    ),
    case(
        "conv that is given its input by name", lambda: Named(nn.Conv2d(3, 4, 3, bias=False)),
        (1, 3, 8, 8),
        macs=6 * 6 * 4 * 3 * 3 * 3,
        fvcore=6 * 6 * 4 * 3 * 3 * 3,
        thop=6 * 6 * 4 * 3 * 3 * 3,
        ptflops=6 * 6 * 4 * 3 * 3 * 3,
        early=6 * 6 * 4 * 3 * 3 * 3,
    ),
    case(
        "conv whose weight is pruned", _pruned, (1, 3, 8, 8),
        macs=6 * 6 * 4 * 3 * 3 * 3,
        fvcore=6 * 6 * 4 * 3 * 3 * 3,
        thop=6 * 6 * 4 * 3 * 3 * 3,
        ptflops=6 * 6 * 4 * 3 * 3 * 3 + 4 * 6 * 6,
        early=6 * 6 * 4 * 3 * 3 * 3 + 4 * 6 * 6,
    ),
    case(
        "conv by name", lambda: Parameter(functional.conv2d, 4, 3, 3, 3), (1, 3, 8, 8),
        macs=6 * 6 * 4 * 3 * 3 * 3,
        fvcore=6 * 6 * 4 * 3 * 3 * 3,
    ),
    case(
        "module that is run twice", _twice, (1, 3, 4, 4),
        macs=2 * 4 * 4 * 3 * 3,
        fvcore=2 * 4 * 4 * 3 * 3,
        thop=2 * 4 * 4 * 3 * 3,
        ptflops=2 * 4 * 4 * 3 * 3 + 2 * 4 * 4 * 3,
        early=2 * 4 * 4 * 3 * 3,
    ),
    case(
        # thop hooks it once for each parent, and adds what its hooks counted for each parent too;
        # ptflops hooks it once and adds that for each parent.
        "module that two parents share", TwoBranches, (1, 3, 4, 4),
        macs=2 * 4 * 4 * 3 * 3,
        fvcore=2 * 4 * 4 * 3 * 3,
        thop=2 * 2 * 2 * 4 * 4 * 3 * 3,
        ptflops=2 * 2 * 4 * 4 * 3 * 3,
        early=2 * 4 * 4 * 3 * 3,
    ),
]  # fmt: skip

LINEAR = [
    case(
        # The early rules take a last linear layer for timm's classifier, which cost nothing.
        "linear on features", lambda: nn.Linear(12, 5), (1, 12),
        macs=12 * 5,
        fvcore=12 * 5,
        thop=12 * 5,
        ptflops=12 * 5 + 5,
    ),
    case(
        "linear on tokens", lambda: nn.Sequential(nn.Linear(4, 5), nn.Identity(), nn.ReLU()),
        (1, 6, 4),
        macs=6 * 4 * 5,
        fvcore=6 * 4 * 5,
        thop=6 * 4 * 5,
        ptflops=6 * (4 * 5 + 5) + 2 * 6 * 5,
    ),
    case(
        "two layers", lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(12, 5, bias=False), nn.Linear(5, 2)
        ),
        (1, 3, 2, 2),
        macs=12 * 5 + 5 * 2,
        fvcore=12 * 5 + 5 * 2,
        thop=12 * 5 + 5 * 2,
        ptflops=12 * 5 + 5 * 2 + 2,
        early=12 * 5,
    ),
    case(
        "linear on columns", lambda: nn.Sequential(nn.Linear(4, 5, bias=False), nn.Flatten()),
        (1, 3, 2, 4),
        macs=3 * 2 * 4 * 5,
        fvcore=3 * 2 * 4 * 5,
        thop=3 * 2 * 4 * 5,
        ptflops=3 * 2 * 4 * 5,
        early=3 * 2 * 4 * 5,
    ),
    case(
        "subclass of linear", lambda: OtherLinear(4, 5), (1, 6, 4),
        macs=6 * 4 * 5,
        fvcore=6 * 4 * 5,
    ),
]  # fmt: skip

NORMS = [
    case(
        "batch norm", lambda: nn.BatchNorm2d(4), (1, 4, 6, 6),
        fvcore=2 * 4 * 6 * 6, thop=4 * 4 * 6 * 6, ptflops=2 * 4 * 6 * 6, early=2 * 4 * 6 * 6,
    ),
    case(
        "batch norm without weights", lambda: nn.BatchNorm2d(4, affine=False), (1, 4, 6, 6),
        fvcore=1 * 4 * 6 * 6, thop=2 * 4 * 6 * 6, ptflops=1 * 4 * 6 * 6, early=2 * 4 * 6 * 6,
    ),
    case(
        "batch norm by the batch", lambda: nn.BatchNorm2d(4, track_running_stats=False),
        (1, 4, 6, 6),
        fvcore=5 * 4 * 6 * 6, thop=4 * 4 * 6 * 6, ptflops=2 * 4 * 6 * 6, early=2 * 4 * 6 * 6,
    ),
    case(
        "synchronised batch norm", lambda: nn.SyncBatchNorm(4), (1, 4, 6, 6),
        fvcore=2 * 4 * 6 * 6, thop=4 * 4 * 6 * 6,
    ),
    case(
        "batch norm 1d", lambda: nn.BatchNorm1d(4), (1, 4),
        fvcore=2 * 4, thop=4 * 4, ptflops=2 * 4, early=2 * 4,
    ),
    case(
        "batch norm 3d", lambda: nn.BatchNorm3d(4), (1, 4, 2, 3, 3),
        fvcore=2 * 4 * 2 * 9, thop=4 * 4 * 2 * 9, ptflops=2 * 4 * 2 * 9, early=2 * 4 * 2 * 9,
    ),
    case(
        "layer norm", lambda: nn.LayerNorm(4), (1, 6, 4),
        fvcore=5 * 6 * 4, thop=4 * 6 * 4, ptflops=6 * 4,
    ),
    case(
        "layer norm without weights", lambda: nn.LayerNorm(4, elementwise_affine=False), (1, 6, 4),
        fvcore=4 * 6 * 4, thop=2 * 6 * 4, ptflops=6 * 4,
    ),
    case(
        "group norm", lambda: nn.GroupNorm(2, 4), (1, 4, 6, 6),
        fvcore=5 * 4 * 6 * 6, ptflops=2 * 4 * 6 * 6,
    ),
    case(
        "group norm without weights", lambda: nn.GroupNorm(2, 4, affine=False), (1, 4, 6, 6),
        fvcore=4 * 4 * 6 * 6, ptflops=4 * 6 * 6,
    ),
    case(
        "instance norm", lambda: nn.InstanceNorm2d(4, affine=True), (1, 4, 6, 6),
        fvcore=5 * 4 * 6 * 6, thop=4 * 4 * 6 * 6, ptflops=2 * 4 * 6 * 6,
    ),
    case(
        "instance norm without weights", lambda: nn.InstanceNorm2d(4), (1, 4, 6, 6),
        fvcore=4 * 4 * 6 * 6, thop=2 * 4 * 6 * 6, ptflops=4 * 6 * 6,
    ),
    case(
        "norm with activation", lambda: Activated(nn.LeakyReLU), (1, 3, 2, 2),
        macs=2 * 2 * 4 * 3,
        fvcore=2 * 2 * 4 * 3 + 2 * 4 * 2 * 2,
        thop=2 * 2 * 4 * 3,
        ptflops=2 * 2 * 4 * 3 + 4 * 2 * 2,
        early=2 * 2 * 4 * 3 + 2 * 4 * 2 * 2 + 4 * 2 * 2,
        thop_early_subclass=2 * 2 * 4 * 3 + 4 * 2 * 2,
        thop_early_in_place=2 * 2 * 4 * 3,
    ),
]  # fmt: skip

POOLING = [
    case("max pool", lambda: nn.MaxPool2d(2), (1, 3, 8, 8), ptflops=2 * 3 * 8 * 8),
    case("max pool 1d", lambda: nn.MaxPool1d(2), (1, 3, 8), ptflops=2 * 3 * 8),
    case("max pool 3d", lambda: nn.MaxPool3d(2), (1, 3, 4, 4, 4), ptflops=2 * 3 * 4 * 4 * 4),
    case(
        "average pool", lambda: nn.AvgPool2d(2), (1, 3, 8, 8),
        thop=3 * 4 * 4, ptflops=2 * 3 * 8 * 8, early=3 * 4 * 4,
    ),
    case(
        "average pool 1d", lambda: nn.AvgPool1d(2), (1, 3, 8),
        thop=3 * 4, ptflops=2 * 3 * 8, early=3 * 4,
    ),
    case(
        "average pool 3d", lambda: nn.AvgPool3d(2), (1, 3, 4, 4, 4),
        thop=3 * 2 * 2 * 2, ptflops=2 * 3 * 4 * 4 * 4, early=3 * 2 * 2 * 2,
    ),
    case(
        "global average pool", lambda: nn.AdaptiveAvgPool2d(1), (1, 3, 8, 8),
        fvcore=3 * 8 * 8, thop=(8 * 8 + 1) * 3, ptflops=2 * 3 * 8 * 8, early=(8 * 8 + 1) * 3,
    ),
    case(
        # The kernel is taken to be 8/3 × 8/3: (64/9 + 1) · 27 = 64 · 3 + 27.
        "average pool to 3 × 3", lambda: nn.AdaptiveAvgPool2d(3), (1, 3, 8, 8),
        fvcore=3 * 8 * 8, thop=64 * 3 + 27, ptflops=2 * 3 * 8 * 8, early=64 * 3 + 27,
    ),
    case(
        "global average pool 1d", lambda: nn.AdaptiveAvgPool1d(1), (1, 3, 8),
        thop=(8 + 1) * 3, ptflops=2 * 3 * 8, early=(8 + 1) * 3,
    ),
    case("global max pool", lambda: nn.AdaptiveMaxPool2d(1), (1, 3, 8, 8), ptflops=2 * 3 * 8 * 8),
    case(
        "pool by name", does(lambda x: functional.adaptive_avg_pool2d(x, 1)), (1, 3, 8, 8),
        fvcore=3 * 8 * 8, ptflops=3 * 8 * 8,
    ),
    case("mean", does(lambda x: x.mean((2, 3))), (1, 3, 8, 8)),
]  # fmt: skip

ACTIVATIONS = [
    case("relu", nn.ReLU, (1, 3, 4, 4), ptflops=2 * 3 * 4 * 4),
    case("relu in place", lambda: nn.ReLU(inplace=True), (1, 3, 4, 4), ptflops=2 * 3 * 4 * 4),
    case("relu by name", does(lambda x: functional.relu(x)), (1, 3, 4, 4), ptflops=3 * 4 * 4),
    case("relu by a name of one's own", does(functional.relu), (1, 3, 4, 4)),
    case("relu of the tensor", does(lambda x: x.relu()), (1, 3, 4, 4)),
    case("relu6", nn.ReLU6, (1, 3, 4, 4), ptflops=3 * 4 * 4),
    case("prelu", nn.PReLU, (1, 3, 4, 4), thop=3 * 4 * 4, ptflops=2 * 3 * 4 * 4),
    case("leaky relu", nn.LeakyReLU, (1, 3, 4, 4), ptflops=3 * 4 * 4, early=3 * 4 * 4),
    case("elu", nn.ELU, (1, 3, 4, 4), ptflops=2 * 3 * 4 * 4),
    case("gelu", nn.GELU, (1, 3, 4, 4), ptflops=2 * 3 * 4 * 4),
    case("silu", nn.SiLU, (1, 3, 4, 4), ptflops=3 * 4 * 4),
    case("sigmoid", nn.Sigmoid, (1, 3, 4, 4)),
    case("hard swish", nn.Hardswish, (1, 3, 4, 4)),
    case("softmax", lambda: nn.Softmax(-1), (1, 6, 4), thop=6 * (3 * 4 - 1), ptflops=6 * 4),
    case(
        "softmax of channels", lambda: nn.Softmax(1), (1, 6, 4),
        thop=4 * (3 * 6 - 1), ptflops=6 * 4,
    ),
    case("dropout", nn.Dropout, (1, 6, 4)),
]  # fmt: skip


def _upsample(planes: Tensor) -> Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch wants another name for it
        return functional.upsample(planes, scale_factor=2)


UPSAMPLING = [
    case(
        "upsample nearest", lambda: nn.Upsample(scale_factor=2), (1, 3, 4, 4),
        fvcore=3 * 8 * 8, thop=3 * 8 * 8, ptflops=2 * 3 * 8 * 8,
    ),
    case(
        "upsample bilinear", lambda: nn.Upsample(scale_factor=2, mode="bilinear"), (1, 3, 4, 4),
        fvcore=4 * 3 * 8 * 8, thop=11 * 3 * 8 * 8, ptflops=2 * 3 * 8 * 8,
    ),
    case(
        "upsample bicubic", lambda: nn.Upsample(size=8, mode="bicubic"), (1, 3, 4, 4),
        thop=259 * 3 * 8 * 8, ptflops=2 * 3 * 8 * 8,
    ),
    case(
        "upsample linear", lambda: nn.Upsample(size=8, mode="linear"), (1, 3, 4),
        thop=5 * 3 * 8, ptflops=2 * 3 * 8,
    ),
    case(
        "upsample trilinear", lambda: nn.Upsample(size=4, mode="trilinear"), (1, 3, 2, 2, 2),
        ptflops=2 * 3 * 4 * 4 * 4,
    ),
    case(
        "upsampling nearest 2d", lambda: nn.UpsamplingNearest2d(scale_factor=2), (1, 3, 4, 4),
        fvcore=3 * 8 * 8, thop=3 * 8 * 8, ptflops=3 * 8 * 8,
    ),
    case(
        "upsampling bilinear 2d", lambda: nn.UpsamplingBilinear2d(size=(8, 6)), (1, 3, 4, 4),
        fvcore=4 * 3 * 8 * 6, thop=11 * 3 * 8 * 6, ptflops=3 * 8 * 6,
    ),
    case(
        "interpolate by name", does(lambda x: functional.interpolate(x, (8, 6))), (1, 3, 4, 4),
        fvcore=3 * 8 * 6, ptflops=3 * 8 * 6,
    ),
    case(
        # It calls interpolate, so that both names are called.
        "upsample by name", does(_upsample), (1, 3, 4, 4),
        fvcore=3 * 8 * 8, ptflops=2 * 3 * 8 * 8,
    ),
    case(
        "interpolate by a broken factor",
        does(lambda x: functional.interpolate(x, scale_factor=1.3)), (1, 3, 5, 5),
        fvcore=3 * 6 * 6, ptflops=3 * 6 * 6,
    ),
    case(
        "grid sample",
        does(lambda x: functional.grid_sample(x, x.new_zeros(1, 2, 5, 2), align_corners=False)),
        (1, 3, 4, 4),
        fvcore=4 * 3 * 2 * 5,
    ),
]  # fmt: skip


def _attend(tokens: Tensor) -> Tensor:
    return functional.scaled_dot_product_attention(tokens, tokens, tokens)


def _cross(tokens: Tensor) -> Tensor:
    return functional.scaled_dot_product_attention(tokens, tokens[:, :2], tokens[:, :2, :3])


PRODUCTS = [
    case(
        "matmul by operator", does(lambda x: x @ x.transpose(1, 2)), (1, 6, 4),
        macs=6 * 6 * 4, fvcore=6 * 6 * 4,
    ),
    case(
        "matmul by name", does(lambda x: torch.matmul(x, x.transpose(1, 2))), (1, 6, 4),
        macs=6 * 6 * 4, fvcore=6 * 6 * 4, ptflops=6 * 6 * 4,
    ),
    case(
        "matmul of the tensor", does(lambda x: x.matmul(x.transpose(2, 3))), (1, 3, 6, 4),
        macs=3 * 6 * 6 * 4, fvcore=3 * 6 * 6 * 4, ptflops=3 * 6 * 6 * 4,
    ),
    case(
        # Three products of 5 × 6 by 6 × 4. Two tools see one, since they multiply the first
        # factor's elements by the columns of the second.
        "matmul that is broadcast", lambda: Parameter(lambda x, own: torch.matmul(own, x), 5, 6),
        (1, 3, 6, 4),
        macs=3 * 5 * 4 * 6, fvcore=5 * 6 * 4, ptflops=5 * 6 * 4,
    ),
    case(
        "matmul by a vector", lambda: Parameter(lambda x, own: x @ own, 4), (1, 6, 4),
        fvcore=6 * 4,
    ),
    case(
        "bmm", does(lambda x: torch.bmm(x, x.transpose(1, 2))), (1, 6, 4),
        macs=6 * 6 * 4, fvcore=6 * 6 * 4, ptflops=6 * 6 * 4,
    ),
    case(
        "mm", does(lambda x: torch.mm(x[0], x[0].t())), (1, 6, 4),
        macs=6 * 6 * 4, fvcore=6 * 6 * 4, ptflops=6 * 6 * 4,
    ),
    case(
        "addmm", does(lambda x: torch.addmm(x[0, :, :1], x[0], x[0].t())), (1, 6, 4),
        macs=6 * 6 * 4, fvcore=6 * 6 * 4, ptflops=6 * 6 * 4 + 6 * 1,
    ),
    case(
        "baddbmm", does(lambda x: torch.baddbmm(x[:, :, :1], x, x.transpose(1, 2))), (1, 6, 4),
        macs=6 * 6 * 4, ptflops=6 * 6 * 4 + 6 * 1,
    ),
    case(
        "einsum of planes", does(lambda x: torch.einsum("nchw,ncwv->nchv", x, x)), (1, 3, 4, 4),
        macs=3 * 4 * 4 * 4, fvcore=3 * 4 * 4 * 4,
    ),
    case(
        "einsum of the first kind", does(lambda x: torch.einsum("btc, btd -> bcd", x, x)),
        (1, 6, 4),
        macs=6 * 4 * 4, fvcore=6 * 4 * 4,
    ),
    case(
        "einsum of the second kind", does(lambda x: torch.einsum("btc, bsc -> bst", x, x)),
        (1, 6, 4),
        macs=6 * 6 * 4, fvcore=6 * 6 * 4,
    ),
    case(
        # No matrix product, and to fvcore half an operation for each product.
        "einsum without a sum", does(lambda x: torch.einsum("bij,bkj->bikj", x, x)), (1, 6, 4),
        fvcore=6 * 6 * 4 // 2,
    ),
    case(
        "attention", does(_attend), (1, 6, 4),
        macs=2 * 6 * 6 * 4,
    ),
    case(
        "attention of other lengths", does(_cross), (1, 6, 4),
        macs=6 * 2 * 4 + 6 * 2 * 3,
    ),
    case(
        # 6 tokens of 4 to queries, keys and values; two products in each of the 2 heads; 6 of 4
        # to 4. ptflops: scaling, three projections and their biases, two products and a softmax a
        # head, a projection with its bias; then bmm and softmax by name.
        "multi-head attention", lambda: Multihead(4, 2), (1, 6, 4),
        macs=6 * 4 * 12 + 2 * 2 * 6 * 6 * 2 + 6 * 4 * 4,
        fvcore=6 * 4 * 12 + 2 * 2 * 6 * 6 * 2 + 6 * 4 * 4,
        ptflops=6 * 4 + 3 * (6 * 4 * 4 + 6 * 4) + 2 * (2 * 6 * 6 * 2 + 6 * 6) + 6 * 4 * (4 + 1)
        + 2 * 2 * 6 * 6 * 2 + 2 * 6 * 6,
    ),
    case(
        # Without weights to return, torch's fused attention is what the function calls.
        "multi-head attention without biases",
        lambda: Multihead(4, 2, bias=False, weights=False), (1, 6, 4),
        macs=6 * 4 * 12 + 2 * 2 * 6 * 6 * 2 + 6 * 4 * 4,
        fvcore=6 * 4 * 12 + 6 * 4 * 4,
        ptflops=6 * 4 + 3 * 6 * 4 * 4 + 2 * (2 * 6 * 6 * 2 + 6 * 6) + 6 * 4 * (4 + 1),
    ),
    case(
        "timm's attention", lambda: Attention(4, num_heads=2), (1, 6, 4),
        macs=6 * 4 * 12 + 2 * 2 * 6 * 6 * 2 + 6 * 4 * 4,
        fvcore=6 * 4 * 12 + 6 * 4 * 4,
        thop=6 * 4 * 12 + 6 * 4 * 4,
        ptflops=6 * 4 + 2 * (2 * 6 * 6 * 2 + 6 * 6),
        early=6 * 4 * 12,
    ),
]  # fmt: skip

ARITHMETIC = [
    case("add by operator", does(lambda x: x + x), (1, 3, 4, 4)),
    case("add by name", does(lambda x: torch.add(x, x)), (1, 3, 4, 4), ptflops=3 * 4 * 4),
    case("add of the tensor", does(lambda x: x.add(1)), (1, 3, 4, 4), ptflops=3 * 4 * 4),
    case("mul by name", does(lambda x: torch.mul(x, 2)), (1, 3, 4, 4), ptflops=3 * 4 * 4),
    case(
        "mul that is broadcast", does(lambda x: x.mul(x.mean((2, 3), keepdim=True))), (1, 3, 4, 4),
        ptflops=3 * 4 * 4,
    ),
    case(
        # ptflops lays the shapes side by side from the left: 1 3 4 4 and 3 1 1.
        "add of fewer sides", lambda: Parameter(lambda x, own: torch.add(x, own), 3, 1, 1),
        (1, 3, 4, 4),
        ptflops=3 * 3 * 4 * 4,
    ),
]  # fmt: skip

OTHERS = [
    case(
        # Four gates of 5 from 4 inputs and from 5 states, for each of 6 tokens.
        "lstm", lambda: nn.LSTM(4, 5, batch_first=True), (1, 6, 4),
        macs=6 * 4 * 20 + 6 * 5 * 20,
    ),
    case("deformable conv", Deformed, (1, 3, 6, 6)),
]  # fmt: skip

CASES = [
    *CONVOLUTIONS, *LINEAR, *NORMS, *POOLING, *ACTIVATIONS, *UPSAMPLING, *PRODUCTS, *ARITHMETIC,
    *OTHERS,
]  # fmt: skip
