"""Networks that do not run on one picture: each is told in one line that a person understands."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.structure.networks import Does
from zoo.errors import Unavailable
from zoo.structure.trace import trace

SHAPE = (1, 3, 16, 16)
ON = "the network does not run on 1 × 3 × 16 × 16: "
BY_VALUES = ON + "its steps depend on the values of the input, of which only the shape is known"
ELSEWHERE = ON + "it makes tensors on a device of its own choice, not where its input is"


class TwoInputs(nn.Module):
    """Compares two pictures."""

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        return first - second


def told(network: nn.Module, shape: tuple[int, ...] = SHAPE) -> str:
    """Return what the user is told of a network that does not run."""
    with pytest.raises(Unavailable) as caught:
        trace(network, shape)
    error = caught.value
    assert error.__cause__ is None and (error.__context__ is None or error.__suppress_context__)
    assert "\n" not in error.message and " at 0x" not in error.message
    return error.message


def raises(error: Exception) -> Callable[[Tensor], Tensor]:
    def does(inputs: Tensor) -> Tensor:
        raise error

    return does


def runs() -> bool:
    """Return whether a network that is well still runs."""
    record = trace(nn.Conv2d(3, 4, 3, device="meta"), SHAPE)
    return record.forwards[-1].outputs == ((1, 4, 14, 14),)


BY_VALUE: dict[str, Callable[[Tensor], Any]] = {
    "if": lambda x: x if x.sum() > 0 else -x,
    "item": lambda x: x * x.mean().item(),
    "float": lambda x: x * float(x.mean()),
    "int": lambda x: x[: int(x.sum())],
    "range": lambda x: [x * i for i in range(x.argmax())],
    "list": lambda x: x.tolist(),
    "numpy": lambda x: torch.from_numpy(x.numpy()),
    "on the processor": lambda x: x.cpu(),
    "nonzero": lambda x: x.nonzero(),
    "where": lambda x: torch.where(x > 0)[0],
    "mask": lambda x: x[x > 0],
    "masked select": lambda x: torch.masked_select(x, x > 0),
    "unique": lambda x: torch.unique(x),
    "counts": lambda x: torch.bincount(x.flatten().long()),
    "repeats": lambda x: x.repeat_interleave(x[0, 0, 0].long(), dim=-1),
    "equal": lambda x: x if torch.equal(x, x) else -x,
    "close": lambda x: x if torch.allclose(x, x) else -x,
    "size": lambda x: torch.arange(x.sum()),
}


@pytest.mark.parametrize("what", BY_VALUE.values(), ids=BY_VALUE)
def test_a_network_whose_steps_depend_on_values_is_told_so(what: Callable[[Tensor], Any]) -> None:
    assert told(Does(what)) == BY_VALUES


@pytest.mark.parametrize(
    ("what", "given"),
    [
        (lambda x: {"scores": x}, "a value of type dict"),
        (lambda x: None, "nothing"),
        (lambda x: 3, "a value of type int"),
        (lambda x: "cat", "a value of type str"),
        (lambda x: [], "a value of type list"),
        (lambda x: (None, {}), "a value of type tuple"),
    ],
)
def test_a_network_that_returns_no_scores_is_told_what_it_returns(
    what: Callable[[Tensor], Any], given: str
) -> None:
    assert told(Does(what)) == f"the network returns {given}, not scores of classes"


@pytest.mark.parametrize("what", [lambda x: [x], lambda x: (x, x), lambda x: ((x, None), "cat")])
def test_a_network_may_return_its_scores_among_others(what: Callable[[Tensor], Any]) -> None:
    assert trace(Does(what), SHAPE).forwards[-1].outputs[0] == SHAPE


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (TwoInputs(), "TypeError: .*missing 1 required positional argument: 'second'"),
        (nn.Conv2d(4, 8, 3, device="meta"), "RuntimeError: .*channel.*"),
        (nn.Linear(5, 5, device="meta"), r"RuntimeError: .*\[48, 16\] X \[5, 5\].*"),
        (nn.MaxPool2d(32), "RuntimeError: .*"),
        (nn.ModuleList(), 'NotImplementedError: .*missing the required "forward" function'),
        (Does(raises(ValueError("no such size"))), "ValueError: no such size"),
        (Does(raises(ValueError("first\nsecond"))), "ValueError: first"),
        (Does(raises(ValueError("\n  first\nsecond"))), "ValueError: first"),
        (Does(raises(ValueError())), "ValueError"),
        (Does(raises(AssertionError())), "AssertionError"),
        (Does(raises(RecursionError("too deep"))), "RecursionError: too deep"),
        (Does(raises(KeyError("a"))), "KeyError: 'a'"),
    ],
)  # fmt: skip
def test_a_network_that_does_not_run_is_told_why(network: nn.Module, message: str) -> None:
    assert re.fullmatch(re.escape(ON) + message, told(network))


def test_no_address_of_an_object_is_told() -> None:
    message = told(Does(raises(ValueError(f"not for {object()} and {raises}"))))
    assert message.startswith(f"{ON}ValueError: not for <object object> and <function raises>")


def test_what_is_told_is_not_longer_than_a_person_reads() -> None:
    assert len(told(Does(raises(ValueError("long " * 1000))))) < 300


def test_a_network_that_makes_tensors_elsewhere_is_told_so() -> None:
    assert told(Does(lambda x: x + torch.ones(3, 16, 16))) == ELSEWHERE


def test_a_lazy_network_is_told_so() -> None:
    expected = "the network is lazy: its parameters have no shape before a first input"
    assert told(nn.Sequential(nn.Flatten(), nn.LazyLinear(3))) == expected
    assert told(nn.LazyBatchNorm2d()) == expected


def test_a_network_that_warns_is_not_worse_for_it() -> None:
    def warns(inputs: Tensor) -> Tensor:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            with pytest.warns(UserWarning):
                warnings.warn("this will change", UserWarning, stacklevel=1)
        return inputs

    assert trace(Does(warns), SHAPE).forwards[-1].outputs == (SHAPE,)


@pytest.mark.parametrize(
    "network", [nn.Conv2d(3, 4, 3, device="meta"), nn.ReLU(), nn.AdaptiveAvgPool2d(1)]
)
@pytest.mark.parametrize("size", [0, -1])
def test_an_input_without_pixels_is_refused(network: nn.Module, size: int) -> None:
    assert told(network, (1, 3, size, size)) == f"an input of 1 × 3 × {size} × {size} has no pixels"


@pytest.mark.parametrize("size", [10**9, 2**63, 10**30])
def test_an_input_of_more_bytes_than_can_be_counted_is_refused(size: int) -> None:
    network = nn.AdaptiveAvgPool2d(1)
    assert told(network, (1, 3, size, size)) == (
        f"an input of 1 × 3 × {size} × {size} is too large for torch"
    )


def test_a_large_input_takes_no_memory() -> None:
    record = trace(nn.AdaptiveAvgPool2d(1), (1, 3, 10**6, 10**6))
    assert record.forwards[-1].outputs == ((1, 3, 1, 1),)


def test_what_grows_beyond_what_can_be_counted_does_not_run() -> None:
    message = told(nn.Upsample(scale_factor=10**6), (1, 3, 10**6, 10**6))
    assert message.startswith("the network does not run on 1 × 3 × 1000000 × 1000000: ")
    assert "\n" not in message


def test_a_network_that_ends_the_process_is_held_back() -> None:
    with pytest.raises(Unavailable, match="SystemExit: 3"):
        trace(Does(lambda x: sys.exit(3)), SHAPE)
    assert runs()


@pytest.mark.parametrize(
    "network",
    [
        TwoInputs(), Does(BY_VALUE["if"]), Does(raises(ValueError("bad"))), Does(lambda x: None),
        nn.LazyLinear(3), nn.Conv2d(4, 8, 3, device="meta"),
    ],
)  # fmt: skip
def test_nothing_else_breaks_after_a_bad_network(network: nn.Module) -> None:
    told(network)
    assert runs()
