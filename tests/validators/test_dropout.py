"""Dropout: the claimed rate against that which the built network shows, if it shows one."""

from __future__ import annotations

import pytest
from torch import nn

from zoo.claims import Metric
from zoo.errors import Skipped
from zoo.findings import Verdict
from zoo.validators import VALIDATORS


def classified(*rates: float) -> nn.Module:
    drops = [nn.Dropout(rate) for rate in rates]
    return nn.Sequential(nn.Dropout(0.9), nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), *drops)


@pytest.mark.parametrize(
    ("rates", "claimed", "verdict"),
    [
        ((0.2,), "0.2", Verdict.PASS),
        ((0.2,), "0.20", Verdict.PASS),
        ((0.2,), "0.8", Verdict.FAIL),
        ((0.2,), "0", Verdict.FAIL),
        ((0.1, 0.5), "0.5", Verdict.PASS),
        ((0.1, 0.5), "0.1", Verdict.FAIL),
        ((0.5, 0.0), "0.5", Verdict.PASS),
    ],
)
def test_the_last_rate_before_the_scores_must_be_the_claimed_one(
    subject, claim, judged, rates: tuple[float, ...], claimed: str, verdict: Verdict
) -> None:
    said = claim(Metric.DROPOUT, claimed)
    assert judged("dropout", subject(said, network=classified(*rates)), said).verdict is verdict


@pytest.mark.parametrize("rates", [(), (0.0,)])
def test_a_network_that_is_built_without_dropout_refutes_nothing(
    subject, claim, rates: tuple[float, ...]
) -> None:
    said = claim(Metric.DROPOUT, "0.2")
    with pytest.raises(Skipped, match="the source builds it without dropout"):
        VALIDATORS["dropout"].measure(subject(said, network=classified(*rates)), said)


def test_torchvision_shows_the_rate_of_training(subject, claim, judged) -> None:
    import torch
    from torchvision.models import alexnet

    with torch.device("meta"):
        network = alexnet()
    said = claim(Metric.DROPOUT, "0.5")
    finding = judged("dropout", subject(said, network=network, size=224), said)
    assert finding.verdict is Verdict.PASS
    assert finding.conditions == {"rates": [0.5, 0.5]}
