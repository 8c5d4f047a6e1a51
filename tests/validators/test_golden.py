"""Goldens: what rounding does passes, another network fails, and what is of another is an ERROR."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
import torch
from torch import nn

from zoo.claims import Location, Metric
from zoo.demo import CONFIG, digits
from zoo.errors import Skipped, Unavailable
from zoo.findings import Verdict
from zoo.goldens.document import to_json
from zoo.goldens.recording import recorded
from zoo.subject import Stated, from_config

DEMO = from_config(CONFIG)
AT = "2026-01-02T03:04:05Z"


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(4)
    return digits().eval()


@pytest.fixture
def make(subject, weights_file):
    """Make the subject of a network, with the weights and the preprocessing that are given."""

    def of(network: nn.Module, *, digest: str = "ab" * 32, preprocessing=DEMO):
        stated = Stated(preprocessing, "the test")
        return subject(weights=weights_file(digest), stated=stated, load=lambda: network)

    return of


@pytest.fixture
def ask(make, network, claim, judged, tmp_path):
    """Record a network, change the file, and judge what is there now."""
    path = tmp_path / "tiny.json"

    def run(now: nn.Module | None = None, change=lambda text: text, **known):
        path.write_text(change(to_json(recorded(make(network), AT, "cpu"))))
        made = replace(claim(Metric.GOLDEN, "0"), location=Location(str(path), 1, 1))
        return judged("golden", make(now or network, **known), made)

    return run


def test_the_same_network_passes(ask) -> None:
    found = ask()
    assert (found.verdict, found.measured) == (Verdict.PASS, 0)
    assert "recorded 2026-01-02T03:04:05Z with python tiny:build" in found.message
    assert "cosine 1.00000000, the five best classes are the same for 2 of 2" in found.message
    assert found.location.path.endswith("tiny.json")


def test_another_order_of_sums_passes(ask, network) -> None:
    found = ask(now=nn.Sequential(*network).to(memory_format=torch.channels_last))
    assert found.verdict is Verdict.PASS
    doubled = nn.Sequential(Double(), *[layer.double() for layer in digits_of(network)])
    found = ask(now=doubled)
    assert found.verdict is Verdict.PASS
    assert 0 < found.measured < 1e-5


class Double(nn.Module):
    def forward(self, inputs):
        return inputs.double()


def digits_of(network: nn.Module) -> nn.Module:
    copy = digits()
    copy.load_state_dict(network.state_dict())
    return copy.eval()


def test_one_weight_that_differs_fails(ask, network) -> None:
    other = digits_of(network)
    with torch.no_grad():
        other[-1].bias[3] += 0.01
    found = ask(now=other)
    assert found.verdict is Verdict.FAIL
    assert found.measured > 0.0001
    assert "(±0.0001)" in found.message
    assert found.conditions["largest difference"] == pytest.approx(0.01, rel=1e-3)


def test_reduced_precision_fails(ask, network) -> None:
    half = digits_of(network)
    with torch.no_grad():
        for parameter in half.parameters():
            parameter.copy_(parameter.bfloat16().float())
    assert ask(now=half).verdict is Verdict.FAIL


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_logits_that_are_no_numbers_fail_with_their_count(ask, network, value: float) -> None:
    other = digits_of(network)
    with torch.no_grad():
        other[-1].bias[3] = value
    found = ask(now=other)
    assert (found.verdict, found.measured) == (Verdict.FAIL, "logits of which 2 are not finite")


def test_another_number_of_classes_fails(ask, network) -> None:
    found = ask(now=nn.Sequential(*digits_of(network), nn.Linear(10, 7)))
    assert found.verdict is Verdict.FAIL
    assert found.measured == "logits of 2 × 7 instead of 2 × 10"


def changed(**parts):
    return lambda text: json.dumps(json.loads(text) | parts)


@pytest.mark.parametrize(
    ("change", "known", "why"),
    [
        (None, {"digest": "cd" * 32}, f"was recorded with the weights sha256:{'ab' * 32}"),
        (
            None,
            {"preprocessing": replace(DEMO, image_size=Decimal(18))},
            "of 2 × 3 × 16 × 16, and those that the page documents now, of 2 × 3 × 18 × 18",
        ),
        (None, {"preprocessing": replace(DEMO, mean=(Decimal(0),) * 3)}, "are others"),
        (changed(model="another"), {}, "is the golden of another"),
        (changed(precision="bfloat16"), {}, "octaves-1 in bfloat16, and this zoo"),
        (changed(logits=[]), {}, "no golden that can be read"),
    ],
)
def test_a_golden_of_something_else_says_nothing(ask, change, known, why: str) -> None:
    with pytest.raises(Unavailable) as error:
        ask(change=change or (lambda text: text), **known)
    assert why in error.value.message
    assert "--record" in error.value.hint


def test_another_recipe_says_nothing(ask) -> None:
    def renamed(text: str) -> str:
        return text.replace('"octaves-1"', '"octaves-0"')

    with pytest.raises(Unavailable, match="octaves-0 in float32, and this zoo computes octaves-1"):
        ask(change=renamed)


def test_where_nothing_is_recorded_nothing_is_compared(
    make, network, claim, judged, tmp_path
) -> None:
    made = replace(claim(Metric.GOLDEN, "0"), location=Location(str(tmp_path / "no.json"), 1, 1))
    with pytest.raises(Skipped, match="no golden is recorded at") as error:
        judged("golden", make(network), made)
    assert error.value.hint == "--record records one"


def test_logits_that_are_no_numbers_are_not_recorded(make, network) -> None:
    with torch.no_grad():
        network[-1].bias[0] = float("nan")
    with pytest.raises(Unavailable, match="not finite"):
        recorded(make(network), AT, "cpu")
