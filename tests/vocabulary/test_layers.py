"""Words for layers: true of a tiny network that has the layer, and of none that has not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from zoo.structure import Record
from zoo.structure.trace import trace
from zoo.vocabulary import READINGS, dropout_rates, reading_of


class Gate(nn.Module):
    """Scales channels by what an inner network makes of their averages."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs * self.inner(inputs.mean((2, 3), keepdim=True)).sigmoid()


class Neighbours(nn.Module):
    """Scales channels by a convolution over their averages."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, inputs: Tensor) -> Tensor:
        averages = inputs.mean((2, 3))[:, None]
        return inputs * self.conv(averages).sigmoid().transpose(1, 2)[..., None]


class Blur(nn.Module):
    """Halves the sides by a blur that learns nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernel", torch.ones(3, 1, 2, 2) / 4)

    def forward(self, inputs: Tensor) -> Tensor:
        return nn.functional.conv2d(inputs, self.kernel, stride=2, groups=3)


class Standardised(nn.Conv2d):
    """A convolution whose weights are brought to mean 0 and variance 1."""

    def forward(self, inputs: Tensor) -> Tensor:
        var, mean = torch.var_mean(self.weight, dim=(1, 2, 3), keepdim=True)
        return nn.functional.conv2d(inputs, (self.weight - mean) / var.sqrt())


class Mixed(nn.Module):
    """A convolution whose weights are mixed of two by the picture's averages."""

    def __init__(self) -> None:
        super().__init__()
        self.route = nn.Linear(3, 2)
        self.weights = nn.Parameter(torch.zeros(2, 27))

    def forward(self, inputs: Tensor) -> Tensor:
        mixed = self.route(inputs.mean((2, 3))) @ self.weights
        return nn.functional.conv2d(inputs, mixed.view(3, 3, 3, 1))


