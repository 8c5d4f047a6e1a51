"""What the record of a tiny network says: its modules, and each thing that it does."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.structure.networks import Does
from zoo.structure import Module, Record, Step
from zoo.structure.trace import trace

CONV = "torch.nn.modules.conv.Conv2d"
HERE = __name__


class OwnConv(nn.Conv2d):
    """A convolution of one's own."""


class Scaled(nn.Module):
    """Holds a parameter, a buffer, and things that are settings and that are not."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3, 1, 1))
        self.register_parameter("shift", None)
        self.register_buffer("mean", torch.zeros(3))
        self.depth, self.rate, self.mode, self.wide = 2, 0.5, "fast", True
        self.sides, self.mixed, self.listed = (2, 3), (2, "3"), [1]
        self.nothing, self._own = None, 4

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs * self.scale


def recorded(network: nn.Module, *shape: int) -> Record:
    return trace(network.to("meta").eval(), shape or (1, 3, 8, 8))


def names(steps: tuple[Step, ...]) -> list[str]:
    return [step.name for step in steps]


def test_a_module_is_known_by_its_exact_class_and_the_classes_it_derives_from() -> None:
    _, conv, own = recorded(nn.Sequential(nn.Conv2d(3, 4, 3), OwnConv(4, 5, 1))).modules
    assert (conv.kind, conv.bases) == (CONV, ("torch.nn.modules.conv._ConvNd",))
    assert own.kind == f"{HERE}.OwnConv"
    assert own.bases == (CONV, "torch.nn.modules.conv._ConvNd")
    assert own.is_a(CONV) and own.is_a(f"{HERE}.OwnConv") and not conv.is_a(f"{HERE}.OwnConv")
    assert (conv.name, own.name) == ("Conv2d", "OwnConv")


def test_the_whole_of_a_module_is_recorded() -> None:
    (module,) = recorded(nn.Linear(8, 5, bias=False)).modules
    assert module == Module(
        path="",
        kind="torch.nn.modules.linear.Linear",
        settings={"in_features": 8, "out_features": 5},
        parameters={"weight": (5, 8)},
    )


def test_settings_are_public_numbers_texts_and_tuples_of_whole_numbers() -> None:
    (module,) = recorded(Scaled()).modules
    assert module.settings == {
        "depth": 2, "rate": 0.5, "mode": "fast", "wide": True, "sides": (2, 3)
    }  # fmt: skip


def test_parameters_are_those_that_a_module_holds_itself_and_no_buffers() -> None:
    root, scaled, conv = recorded(nn.Sequential(Scaled(), nn.Conv2d(3, 4, 3))).modules
    assert root.parameters == {}
    assert scaled.parameters == {"scale": (3, 1, 1)}
    assert conv.parameters == {"weight": (4, 3, 3, 3), "bias": (4,)}


def test_the_settings_of_a_convolution_are_the_ones_that_counting_rules_read() -> None:
    (conv,) = recorded(nn.Conv2d(6, 4, (3, 1), groups=2), 1, 6, 8, 8).modules
    read = {"in_channels": 6, "out_channels": 4, "kernel_size": (3, 1), "groups": 2}
    assert {name: conv.settings[name] for name in read} == read


def test_the_network_comes_first_and_parents_before_their_children() -> None:
    inner = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh()))
    modules = recorded(nn.Sequential(inner, nn.Sigmoid())).modules
    assert [module.path for module in modules] == ["", "0", "0.0", "0.1", "0.1.0", "1"]


def test_a_shared_module_is_one_with_its_other_paths_beside_it() -> None:
    shared = nn.Conv2d(3, 3, 1)
    record = recorded(nn.Sequential(shared, nn.Sequential(shared), shared))
    assert [(m.path, m.also) for m in record.modules] == [("", ()), ("0", ("1.0", "2")), ("1", ())]
    assert [step.module for step in record.forwards] == [1, 1, 2, 1, 0]
    assert record.parameters == 3 * 3 + 3


def test_parameters_count_once_frozen_or_not_and_buffers_never() -> None:
    first, second = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
    second.weight = first.weight
    first.weight.requires_grad_(False)
    network = nn.Sequential(first, second, nn.BatchNorm2d(3))
    record = trace(network.to("meta").eval(), (1, 3, 4, 4))
    assert record.parameters == sum(p.numel() for p in network.parameters())


def test_the_record_says_for_which_input_it_was_made() -> None:
    assert trace(nn.ReLU(), (2, 3, 4, 5)).shape == (2, 3, 4, 5)


def test_an_operation_has_its_tensors_its_module_and_its_place() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.ReLU(), nn.Conv2d(4, 2, 1))
    assert recorded(network).operations == (
        Step(1, "conv2d", ((1, 3, 8, 8), (4, 3, 3, 3)), ((1, 4, 6, 6),)),
        Step(2, "relu", ((1, 4, 6, 6),), ((1, 4, 6, 6),)),
        Step(3, "conv2d", ((1, 4, 6, 6), (2, 4, 1, 1), (2,)), ((1, 2, 6, 6),)),
    )


def test_an_optional_tensor_that_is_absent_before_others_keeps_its_place() -> None:
    bias = torch.zeros(8, device="meta")
    record = recorded(Does(lambda x: functional.layer_norm(x, (8,), None, bias)))
    assert record.operations[0].inputs == ((1, 3, 8, 8), None, (8,))


def test_an_operation_that_gives_several_tensors_has_them_all() -> None:
    (split, *_) = recorded(Does(lambda x: x.split(2, -1)[0])).operations
    assert (split.name, split.outputs) == ("split", ((1, 3, 8, 2),) * 4)


def test_an_operation_on_a_list_of_tensors_has_them_all() -> None:
    (joined,) = recorded(Does(lambda x: torch.cat([x, x], 1))).operations
    assert joined == Step(0, "cat", ((1, 3, 8, 8),) * 2, ((1, 6, 8, 8),))


def test_the_input_itself_is_no_operation() -> None:
    assert recorded(nn.Identity()).operations == ()


@pytest.mark.parametrize(
    ("network", "shape", "detail"),
    [
        (nn.ConvTranspose2d(3, 4, 2), (1, 3, 8, 8), "transposed"),
        (nn.ConvTranspose1d(3, 4, 2), (1, 3, 8), "transposed"),
        (nn.ConvTranspose3d(3, 4, 2), (1, 3, 8, 8, 8), "transposed"),
        (nn.Conv2d(3, 4, 3), (1, 3, 8, 8), ""),
        (nn.Conv2d(3, 4, 3, padding="same"), (1, 3, 8, 8), "same"),
        (nn.Conv1d(3, 4, 3, padding="valid"), (1, 3, 8), "valid"),
        (nn.BatchNorm2d(3), (1, 3, 8, 8), ""),
        (nn.BatchNorm2d(3, track_running_stats=False), (1, 3, 8, 8), "training"),
        (Does(lambda x: torch.einsum("nchw,ncwv->nchv", x, x)), (1, 3, 8, 8), "nchw,ncwv->nchv"),
        (Does(lambda x: x.transpose(1, 2)), (1, 3, 8, 8), ""),
    ],
)
def test_the_detail_is_what_else_moves_a_count(
    network: nn.Module, shape: tuple[int, ...], detail: str
) -> None:
    assert recorded(network, *shape).operations[0].detail == detail


def test_forwards_are_in_the_order_in_which_they_ended() -> None:
    record = recorded(nn.Sequential(nn.Sequential(nn.ReLU()), nn.AvgPool2d(2)))
    assert [record.modules[step.module].path for step in record.forwards] == ["0.0", "0", "1", ""]
    assert record.forwards[-1] == Step(0, "forward", ((1, 3, 8, 8),), ((1, 3, 4, 4),))


def test_a_forward_has_the_inputs_that_are_given_by_name() -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Conv2d(3, 4, 1)

        def forward(self, inputs: Tensor) -> Tensor:
            return self.inner(input=inputs)

    assert recorded(Named()).forwards[0].inputs == ((1, 3, 8, 8),)


def test_a_forward_has_the_tensors_of_lists() -> None:
    class Join(nn.Module):
        def forward(self, parts: list[Tensor]) -> Tensor:
            return torch.cat(parts, 1)

    class Fork(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.join = Join()

        def forward(self, inputs: Tensor) -> Tensor:
            return self.join([inputs, inputs[:, :1]])

    assert recorded(Fork()).forwards[0].inputs == ((1, 3, 8, 8), (1, 1, 8, 8))


def test_a_module_that_the_network_does_not_register_belongs_to_the_one_that_runs_it() -> None:
    hidden = [nn.Conv2d(3, 4, 1, device="meta")]
    record = recorded(nn.Sequential(Does(lambda x: hidden[0](x))))
    assert [(step.module, step.name) for step in record.operations] == [(1, "conv2d")]
    assert [step.module for step in record.forwards] == [1, 0]


def test_after_an_error_that_a_network_catches_steps_belong_to_who_does_them() -> None:
    class Tries(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wrong, self.right = nn.Conv2d(5, 4, 1), nn.Conv2d(3, 4, 1)

        def forward(self, inputs: Tensor) -> Tensor:
            try:
                return self.wrong(inputs)
            except RuntimeError:
                return self.right(inputs).neg()

    record = recorded(Tries())
    assert [(step.module, step.name) for step in record.operations] == [(2, "conv2d"), (0, "neg")]
    assert [step.module for step in record.forwards] == [2, 0]


def test_functions_are_those_called_by_name_and_by_whom() -> None:
    def steps(inputs: Tensor) -> Tensor:
        pooled = functional.adaptive_avg_pool2d(functional.relu(inputs), 1)
        return torch.mul(inputs * 2, pooled).add(1)

    record = recorded(nn.Sequential(Does(steps), nn.GELU(), nn.Sigmoid()))
    one, whole = (1, 3, 1, 1), (1, 3, 8, 8)
    assert record.functions == (
        Step(1, "torch.nn.functional.relu", (whole,), (whole,)),
        Step(1, "torch.nn.functional.adaptive_avg_pool2d", (whole,), (one,)),
        Step(1, "torch.mul", (whole, one), (whole,)),
        Step(1, "torch.Tensor.add", (whole,), (whole,)),
        Step(2, "torch.nn.functional.gelu", (whole,), (whole,)),
    )


def test_what_torch_calls_by_name_for_its_own_shapes_is_no_function_of_the_network() -> None:
    record = recorded(Does(lambda x: torch.einsum("nchw,ncwv->nchv", x, x).tanh() @ x))
    assert record.functions == ()


def test_an_operation_that_is_made_of_others_comes_before_its_parts() -> None:
    record = recorded(Does(lambda x: torch.einsum("nchw,ncwv->nchv", x, x)))
    whole, *parts = record.operations
    assert (whole.name, whole.within) == ("einsum", "")
    assert {part.within for part in parts} == {"einsum"}
    (product,) = (part for part in parts if part.name == "bmm")
    assert product.inputs == ((3, 8, 8), (3, 8, 8))


def test_the_products_of_multi_head_attention_are_seen_in_evaluation() -> None:
    class Attends(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, tokens: Tensor) -> Tensor:
            return self.attention(tokens, tokens, tokens)[0]

    record = recorded(Attends(), 1, 6, 4)
    seen = names(record.operations)
    assert seen.count("linear") == 2 and seen.count("softmax") == 1
    assert seen.count("bmm") == 2
    assert "_native_multi_head_attention" not in seen


def test_a_step_knows_its_inputs_by_position() -> None:
    step = Step(0, "conv2d", ((1, 3), None), ((1, 4),))
    assert step.given(0) == (1, 3)
    with pytest.raises(AssertionError):
        step.given(1)
