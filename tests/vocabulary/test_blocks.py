"""Words for blocks: true of a tiny block of the kind, and not of its near relations."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from zoo.structure.trace import trace
from zoo.vocabulary import READINGS


class Sum(nn.Sequential):
    """Adds its input to what its layers make of it."""

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs + super().forward(inputs)


class Join(nn.Module):
    """Joins the outputs of branches that are given the same input; may add them to it."""

    def __init__(self, *branches: nn.Module, after: nn.Module | None = None) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.after = after

    def forward(self, inputs: Tensor) -> Tensor:
        joined = torch.cat([branch(inputs) for branch in self.branches], 1)
        return joined if self.after is None else inputs + self.after(joined)


class Chain(nn.Module):
    """Joins what each of its layers makes of the last one's output, with or without the input."""

    def __init__(self, *layers: nn.Module, first: bool, dense: bool = False) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.first = first
        self.dense = dense

    def forward(self, inputs: Tensor) -> Tensor:
        made = [inputs]
        for layer in self.layers:
            made.append(layer(torch.cat(made, 1) if self.dense else made[-1]))
        return torch.cat(made if self.first else made[1:], 1)


class Parts(nn.Module):
    """Convolves a part of its map, with another part added, and joins the parts."""

    def __init__(self, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(6, 6, 3, padding=1, groups=groups)

    def forward(self, inputs: Tensor) -> Tensor:
        one, other = inputs.chunk(2, 1)
        return torch.cat([self.conv(one + other), other], 1)


class Selected(nn.Module):
    """Weighs two branches by a softmax over both."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.paths = nn.ModuleList(conv(3, groups=groups) for _ in range(2))
        self.weigh = nn.Conv2d(12, 24, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        paths = torch.stack([path(inputs) for path in self.paths], 1)
        weights = self.weigh(paths.sum(1).mean((2, 3), keepdim=True))
        return (paths * weights.view(1, 2, 12, 1, 1).softmax(1)).sum(1)


def conv(
    kernel: int | tuple[int, int], given: int = 12, made: int = 12, groups: int = 1, stride: int = 1
) -> nn.Conv2d:
    sides = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = (sides[0] // 2, sides[1] // 2)
    return nn.Conv2d(given, made, sides, stride, padding, groups=groups)


def true_of(block: nn.Module) -> set[str]:
    """Return the words for blocks that are true of a block of 12 channels behind a stem."""
    network = nn.Sequential(nn.Conv2d(3, 12, 3, padding=1), block)
    seen = trace(network.to("meta").eval(), (1, 3, 16, 16))
    return {word for word, reading in READINGS.items() if reading.holds(seen)} & BLOCKS


RESIDUAL = {"Residual Connection", "Residual Block", "DLA Residual Block"}
BOTTLENECK = RESIDUAL | {"Bottleneck Residual Block", "DLA Bottleneck Residual Block"}
INVERTED = RESIDUAL | {"Inverted Residual Block", "FBNet Block"}
LINES = [conv((1, 7)), conv((7, 1))]
SHORT = [conv((1, 3)), conv((3, 1))]
AVERAGED = nn.AvgPool2d(3, 1, 1)
HALVED = nn.MaxPool2d(2)
BLOCKS = set(list(READINGS)[list(READINGS).index("Residual Connection") :])


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (conv(3), set()),
        (Sum(conv(3)), {"Residual Connection"}),
        (Sum(conv(3), conv(3)), RESIDUAL),
        (Sum(conv(1, made=4), conv(3, 4, 4), conv(1, 4)), BOTTLENECK),
        (Sum(conv(1, made=6), conv(3, 6, 6), conv(1, 6)), BOTTLENECK | {"Wide Residual Block"}),
        (Sum(conv(1, made=4), conv(3, 4, 4, groups=2), conv(1, 4)), BOTTLENECK | {"ResNeXt Block"}),
        (Sum(conv(1, made=24), conv(3, 24, 24, groups=24), conv(1, 24)), INVERTED),
        (nn.Sequential(conv(1, made=24), conv(3, 24, 24, groups=24), conv(1, 24)), set()),
        (Parts(), {"Res2Net Block", "DPN Block", "Residual Connection"}),
        (Parts(2), {"Res2Net Block", "Res2NeXt Block", "DPN Block", "Residual Connection"}),
        (Chain(*(conv(3, 12 + 4 * n, 4) for n in range(4)), first=True, dense=True),
         {"Dense Block"}),
        (Chain(*(conv(3) for _ in range(4)), first=True), {"One-Shot Aggregation"}),
        (Chain(conv(3), conv(3, 12, 6), conv(3, 6, 6), first=False), {"SelecSLS Block"}),
        (Selected(1), {"Selective Kernel"}),
        (Selected(2), {"Selective Kernel", "Split Attention"}),
        (Join(conv(1), conv(3, made=8), conv(3, made=6), AVERAGED),
         {"Inception-v3 Module", "Inception-A"}),
        (Join(conv(1), nn.Sequential(*LINES), conv(1, made=6), AVERAGED),
         {"Inception-v3 Module", "Inception-B"}),
        (Join(conv(1), *SHORT, nn.Sequential(AVERAGED, conv(1, made=6))),
         {"Inception-v3 Module", "Inception-C"}),
        (Join(conv(3, stride=2), conv(3, made=8, stride=2), HALVED),
         {"Inception-v3 Module", "Reduction-A"}),
        (Join(conv(3, stride=2), nn.Sequential(*LINES, conv(3, made=8, stride=2)), HALVED),
         {"Inception-v3 Module", "Reduction-B"}),
        (Join(conv(3, stride=2), conv(3, made=8, stride=2), conv(3, stride=2), HALVED),
         {"Inception-v3 Module", "Reduction-A", "Inception-ResNet-v2 Reduction-B"}),
        (Join(conv(1), conv(3, made=8), after=conv(1, 20)),
         BOTTLENECK | {"Wide Residual Block", "Inception-ResNet-v2-A"}),
        (Join(conv(1), nn.Sequential(*LINES), after=conv(1, 24)),
         BOTTLENECK | {"Wide Residual Block", "Inception-ResNet-v2-B"}),
        (Join(conv(1), nn.Sequential(*SHORT), after=conv(1, 24)),
         BOTTLENECK | {"Wide Residual Block", "Inception-ResNet-v2-C"}),
    ],
)  # fmt: skip
def test_a_block_is_known_by_its_branches(block: nn.Module, words: set[str]) -> None:
    assert true_of(block) == words


def test_with_one_part_split_attention_is_excitation_of_groups() -> None:
    class Excited(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = conv(3, groups=4)
            self.gate = conv(1)

        def forward(self, inputs: Tensor) -> Tensor:
            made = self.conv(inputs)
            return made * self.gate(made.mean((2, 3), keepdim=True)).sigmoid()

    assert true_of(Excited()) == {"Split Attention"}


def test_a_module_that_only_sums_does_so_for_that_which_holds_it() -> None:
    class Quantisable(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(conv(3), conv(3))
            self.sum = nn.quantized.FloatFunctional()

        def forward(self, inputs: Tensor) -> Tensor:
            return self.sum.add(inputs, self.body(inputs))

    assert true_of(Quantisable()) == RESIDUAL


def test_rows_of_tokens_are_summed_as_maps_are() -> None:
    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Linear(12, 24), nn.GELU(), nn.Linear(24, 12))

        def forward(self, inputs: Tensor) -> Tensor:
            tokens = inputs.flatten(2).transpose(1, 2)
            return tokens + self.body(tokens)

    assert true_of(Tokens()) == RESIDUAL


def test_gates_and_projections_are_no_part_of_a_bottleneck() -> None:
    class Projected(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(conv(3), conv(3))
            self.projection = conv(1)

        def forward(self, inputs: Tensor) -> Tensor:
            return self.body(inputs) + self.projection(inputs)

    assert true_of(Projected()) == RESIDUAL
