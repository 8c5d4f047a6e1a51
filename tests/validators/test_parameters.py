"""Parameters: what counts, and how much rounding a claim's text allows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import timm
import torch
from torch import nn

from zoo.checkpoint.record import Checkpoint, Record, Shape
from zoo.claims import Metric
from zoo.errors import Blocked, Refused, Skipped, Unavailable
from zoo.findings import Verdict
from zoo.subject import Identity
from zoo.validators import VALIDATORS
from zoo.validators._network import elsewhere

PARAMETERS = VALIDATORS["parameters"]


class Shared(nn.Module):
    """Two layers with one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(5, 5, bias=False)
        self.other = nn.Linear(5, 5, bias=False)
        self.other.weight = self.one.weight


def frozen() -> nn.Module:
    return nn.Linear(4, 2).requires_grad_(False)


@pytest.mark.parametrize(
    ("network", "count"),
    [
        (nn.Conv2d(3, 8, 3), 3 * 8 * 9 + 8),
        (nn.Conv2d(8, 8, 3, groups=8, bias=False), 8 * 9),
        (nn.Linear(10, 4), 10 * 4 + 4),
        (nn.BatchNorm2d(6), 6 + 6),  # the running mean and variance are buffers
        (nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Linear(4, 2)), 16 + 8 + 10),
        (frozen(), 10),
        (Shared(), 25),
        (nn.Identity(), 0),
    ],
    ids=["conv", "depthwise", "linear", "norm", "all", "frozen", "shared", "none"],
)
def test_parameters_are_counted_by_hand(subject, claim, network: nn.Module, count: int) -> None:
    measured = PARAMETERS.measure(subject(network=network), claim(Metric.PARAMETERS, "1"))
    assert measured.value == Decimal(count)
    assert measured.method == "elements of all parameters of python tiny:build, without buffers"


@pytest.mark.parametrize(
    ("text", "claimed", "allowed"),
    [
        ("28088024", "28088024", "0"),
        ("28,088,024", "28088024", "0"),
        ("28090000", "28090000", "5000"),
        ("66840000", "66840000", "5000"),
        ("4.7M", "4700000", "50000"),
        ("4.70M", "4700000", "5000"),
        ("25.557M", "25557000", "500"),
        ("5M", "5000000", "100000"),  # half a million would be a tenth: at most 2 %
        ("5000000", "5000000", "100000"),
        ("0", "0", "0"),
    ],
)
def test_a_claim_is_allowed_its_own_rounding(claim, text: str, claimed: str, allowed: str) -> None:
    made = claim(Metric.PARAMETERS, claimed, text=text)
    assert PARAMETERS.tolerance(made).allowed(Decimal(claimed)) == Decimal(allowed)


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [("35", Verdict.PASS), ("36", Verdict.FAIL), ("34", Verdict.FAIL), ("40", Verdict.FAIL)],
)
def test_a_count_is_borne_out_or_not(subject, claim, judged, claimed, verdict: Verdict) -> None:
    made = claim(Metric.PARAMETERS, claimed)
    assert judged("parameters", subject(network=nn.Linear(6, 5)), made).verdict is verdict


def test_seresnet152d_has_the_published_number_of_parameters(subject, claim, judged) -> None:
    with torch.device("meta"):
        network = timm.create_model("seresnet152d")
    finding = judged("parameters", subject(network=network), claim(Metric.PARAMETERS, "66840000"))
    assert finding.measured == 66_841_080
    assert finding.verdict is Verdict.PASS
    assert finding.message == "claimed 66,840,000, measured 66,841,080 (±5,000)"


ALIAS = Identity("resnext101_32x8d.fb_wsl_ig1b_ft_in1k", "timm 1.0")


def test_where_an_alias_leads_to_another_network_the_finding_says_so(
    subject, claim, judged
) -> None:
    about = subject(network=nn.Linear(6, 5), identity=ALIAS)
    finding = judged("parameters", about, claim(Metric.PARAMETERS, "194030000"))
    assert finding.verdict is Verdict.FAIL
    assert finding.message.endswith("; alias resolves to resnext101_32x8d.fb_wsl_ig1b_ft_in1k")
    assert finding.cause == {
        "kind": "alias",
        "resolves_to": "resnext101_32x8d.fb_wsl_ig1b_ft_in1k",
    }


def test_an_alias_of_a_network_of_that_size_needs_no_explanation(subject, claim, judged) -> None:
    about = subject(network=nn.Linear(6, 5), identity=ALIAS)
    finding = judged("parameters", about, claim(Metric.PARAMETERS, "35"))
    assert (finding.verdict, finding.cause) == (Verdict.PASS, None)
    assert "alias" not in finding.message


