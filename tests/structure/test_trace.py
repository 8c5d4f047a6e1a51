"""The pass itself: it leaves torch as it was, takes no wrong shortcut, and can be made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import timm
import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules import module as hooks
from torch.utils import _python_dispatch as dispatch

from tests.structure.networks import Does
from zoo.errors import Unavailable
from zoo.structure import Record, watch
from zoo.structure.trace import trace

SHAPE = (1, 3, 8, 8)


def _fails(inputs: Tensor) -> Tensor:
    raise ValueError("it fails")


def _state() -> dict[str, object]:
    """Return all that a pass changes in torch, and more."""
    owners = {"torch": torch, "functional": functional, "Tensor": Tensor, "nn": nn}
    return {
        **{f"{name}.{key}": value for name, o in owners.items() for key, value in vars(o).items()},
        "hooks": [len(found) for found in _hooks()],
        "fast path": torch.backends.mha.get_fastpath_enabled(),
        "gradients": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "modes": dispatch._len_torch_dispatch_stack(),
        "device": torch.get_default_device(),
    }


def _hooks() -> Iterator[dict[int, object]]:
    for name, value in vars(hooks).items():
        if name.startswith("_global_") and isinstance(value, dict):
            yield value


@pytest.mark.parametrize(
    "what", [functional.relu, _fails, lambda x: {}], ids=["runs", "fails", "dict"]
)
def test_torch_is_left_as_it_was(what: Callable[[Tensor], Any]) -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3, device="meta"), Does(what)).eval()
    before = _state()
    try:
        trace(network, SHAPE)
    except Unavailable:
        assert what is not functional.relu
    after = _state()
    assert after.keys() == before.keys()
    assert [name for name in before if after[name] is not before[name] != after[name]] == []


@pytest.mark.parametrize("fast", [True, False])
def test_the_fast_path_is_put_back_to_what_it_was(fast: bool) -> None:
    was = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(fast)
    try:
        trace(nn.ReLU(), SHAPE)
        assert torch.backends.mha.get_fastpath_enabled() is fast
    finally:
        torch.backends.mha.set_fastpath_enabled(was)


def test_the_network_is_left_as_it_was() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).to("meta").eval()
    before = {name: dict(vars(module)) for name, module in network.named_modules()}
    trace(network, SHAPE)
    assert {name: dict(vars(module)) for name, module in network.named_modules()} == before


def test_a_second_pass_gives_the_same_record() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(True)).to("meta").eval()
    assert trace(network, SHAPE) == trace(network, SHAPE)


def test_a_pass_after_one_that_failed_gives_the_same_record() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).to("meta").eval()
    first = trace(network, SHAPE)
    with pytest.raises(Unavailable):
        trace(nn.Sequential(nn.ReLU(), Does(_fails)), SHAPE)
    assert trace(network, SHAPE) == first


def test_a_pass_within_a_pass_gives_the_same_record() -> None:
    inner = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).to("meta").eval()
    alone, nested = trace(inner, SHAPE), []

    def passes(inputs: Tensor) -> Tensor:
        nested.append(trace(inner, SHAPE))
        return functional.gelu(inputs)

    outer = trace(Does(passes), SHAPE)
    assert nested == [alone]
    assert outer.forwards[-1].outputs == (SHAPE,)
    assert outer.operations[-1].name == "gelu" and outer.operations[-1].module == 0
    assert outer.functions[-1].name == "torch.nn.functional.gelu"


def test_a_pass_works_where_gradients_or_inference_mode_are_set() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).to("meta").eval()
    alone = trace(network, SHAPE)
    with torch.no_grad():
        assert trace(network, SHAPE) == alone
    with torch.inference_mode():
        assert trace(network, SHAPE) == alone
    with torch.device("meta"):  # a mode through which named functions are called twice
        assert trace(network, SHAPE) == alone


def record(name: str, size: int) -> Record:
    models = timm.create_model if name in timm.list_models() else torchvision.models.get_model
    with torch.device("meta"):
        network = models(name).eval()
    return trace(network, (1, 3, size, size))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("resnet50", 64),
        ("efficientnet_b0", 64),
        ("mobilenetv3_large_100", 64),
        ("densenet121", 64),
        ("convnext_atto", 64),
        ("vit_tiny_patch16_224", 224),
        ("swin_tiny_patch4_window7_224", 224),
        ("swinv2_tiny_window8_256", 256),
        ("coatnet_0_224", 224),
        ("xcit_nano_12_p16_224", 64),
        ("resnest26d", 64),
        ("swin_t", 64),
        ("shufflenet_v2_x0_5", 64),
    ],
)
def test_shortcuts_give_the_record_that_torch_gives(
    monkeypatch: pytest.MonkeyPatch, name: str, size: int
) -> None:
    short = record(name, size)
    monkeypatch.setattr(watch, "shortcut", lambda func, args: None)
    long = record(name, size)
    assert short.operations == long.operations
    assert short == long


def _channels_last(planes: Tensor) -> Tensor:
    planes = planes.to(memory_format=torch.channels_last)
    return (planes + planes).relu().permute(0, 2, 3, 1).reshape(-1, 3).sigmoid()


TRICKY: dict[str, Callable[[Tensor], Tensor]] = {
    "broadcast": lambda x: x + x.mean((2, 3), keepdim=True),
    "broadcast from below": lambda x: x.mean((2, 3), keepdim=True) * x,
    "numbers": lambda x: (x + 1) * 2 / 3 - 4,
    "in place": lambda x: functional.relu(x.clone(), inplace=True).add_(x).mul_(x),
    "in place with a number": lambda x: x.clone().mul_(0.5).add_(1),
    "another dtype": lambda x: (x + x.int()).half() * x,
    "whole numbers": lambda x: (x.int() / x.int()) + x.int().sigmoid(),
    "views": lambda x: (x.transpose(2, 3) + x.transpose(2, 3)).flatten(2).relu(),
    "views in place": lambda x: x.clone().transpose(2, 3).relu_().contiguous().tanh_(),
    "view of what was made in place": lambda x: x.clone().relu_().view(1, 3, 48).tanh(),
    "a scalar": lambda x: x.sum().tanh() + x,
    "nothing": lambda x: x[:, :0].relu() + x[:, :0],
    "channels last": _channels_last,
    "a factor": lambda x: torch.add(x, x, alpha=2).sub(x, alpha=3),
}


@pytest.mark.parametrize("what", TRICKY.values(), ids=TRICKY)
def test_shortcuts_give_what_torch_gives_where_shapes_are_not_plain(
    monkeypatch: pytest.MonkeyPatch, what: Callable[[Tensor], Tensor]
) -> None:
    short = trace(Does(what), (1, 3, 8, 6))
    monkeypatch.setattr(watch, "shortcut", lambda func, args: None)
    assert short == trace(Does(what), (1, 3, 8, 6))


def test_a_shortcut_refuses_what_does_not_run() -> None:
    with pytest.raises(Unavailable, match="does not run on 1 × 3 × 8 × 8"):
        trace(Does(lambda x: x[:, :2] + x), SHAPE)
