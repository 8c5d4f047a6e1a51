"""Depth: weighted layers on the longest path, counted by hand in tiny networks."""

from __future__ import annotations

from collections import OrderedDict
from decimal import Decimal

import pytest
import timm
import torch
from torch import Tensor, nn

from zoo.claims import Metric
from zoo.depth import depth
from zoo.errors import Skipped, Unavailable
from zoo.findings import Verdict
from zoo.validators import VALIDATORS

LAYERS = VALIDATORS["layers"]
SHAPE = (1, 3, 16, 16)


class Projected(nn.Module):
    """A residual block of two convolutions with a projection beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(), nn.ReLU(), conv())
        self.projection = nn.Conv2d(3, 3, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        made = self.body(inputs)
        made += self.projection(inputs)
        return made


class Gated(nn.Module):
    """Scales channels by what two layers make of their averages."""

    def __init__(self) -> None:
        super().__init__()
        self.squeeze, self.excite = nn.Conv2d(3, 1, 1), nn.Conv2d(1, 3, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        gate = self.excite(self.squeeze(inputs.mean((2, 3), keepdim=True))).sigmoid()
        return inputs * gate.expand_as(inputs)


class Blur(nn.Module):
    """A convolution that learns nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernel", torch.ones(3, 1, 3, 3) / 9)

    def forward(self, inputs: Tensor) -> Tensor:
        return nn.functional.conv2d(inputs, self.kernel, padding=1, groups=3)


class Standardised(nn.Conv2d):
    """A convolution whose weights are made of its parameters."""

    def forward(self, inputs: Tensor) -> Tensor:
        return nn.functional.conv2d(inputs, self.weight - self.weight.mean())


class Unsettled(nn.Module):
    """Joins two branches of one and two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = conv(), nn.Sequential(conv(), conv())

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.cat([self.one(inputs), self.two(inputs)], 1)


class Constant(nn.Module):
    """Returns a tensor that does not come from its input."""

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.zeros(1, 2)


def conv(stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(3, 3, 3, stride, padding=1)


def classifier() -> nn.Sequential:
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))


def deep_stem() -> nn.Sequential:
    return nn.Sequential(conv(2), conv(), conv(), nn.MaxPool2d(2), Projected(), classifier())


def summed_twice() -> nn.Module:
    class Outer(Projected):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(Projected(), conv())

    return nn.Sequential(conv(), Outer())


@pytest.mark.parametrize(
    ("network", "layers"),
    [
        (nn.Identity(), 0),
        (conv(), 1),
        (nn.Sequential(conv(), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), conv()), 2),
        (nn.Sequential(conv(), classifier()), 2),
        (nn.Sequential(conv(), nn.Flatten(), nn.Linear(768, 4), nn.ReLU(), nn.Linear(4, 2)), 3),
        (Projected(), 2),
        (nn.Sequential(conv(), Gated(), conv(), classifier()), 3),
        (nn.Sequential(conv(), Blur(), conv()), 2),
        (Standardised(3, 3, 1), 1),
        (Unsettled(), 2),
        (nn.Sequential(conv(), nn.AdaptiveAvgPool2d(1), nn.Conv2d(3, 2, 1), nn.Flatten()), 2),
        (nn.Sequential(OrderedDict(up=nn.ConvTranspose2d(3, 3, 2))), 1),
    ],
)
def test_the_layers_of_the_longest_path_are_counted(network: nn.Module, layers: int) -> None:
    assert depth(network.to("meta").eval(), SHAPE) == layers


@pytest.mark.parametrize(
    ("name", "layers"),
    [("resnet18", 18), ("resnet50", 50), ("seresnet50", 50), ("densenet121", 121), ("vgg16", 16)],
)
def test_published_networks_are_as_deep_as_they_are_called(name: str, layers: int) -> None:
    with torch.device("meta"):
        network = timm.create_model(name).eval()
    assert depth(network, (1, 3, 224, 224)) == layers


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        (nn.Linear(5, 5), "cannot be followed: RuntimeError"),
        (Constant(), "the path through the network cannot be followed"),
    ],
)
def test_a_path_that_cannot_be_followed_is_unavailable(network: nn.Module, reason: str) -> None:
    with pytest.raises(Unavailable, match=reason):
        depth(network.to("meta"), SHAPE)


@pytest.mark.parametrize(
    ("claimed", "verdict", "measured"),
    [("6", Verdict.PASS, 6), ("4", Verdict.PASS, 4), ("5", Verdict.FAIL, 4)],
)
def test_a_deep_stem_counts_as_one_or_as_three(
    subject, claim, judged, claimed: str, verdict: Verdict, measured: int
) -> None:
    said = claim(Metric.LAYERS, claimed)
    finding = judged("layers", subject(said, network=deep_stem()), said)
    assert (finding.verdict, finding.measured) == (verdict, measured)
    assert ("three 3×3 convolutions" in finding.message) is (claimed != "6")
    assert finding.conditions == {"input": [1, 3, 32, 32], "path": 6}


def test_a_wrong_depth_of_a_plain_network_fails(subject, claim, judged) -> None:
    said = claim(Metric.LAYERS, "50")
    network = nn.Sequential(conv(), Projected(), classifier())
    finding = judged("layers", subject(said, network=network), said)
    assert finding.verdict is Verdict.FAIL
    assert finding.message == "claimed 50, measured 4"


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        (Unsettled(), "2 weighted layers .* but no one convention .* that joins feature maps"),
        (nn.Sequential(conv(), Blur()), "whether a depthwise convolution is a layer of its own"),
        (summed_twice(), "4 weighted layers .* that sums several branches"),
        (nn.Sequential(nn.Flatten(2), nn.Linear(1024, 4)), "the layers of attention"),
    ],
)
def test_where_no_convention_is_settled_another_depth_is_skipped(
    subject, claim, network: nn.Module, reason: str
) -> None:
    said = claim(Metric.LAYERS, "50")
    with pytest.raises(Skipped, match=reason):
        LAYERS.measure(subject(said, network=network), said)


def test_where_no_convention_is_settled_the_count_bears_out(subject, claim, judged) -> None:
    said = claim(Metric.LAYERS, "2")
    assert judged("layers", subject(said, network=Unsettled()), said).verdict is Verdict.PASS


def test_the_measured_depth_is_a_whole_number(subject, claim) -> None:
    said = claim(Metric.LAYERS, "1")
    assert LAYERS.measure(subject(said, network=conv()), said).value == Decimal(1)
