"""Names: whether the source has them, has renamed them, or never had them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import NOWHERE
from zoo.build import answers_of, subject_of
from zoo.claims import Metric, Text
from zoo.errors import Unavailable
from zoo.findings import Verdict, exactly
from zoo.options import Options
from zoo.subject import Identity, Lazy
from zoo.validators import VALIDATORS
from zoo.verify import verify
from zoo.weights import Access

PRESENT = Identity("resnet18", "timm 1.0")
ABSENT = Identity(None, "timm 1.0", "did you mean resnet18?")


@pytest.fixture
def finding(subject, claim, judged):
    """Judge the name resnet81 or resnet18 by what a source makes of it."""

    def run(identity: Identity, asked: str = "resnet18", said: str = "ID", library: str = ""):
        made = claim(Metric.MODEL_NAME, asked)
        about = subject(made, identity=identity)
        fields = {said: Text(asked, made.location)} if said else {}
        page = replace(about.entry, fields=fields, library=library)
        return judged("model-name", replace(about, entry=page), made)

    return run


def test_a_name_that_the_source_has_is_borne_out(finding) -> None:
    found = finding(PRESENT)
    assert found.verdict is Verdict.PASS
    assert (found.measured, found.method) == ("resnet18", "the names of timm 1.0")
    assert found.message == "claimed resnet18, measured resnet18"


def test_a_deprecated_name_is_borne_out_and_the_present_one_is_named(finding) -> None:
    found = finding(replace(PRESENT, name="resnet34.tv_in1k"), "tv_resnet34")
    assert found.verdict is Verdict.PASS
    assert found.message.endswith("; a deprecated alias of resnet34.tv_in1k")
    assert found.conditions == {"present name": "resnet34.tv_in1k"}


@pytest.mark.parametrize(
    ("said", "library"), [("ID", ""), ("Source", ""), ("source", ""), ("", "timm"), ("ID", "Timm")]
)
def test_an_unknown_name_fails_with_near_names(finding, said: str, library: str) -> None:
    found = finding(ABSENT, "resnet81", said, library)
    assert found.verdict is Verdict.FAIL
    assert found.message == (
        "claimed resnet81, measured no such name; timm 1.0 does not have it; did you mean resnet18?"
    )


def test_where_no_name_is_near_none_is_suggested(finding) -> None:
    assert finding(replace(ABSENT, hint=""), "q").message.endswith("timm 1.0 does not have it")


@pytest.mark.parametrize(("said", "library"), [("", ""), ("Code", ""), ("ID", "MMDetection")])
def test_an_unknown_name_that_the_page_does_not_call_timms_refutes_nothing(
    finding, said: str, library: str
) -> None:
    with pytest.raises(Unavailable, match="the page does not say what builds it") as error:
        finding(ABSENT, "resnet81", said, library)
    assert error.value.hint == "did you mean resnet18?"


def test_what_rests_on_an_unknown_name_is_not_tested(entry, claim, spec) -> None:
    source = spec("timm", "resnet81")
    claims = (
        claim(Metric.MODEL_NAME, "resnet81"),
        claim(Metric.PARAMETERS, "5"),
        claim(Metric.FLOPS, "5"),
        claim(Metric.CHECKPOINT_IDENTITY, "a.pth"),
        claim(Metric.IMAGE_SIZE, "224"),
    )
    made = entry(*claims, source=source)
    page = replace(made, fields={"ID": Text("resnet81", made.location)})
    options = Options(Access(NOWHERE, offline=True))
    selected = [name for name in VALIDATORS if name != "accuracy"]
    run = verify([page], VALIDATORS.values(), selected, options, version="0", started="")
    verdicts = {finding.metric: finding for finding in run.findings}
    assert verdicts["model-name"].verdict is Verdict.FAIL
    assert "did you mean resnet" in verdicts["model-name"].message
    for metric in ("parameters", "flops", "checkpoint-identity", "image-size"):
        assert verdicts[metric].verdict is Verdict.SKIP
        assert verdicts[metric].message == "not tested: model-name failed"


def test_without_the_check_of_names_an_unknown_one_stays_an_error(entry, claim, spec) -> None:
    page = entry(claim(Metric.PARAMETERS, "5"), source=spec("timm", "resnet81"))
    options = Options(Access(NOWHERE, offline=True))
    run = verify([page], VALIDATORS.values(), ["parameters"], options, version="0", started="")
    (finding,) = run.findings
    assert finding.verdict is Verdict.ERROR
    assert "has no model 'resnet81'" in finding.message


def test_the_identity_of_a_subject_is_the_sources_own(entry, spec) -> None:
    model, options = entry(source=spec("timm", "tv_resnet34")), Options(Access(NOWHERE))
    subject = subject_of(model, options, answers_of([model], [], options), exactly)
    assert isinstance(subject.identity, Lazy)
    assert subject.identity().name == "resnet34.tv_in1k"
