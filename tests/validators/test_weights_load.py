"""Loading: a file that does not fit refutes the page, one that cannot be read does not."""

from __future__ import annotations

import pytest
from torch import nn

from zoo.claims import FITS, Metric
from zoo.errors import Blocked, Unavailable
from zoo.findings import Verdict
from zoo.weights import Misfit


def test_a_file_whose_tensors_all_fit_bears_the_page_out(subject, claim, judged) -> None:
    finding = judged("weights-load", subject(load=nn.Identity), claim(Metric.WEIGHTS_LOAD, FITS))
    assert finding.verdict is Verdict.PASS
    assert finding.method.startswith("strict load into python tiny:build")


def test_a_file_that_does_not_fit_fails_and_the_tensors_are_named(subject, claim, judged) -> None:
    def load() -> nn.Module:
        raise Misfit("1 missing: fc.bias")

    finding = judged("weights-load", subject(load=load), claim(Metric.WEIGHTS_LOAD, FITS))
    assert finding.verdict is Verdict.FAIL
    assert finding.measured == "1 missing: fc.bias"


@pytest.mark.parametrize(
    "error", [Unavailable("cannot be read"), Blocked("weights-digest", "not loaded")]
)
def test_a_file_that_cannot_be_read_is_no_verdict_on_the_page(
    subject, claim, judged, error: Unavailable
) -> None:
    def load() -> nn.Module:
        raise error

    with pytest.raises(type(error)) as raised:
        judged("weights-load", subject(load=load), claim(Metric.WEIGHTS_LOAD, FITS))
    assert raised.value is error