class Function(nn.Module):
    """Does one thing to its input."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, inputs: Tensor) -> Tensor:
        return self.function(inputs)


class MixedSizes(nn.Module):
    """Depthwise convolutions with windows of 3 and 5 on parts of a map."""

    def __init__(self) -> None:
        super().__init__()
        self.three = nn.Conv2d(2, 2, 3, padding=1, groups=2)
        self.five = nn.Conv2d(2, 2, 5, padding=2, groups=2)

    def forward(self, inputs: Tensor) -> Tensor:
        one, other = torch.cat([inputs, inputs[:, :1]], 1).split(2, 1)
        return torch.cat([self.three(one), self.five(other)], 1)


def record(network: nn.Module) -> Record:
    return trace(network.to("meta").eval(), (1, 3, 8, 8))


def true_of(network: nn.Module) -> set[str]:
    seen = record(network)
    return {word for word, reading in READINGS.items() if reading.holds(seen)}


POOLED = {"Average Pooling", "Global Average Pooling"}
NORMED = nn.Sequential(nn.BatchNorm2d(3), nn.LeakyReLU())


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (nn.Conv2d(3, 4, 3), {"Convolution"}),
        (nn.ConvTranspose2d(3, 4, 3), set()),
        (nn.Conv2d(3, 4, 1), {"Convolution", "1x1 Convolution"}),
        (nn.Conv2d(3, 6, 3, groups=3), {"Convolution", "Grouped Convolution"}),
        (nn.Sequential(nn.Conv2d(3, 3, 3, groups=3), nn.Conv2d(3, 5, 1)),
         {"Convolution", "1x1 Convolution", "Grouped Convolution",
          "Depthwise Separable Convolution"}),
        (nn.Sequential(nn.Conv2d(3, 3, 3, groups=3), Function(lambda x: x.permute(0, 2, 3, 1)),
                       nn.Linear(3, 5)),
         {"Convolution", "Grouped Convolution", "Depthwise Separable Convolution",
          "Dense Connections"}),
        (nn.Sequential(nn.Flatten(), nn.Linear(192, 2)), {"Dense Connections"}),
        (nn.BatchNorm2d(3), {"Batch Normalization"}),
        (nn.GroupNorm(3, 3), {"Group Normalization"}),
        (NORMED, {"Batch Normalization", "Leaky ReLU"}),
        (nn.ReLU(), {"ReLU"}),
        (Function(nn.functional.relu_), {"ReLU"}),
        (nn.ReLU6(), {"ReLU6"}),
        (Function(nn.functional.relu6), {"ReLU6"}),
        (nn.Hardtanh(), set()),
        (nn.LeakyReLU(), {"Leaky ReLU"}),
        (nn.SiLU(), {"Swish"}),
        (Function(lambda x: x * x.sigmoid()), {"Swish"}),
        (nn.Hardswish(), {"Hard Swish"}),
        (Function(lambda x: x * nn.functional.relu6(x + 3) / 6), {"ReLU6", "Hard Swish"}),
        (nn.Mish(), {"Mish"}),
        (Function(lambda x: x * nn.functional.softplus(x).tanh()), {"Mish"}),
        (nn.MaxPool2d(2), {"Max Pooling"}),
        (nn.AvgPool2d(2), {"Average Pooling"}),
        (nn.AdaptiveAvgPool2d(1), POOLED),
        (Function(lambda x: x.flatten(2).mean(-1)), POOLED),
        (Blur(), {"Convolution", "Grouped Convolution", "Blur Pooling",
                  "Anti-Alias Downsampling"}),
        (Standardised(3, 4, 3), {"Convolution", "Weight Standardization"}),
        (Mixed(), {"Convolution", "CondConv", "Dense Connections", *POOLED}),
        (Gate(nn.Conv2d(3, 3, 1)), {"Convolution", "1x1 Convolution", "Dense Connections",
                                    "Squeeze-and-Excitation Block", *POOLED}),
        (Gate(nn.Identity()), POOLED),
        (Neighbours(), {"Convolution", "Squeeze-and-Excitation Block",
                        "Efficient Channel Attention", "Dense Connections", *POOLED}),
        (MixedSizes(), {"Convolution", "Grouped Convolution", "MixConv"}),
        (nn.Softmax(1), {"Softmax"}),
        (nn.Dropout(0.2), {"Dropout"}),
        (nn.Dropout(0.0), set()),
    ],
)  # fmt: skip
def test_a_layer_is_known_by_what_it_does(network: nn.Module, words: set[str]) -> None:
    assert true_of(network) == words


def test_an_activation_inside_a_norm_is_in_place_abn() -> None:
    class Activated(nn.BatchNorm2d):
        def forward(self, inputs: Tensor) -> Tensor:
            return nn.functional.leaky_relu_(super().forward(inputs))

    assert "InPlace-ABN" in true_of(Activated(3))
    assert "InPlace-ABN" not in true_of(NORMED)


def test_rates_are_those_behind_the_last_convolution_in_order() -> None:
    class Called(nn.Module):
        drop_rate = 0.4

        def forward(self, inputs: Tensor) -> Tensor:
            return nn.functional.dropout(inputs, self.drop_rate, self.training)

    own = Called()
    own.drop_rate = 0.4  # of the instance, as timm sets it
    last = nn.Dropout(0.5, inplace=True)
    network = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(3, 3, 3), nn.Dropout(0.2), own, last)
    assert dropout_rates(record(network)) == [0.2, 0.4, 0.5]


@pytest.mark.parametrize("written", ["relu6", "RELU6", " ReLU6 ", "ReLU6"])
def test_a_word_is_known_in_any_case(written: str) -> None:
    assert reading_of(written) is READINGS["ReLU6"]


@pytest.mark.parametrize("written", ["", "ReLU 6", "Perceiver", "🙂"])
def test_an_unknown_word_has_no_reading(written: str) -> None:
    assert reading_of(written) is None


@pytest.mark.parametrize("word", READINGS)
def test_a_reading_is_a_sentence_in_words(word: str) -> None:
    reading = READINGS[word]
    assert reading.word == word
    assert reading.means
    assert not f"{reading.means}{reading.unless}".endswith(".")


class Mish(nn.Module):
    """An activation that is called by its word and written in a way of its own."""

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs * (1 + inputs.exp()).log().tanh()


def test_a_module_whose_class_is_called_by_the_word_is_one() -> None:
    seen = record(nn.Sequential(Mish(), nn.Dropout(0.0)))
    assert READINGS["Mish"].found(seen)
    assert not READINGS["Mish"].holds(seen)
    assert not READINGS["Swish"].found(seen)
    assert not READINGS["Dropout"].found(seen)


def test_nothing_is_true_of_a_network_that_does_nothing() -> None:
    assert true_of(nn.Identity()) == set()
