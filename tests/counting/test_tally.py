"""What a count says of its parts, and of what it left out."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import pytest
import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.counting.cases import CASES, Case, Multihead, Parameter
from tests.structure.networks import Does
from zoo.counting import _MOVING, RULES, tally, total
from zoo.structure import Record
from zoo.structure.trace import trace

ARCHITECTURES = ["resnet50", "vit_tiny_patch16_224", "swin_tiny_patch4_window7_224"]


@functools.cache
def architecture(name: str) -> Record:
    with torch.device("meta"):
        network = timm.create_model(name).eval()
    return trace(network, (1, 3, 224, 224))


def uncounted(rule: str, network: nn.Module, *shape: int) -> dict[str, int]:
    return dict(tally(RULES[rule], trace(network.to("meta").eval(), shape)).uncounted)


def check_sums(rule: str, record: Record) -> None:
    counted = tally(RULES[rule], record)
    assert counted.total == total(RULES[rule], record)
    assert counted.total == sum(counted.own.values()) == sum(counted.by_name.values())
    assert set(counted.own) <= set(range(len(record.modules)))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_modules_and_names_of_an_architecture_sum_up_to_the_total(name: str, rule: str) -> None:
    check_sums(rule, architecture(name))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_modules_and_names_of_a_tiny_network_sum_up_to_the_total(case: Case) -> None:
    record = case.record()
    for rule in RULES:
        check_sums(rule, record)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_what_only_moves_data_is_never_among_the_uncounted(name: str, rule: str) -> None:
    assert not set(tally(RULES[rule], architecture(name)).uncounted) & _MOVING


@pytest.mark.parametrize("rule", ["macs", "flops", "fvcore", "torchvision-ops"])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_operation_is_counted_or_uncounted_or_moves_data(name: str, rule: str) -> None:
    record = architecture(name)
    counted = tally(RULES[rule], record)
    named = {*counted.by_name, *counted.uncounted} | _MOVING
    assert {step.name for step in record.operations if not step.within} <= named
    assert not set(counted.by_name) & set(counted.uncounted)


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (
            "macs",
            {"batch_norm": 53, "relu_": 49, "add_": 16, "max_pool2d": 1, "adaptive_avg_pool2d": 1},
        ),
        ("fvcore", {"relu_": 49, "add_": 16, "max_pool2d": 1}),
        ("thop", {"relu_": 49, "add_": 16, "max_pool2d": 1}),
        ("ptflops", {"add_": 16}),
        # timm's classifier was a class of its own.
        ("thop-early-subclass", {"relu_": 49, "add_": 16, "max_pool2d": 1, "linear": 1}),
    ],
)  # fmt: skip
def test_resnet50_is_left_uncounted_where_a_rule_does_not_look(
    rule: str, names: dict[str, int]
) -> None:
    assert tally(RULES[rule], architecture("resnet50")).uncounted == names


VIT = {"add": 1 + 2 * 12, "gelu": 12, "layer_norm": 2 * 12 + 1, "scaled_dot_product_attention": 12}


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("macs", ["add", "gelu", "layer_norm"]),
        ("fvcore", ["add", "gelu", "scaled_dot_product_attention"]),
        # timm's layer norm is a subclass, which the tools that go by the exact class do not know.
        ("thop", ["add", "gelu", "layer_norm", "scaled_dot_product_attention"]),
        ("ptflops", ["add", "layer_norm"]),
    ],
)
def test_a_transformer_is_left_uncounted_where_a_rule_does_not_look(
    rule: str, left: Iterable[str]
) -> None:
    found = tally(RULES[rule], architecture("vit_tiny_patch16_224")).uncounted
    assert found == {name: VIT[name] for name in left}


def test_the_heaviest_module_of_a_network_is_the_one_that_does_the_most() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 64, 3)).to("meta").eval()
    counted = tally(RULES["macs"], trace(network, (1, 3, 8, 8)))
    assert counted.own == {1: 6 * 6 * 4 * 3 * 9, 3: 4 * 4 * 64 * 4 * 9}
    assert counted.by_name == {"conv2d": 6 * 6 * 4 * 3 * 9 + 4 * 4 * 64 * 4 * 9}


def test_a_forward_is_named_by_the_class_of_its_module() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)).to("meta").eval()
    counted = tally(RULES["thop"], trace(network, (1, 3, 2, 2)))
    assert counted.by_name == {"Conv2d": 2 * 2 * 4 * 3, "BatchNorm2d": 4 * 2 * 2 * 4}


def _planes(planes: Tensor) -> Tensor:
    return torch.einsum("nchw,ncwv->nchv", planes, planes)


@pytest.mark.parametrize("rule", ["macs", "fvcore"])
def test_an_operation_that_was_counted_by_its_parts_or_as_a_whole_is_counted(rule: str) -> None:
    assert uncounted(rule, Does(_planes), 1, 3, 4, 4) == {}


def test_an_operation_whose_parts_cost_nothing_is_one_and_not_its_parts_too() -> None:
    assert uncounted("thop", Does(_planes), 1, 3, 4, 4) == {"einsum": 1}


def test_an_operation_whose_parts_only_move_data_only_moves_data() -> None:
    moves = Does(lambda x: x.swapaxes(1, 2).movedim(1, 2).reshape_as(x).repeat_interleave(2, 1))
    assert uncounted("macs", moves, 1, 3, 4, 4) == {}


def test_the_other_parts_of_an_operation_that_was_counted_in_part_are_named() -> None:
    left = uncounted("macs", nn.LSTM(4, 5, batch_first=True), 1, 6, 4)
    assert {"sigmoid", "tanh", "mul"} <= set(left)
    assert "linear" not in left and "lstm" not in left


def test_what_a_module_does_that_is_counted_as_a_whole_is_counted() -> None:
    assert uncounted("ptflops", Multihead(4, 2), 1, 6, 4) == {}


def test_what_is_called_by_name_and_counted_is_not_named_but_the_same_by_operator_is() -> None:
    assert uncounted("ptflops", Does(lambda x: torch.mul(x, x) * x), 1, 3, 4, 4) == {"mul": 1}


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_resizing_by_name_is_counted_under_the_name_of_its_operation(mode: str) -> None:
    resizes = Does(lambda x: functional.interpolate(x, (8, 8), mode=mode))
    assert uncounted("ptflops", resizes, 1, 3, 4, 4) == {}


def test_a_product_of_a_vector_is_uncounted_beside_one_of_matrices_that_is_counted() -> None:
    both = Parameter(lambda x, own: (x @ x.transpose(1, 2)) @ own, 6)
    assert uncounted("macs", both, 1, 6, 4) == {"matmul": 1}


def test_an_upsampling_that_a_rule_gives_nothing_is_uncounted() -> None:
    network = nn.Upsample(size=4, mode="trilinear")
    assert uncounted("thop", network, 1, 3, 2, 2, 2) == {"upsample_trilinear3d": 1}
