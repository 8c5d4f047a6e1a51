"""Multiply–accumulates: counted by hand for each kind of layer, and for a published network."""

from __future__ import annotations

from decimal import Decimal

import pytest
import timm
import torch
from torch import Tensor, nn

from zoo.claims import Metric
from zoo.counting import RULES, total
from zoo.errors import Unavailable
from zoo.findings import Verdict
from zoo.structure.trace import trace
from zoo.subject import Preprocessing, Stated
from zoo.validators import VALIDATORS

FLOPS = VALIDATORS["flops"]
HALF = (Decimal("0.5"),) * 3
STATED = Stated(Preprocessing(Decimal(8), Decimal(1), "bicubic", HALF, HALF), "timm tiny.tag")
# The input is always 1 × 3 × 16 × 16.
SHAPE = (1, 3, 16, 16)


class Tokens(nn.Module):
    """Turns the 16 × 16 pixels into 256 tokens of 3 and passes them on."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, inputs: Tensor) -> Tensor:
        return self.inner(inputs.flatten(2).transpose(1, 2))


class Attention(nn.Module):
    """One head of attention of the tokens to each other, by torch's fused function."""

    def forward(self, tokens: Tensor) -> Tensor:
        return nn.functional.scaled_dot_product_attention(tokens, tokens, tokens)


class Multihead(nn.Module):
    """torch's own attention with heads of one channel."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(3, 3, batch_first=True)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.attention(tokens, tokens, tokens)[0]


class Product(nn.Module):
    """A batched matrix product of the channels: 16 × 16 by 16 × 16 for each of the three."""

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.einsum("nchw,ncwv->nchv", inputs, inputs)


@pytest.mark.parametrize(
    ("network", "count"),
    [
        (nn.Conv2d(3, 8, 3, padding=1), 16 * 16 * 8 * (3 * 9)),
        (nn.Conv2d(3, 8, 3, padding=1, bias=False), 16 * 16 * 8 * (3 * 9)),
        (nn.Conv2d(3, 4, 3, stride=2, padding=1), 8 * 8 * 4 * (3 * 9)),
        (nn.Conv2d(3, 6, 5, groups=3), 12 * 12 * 6 * (1 * 25)),
        (nn.Conv2d(3, 4, 3, dilation=2), 12 * 12 * 4 * (3 * 9)),
        (nn.Sequential(nn.Flatten(), nn.Linear(768, 10)), 768 * 10),
        (nn.Linear(16, 5), 3 * 16 * 16 * 5),
        (Tokens(nn.Linear(3, 7)), 256 * 3 * 7),
        (Tokens(Attention()), 2 * 256 * 256 * 3),
        (Tokens(Multihead()), 256 * 3 * 9 + 2 * 256 * 256 * 3 + 256 * 3 * 3),
        (Product(), 3 * 16 * 16 * 16),
        (nn.Sequential(nn.BatchNorm2d(3), nn.ReLU(), nn.AdaptiveAvgPool2d(1)), 0),
    ],
    ids=[
        "conv", "conv without bias", "stride", "groups", "dilation", "linear",
        "linear on columns", "linear on tokens", "attention", "heads", "product", "pointwise",
    ],
)  # fmt: skip
def test_multiply_accumulates_are_counted_by_hand(network: nn.Module, count: int) -> None:
    assert total(RULES["macs"], trace(network.to("meta").eval(), SHAPE)) == count


def test_the_count_is_for_the_size_that_the_page_declares(subject, claim) -> None:
    network = nn.Conv2d(3, 8, 3, padding=1, device="meta")
    made = claim(Metric.FLOPS, "1")
    measured = FLOPS.measure(subject(made, claim(Metric.IMAGE_SIZE, "24"), network=network), made)
    assert measured.value == Decimal(24 * 24 * 8 * 27)
    assert measured.conditions == {"input": [1, 3, 24, 24], "convention": "macs"}


def test_the_sources_size_is_taken_where_the_page_declares_none(subject, claim) -> None:
    network = nn.Conv2d(3, 8, 3, padding=1, device="meta")
    made = claim(Metric.FLOPS, "1")
    measured = FLOPS.measure(subject(made, network=network, stated=STATED), made)
    assert measured.conditions == {"input": [1, 3, 8, 8], "convention": "macs"}


def test_no_size_is_guessed(subject, claim) -> None:
    made = claim(Metric.FLOPS, "1")
    with pytest.raises(Unavailable, match="the image size is not known") as error:
        FLOPS.measure(subject(made, stated=Stated(None, "nobody")), made)
    assert error.value.hint == "add 'Image Size' to the model's Metadata"


@pytest.mark.parametrize("network", [nn.Conv2d(4, 8, 3), nn.Linear(5, 5), nn.ModuleList()])
def test_a_network_that_does_not_run_at_that_size_is_unavailable(network: nn.Module) -> None:
    with pytest.raises(Unavailable, match="does not run on 1 × 3 × 16 × 16: ") as error:
        trace(network.to("meta"), SHAPE)
    assert "\n" not in error.value.message


@pytest.mark.parametrize(
    ("text", "claimed", "allowed"),
    [
        ("20161904304", "20161904304", "201619043.04"),
        ("407M", "407000000", "4070000"),
        ("4.1 G", "4100000000", "50000000"),  # its rounding is more than 1 %
        ("4 G", "4000000000", "80000000"),  # its rounding would be 12.5 %: at most 2 %
        ("0", "0", "0"),
    ],
)
def test_one_percent_is_allowed_or_the_rounding_of_the_text(
    claim, text: str, claimed: str, allowed: str
) -> None:
    made = claim(Metric.FLOPS, claimed, text=text)
    assert FLOPS.tolerance(made).allowed(Decimal(claimed)) == Decimal(allowed)


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [
        ("55296", Verdict.PASS),
        ("55800", Verdict.PASS),
        ("56000", Verdict.FAIL),
        ("110592", Verdict.FAIL),  # counted as two operations each
    ],
)
def test_a_count_is_borne_out_within_one_percent(
    subject, claim, judged, claimed: str, verdict: Verdict
) -> None:
    made = claim(Metric.FLOPS, claimed, text=claimed + ".0")
    network = nn.Conv2d(3, 8, 3, padding=1, device="meta")
    tested = subject(made, claim(Metric.IMAGE_SIZE, "16"), network=network)
    assert judged("flops", tested, made).verdict is verdict


def test_seresnet152d_takes_fewer_multiply_accumulates_than_published(
    subject, claim, judged
) -> None:
    with torch.device("meta"):
        network = timm.create_model("seresnet152d").eval()
    made = claim(Metric.FLOPS, "20161904304")
    finding = judged("flops", subject(made, claim(Metric.IMAGE_SIZE, "256"), network=network), made)
    assert finding.measured == 15_357_157_376
    assert finding.verdict is Verdict.FAIL
