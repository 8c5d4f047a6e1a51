"""Listed components: there, not there, or not to be told from the network."""

from __future__ import annotations

import pytest
from torch import nn

from zoo.claims import Metric
from zoo.errors import Skipped
from zoo.findings import Verdict
from zoo.subject import Identity
from zoo.validators import VALIDATORS
from zoo.vocabulary import READINGS

ARCHITECTURE = VALIDATORS["architecture"]


def tiny() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.0))


@pytest.mark.parametrize("word", ["Convolution", "convolution", "ReLU", "RELU"])
def test_a_component_that_is_there_is_borne_out(subject, claim, judged, word: str) -> None:
    said = claim(Metric.ARCHITECTURE, word)
    finding = judged("architecture", subject(said, network=tiny()), said)
    assert finding.verdict is Verdict.PASS
    assert (finding.claimed, finding.measured) == (word, word)


def test_a_component_that_is_not_there_fails_with_the_reading(subject, claim, judged) -> None:
    said = claim(Metric.ARCHITECTURE, "Grouped Convolution")
    finding = judged("architecture", subject(said, network=tiny()), said)
    assert finding.verdict is Verdict.FAIL
    assert finding.message == (
        "claimed Grouped Convolution, measured not there; "
        "read as: a convolution in more than one group, be it one for each channel"
    )
    assert finding.cause is None


def test_a_failure_says_where_the_name_leads_to_another_architecture(
    subject, claim, judged
) -> None:
    said = claim(Metric.ARCHITECTURE, "Mish")
    elsewhere = Identity("resnet34.tv_in1k", "timm 1.0")
    finding = judged("architecture", subject(said, network=tiny(), identity=elsewhere), said)
    assert finding.cause == {"kind": "alias", "resolves_to": "resnet34.tv_in1k"}
    assert finding.message.endswith("; alias resolves to resnet34.tv_in1k")


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("Perceiver", "no reading of 'Perceiver' is known"),
        ("Softmax", "Softmax is outside the network: the network returns logits"),
        ("Dropout", "Dropout is outside the network: it works in training alone"),
        ("Selective Kernel", "Selective Kernel is not seen in the one form that is known here"),
        ("Auxiliary Classifier", "Auxiliary Classifier is outside the network: it helps in train"),
    ],
)
def test_what_cannot_be_told_is_skipped_with_the_reason(
    subject, claim, word: str, reason: str
) -> None:
    said = claim(Metric.ARCHITECTURE, word)
    with pytest.raises(Skipped, match=f"^{reason}"):
        ARCHITECTURE.measure(subject(said, network=tiny()), said)


def test_an_unknown_word_needs_no_network(subject, claim) -> None:
    said = claim(Metric.ARCHITECTURE, "x")
    with pytest.raises(Skipped, match="no reading of 'x' is known"):
        ARCHITECTURE.measure(subject(said), said)


def test_the_explanation_lists_every_word() -> None:
    from zoo.validators.architecture import TERMS

    assert [word for word, _ in TERMS] == list(READINGS)