@pytest.mark.parametrize("name", ["resnet18", "resnet18.a1_in1k"])
def test_a_wrong_count_of_the_very_architecture_is_no_aliass_fault(
    subject, claim, judged, name: str
) -> None:
    about = subject(network=nn.Linear(6, 5), identity=Identity(name, "timm 1.0"))
    finding = judged("parameters", about, claim(Metric.PARAMETERS, "36"))
    assert (finding.verdict, finding.cause) == (Verdict.FAIL, None)


NOT_BUILT = Unavailable("the Python package tiny is not installed", "install tiny")
HELD = Checkpoint(
    Path("a"),
    {"fc.weight": Shape("F32", (5, 6)), "fc.bias": Shape("F32", (5,)), "n": Shape("I64", ())},
    Record("ab" * 32, "safetensors"),
)


def raising(error: Exception):
    def act() -> object:
        raise error

    return act


def test_what_nothing_builds_is_counted_from_its_checkpoint(subject, claim, judged) -> None:
    about = subject(parameters=raising(NOT_BUILT), checkpoint=lambda: HELD)
    finding = judged("parameters", about, claim(Metric.PARAMETERS, "35"))
    assert (finding.verdict, finding.measured) == (Verdict.PASS, 35)
    assert finding.method == (
        "elements of the tensors of the checkpoint; buffers recognised by name"
    )
    assert finding.message.endswith("; counted from the checkpoint alone")
    assert finding.conditions == {
        "elements of buffers": 1,
        "network": "not built: the Python package tiny is not installed",
    }


def test_a_checkpoint_that_holds_another_number_refutes_nothing(subject, claim, judged) -> None:
    about = subject(parameters=raising(NOT_BUILT), checkpoint=lambda: HELD)
    finding = judged("parameters", about, claim(Metric.PARAMETERS, "36"))
    assert finding.verdict is Verdict.UNDECIDED
    assert finding.hint == "install tiny"


@pytest.mark.parametrize(
    "error", [Unavailable("no"), Skipped("the page names no weights file"), Blocked("x", "no")]
)
def test_without_a_checkpoint_either_the_missing_network_is_the_reason(
    subject, claim, error: Exception
) -> None:
    about = subject(parameters=raising(NOT_BUILT), checkpoint=raising(error))
    with pytest.raises(Unavailable) as raised:
        PARAMETERS.measure(about, claim(Metric.PARAMETERS, "35"))
    assert raised.value is NOT_BUILT


def test_a_name_that_no_source_knows_is_no_hindrance(subject, claim, judged) -> None:
    unknown = Blocked("model-name", "timm 1.0 has no model 'tiny'")
    about = subject(parameters=raising(unknown), checkpoint=lambda: HELD)
    finding = judged("parameters", about, claim(Metric.PARAMETERS, "35"))
    assert (finding.verdict, finding.measured) == (Verdict.PASS, 35)


def test_what_is_refused_is_not_got_round(subject, claim) -> None:
    refused = Refused("building this model runs code", "say --trust-python")
    about = subject(parameters=raising(refused), checkpoint=lambda: HELD)
    with pytest.raises(Refused) as raised:
        PARAMETERS.measure(about, claim(Metric.PARAMETERS, "35"))
    assert raised.value is refused


@pytest.mark.parametrize(
    ("holders", "loaded", "misdirected"),
    [
        (("resnext101_32x16d.tag",), "other.pth", True),  # another network has the documented file
        (("resnet18.tag", "resnet34.tag"), "tiny.pth", False),  # this one has it as well
        ((), "other.pth", False),  # the weights of the name were replaced; the name is alike
        ((), "timm/resnet18.tag", False),  # weights in a repository: nothing is known of the file
        ((), "tiny.pth", False),
        ((), "", False),
    ],
)
def test_an_alias_is_a_cause_only_where_it_leads_to_another_network(
    entry, spec, holders: tuple[str, ...], loaded: str, misdirected: bool
) -> None:
    page = entry(weights="https://example.org/tiny.pth", source=spec("timm", "tv_resnet18"))
    identity = Identity("resnet18.tag", "timm", "", loaded, holders)
    about = SimpleNamespace(entry=page, identity=lambda: identity)
    cause, because = elsewhere(about)  # type: ignore[arg-type]
    assert (cause is not None) is misdirected and bool(because) is misdirected
