"""Loading: a file that does not fit refutes the page, one that cannot be read does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from zoo.checkpoint.record import Checkpoint, Record
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


OPENED = Record(
    "ab" * 32,
    "torch zip",
    state_dict="state_dict",
    passed_over=("state_dict_ema",),
    stripped="module.",
    dtypes={"F32": 2},
    nan=1200,
    infinite=3,
    dropped=("epoch",),
    confinement=("seccomp",),
)


def test_the_finding_says_how_the_tensors_came_out_of_the_file(subject, claim, judged) -> None:
    about = subject(load=nn.Identity, checkpoint=lambda: Checkpoint(Path("a"), {}, OPENED))
    about.checkpoint()
    finding = judged("weights-load", about, claim(Metric.WEIGHTS_LOAD, FITS))
    assert finding.verdict is Verdict.PASS
    assert finding.message.endswith("; 1,200 elements are not a number, 3 are infinite")
    assert finding.conditions == {
        "format": "torch zip",
        "state dict": "state_dict",
        "passed over": ["state_dict_ema"],
        "prefix removed": "module.",
        "tensors": {"F32": 2},
        "not a number": 1200,
        "infinite": 3,
        "left out, no tensors": ["epoch"],
        "opened under": ["seccomp"],
    }


def test_what_is_as_one_would_assume_is_not_said(subject, claim, judged) -> None:
    plain = Checkpoint(Path("a"), {}, Record("ab" * 32, "safetensors", dtypes={"F32": 2}))
    about = subject(load=nn.Identity, checkpoint=lambda: plain)
    about.checkpoint()
    finding = judged("weights-load", about, claim(Metric.WEIGHTS_LOAD, FITS))
    assert finding.conditions == {"format": "safetensors", "tensors": {"F32": 2}}
    assert finding.message == f"claimed {FITS}, measured {FITS}"
