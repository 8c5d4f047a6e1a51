"""Checkpoints: the file that a name loads today against the one that its page documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NOWHERE
from zoo.build import answers_of, subject_of
from zoo.claims import Metric, ModelEntry
from zoo.errors import Blocked, Skipped
from zoo.findings import Finding, Verdict, exactly
from zoo.index import read_index
from zoo.judging import judge
from zoo.options import Options
from zoo.subject import Identity
from zoo.validators import VALIDATORS
from zoo.weights import Access

INDEX = Path(__file__).parents[2] / "model-index"
CHECK = VALIDATORS["checkpoint-identity"]
DOCUMENTED = "tiny_ra2-01234567.pth"
HELD = Identity("resnet18", "timm 1.0", loaded=DOCUMENTED, holders=("tiny.ra2_in1k",))

# In timm 1.0.31, with the tag that still has the documented file.
REPLACED = {
    "efficientnet_b1": "efficientnet_b1.ft_in1k",
    "efficientnet_b2a": "efficientnet_b3.ra2_in1k",
    "ig_resnext101_32x16d": "resnext101_32x16d.fb_wsl_ig1b_ft_in1k",
    "ig_resnext101_32x32d": "resnext101_32x32d.fb_wsl_ig1b_ft_in1k",
    "resnet34": "resnet34.bt_in1k",
    "resnet50": "resnet50.ram_in1k",
    "resnext50_32x4d": "resnext50_32x4d.ra_in1k",
    "seresnet50": "seresnet50.ra2_in1k",
    "tf_efficientnet_b0": "tf_efficientnet_b0.aa_in1k",
    "tf_efficientnet_b1": "tf_efficientnet_b1.aa_in1k",
    "tf_efficientnet_b2": "tf_efficientnet_b2.aa_in1k",
    "tf_efficientnet_b3": "tf_efficientnet_b3.aa_in1k",
    "tf_efficientnet_b4": "tf_efficientnet_b4.aa_in1k",
    "tf_efficientnet_b5": "tf_efficientnet_b5.ra_in1k",
    "tf_efficientnet_b6": "tf_efficientnet_b6.aa_in1k",
    "tf_efficientnet_b7": "tf_efficientnet_b7.ra_in1k",
    "tf_efficientnet_b8": "tf_efficientnet_b8.ra_in1k",
}


@pytest.fixture
def finding(subject, claim, judged):
    def run(identity: Identity) -> Finding:
        made = claim(Metric.CHECKPOINT_IDENTITY, DOCUMENTED)
        return judged("checkpoint-identity", subject(made, identity=identity), made)

    return run


def other(**changes: object) -> Identity:
    return Identity(**({"name": "resnet18", "by": "timm 1.0", "loaded": "b.pth"} | changes))


def test_the_file_that_the_name_loads_bears_the_page_out(finding) -> None:
    found = finding(HELD)
    assert found.verdict is Verdict.PASS
    assert found.method == "the pretrained configurations of timm 1.0"
    assert found.message == f"claimed {DOCUMENTED}, measured {DOCUMENTED}"


def test_another_file_fails_and_the_tag_that_has_the_documented_one_is_named(finding) -> None:
    found = finding(other(holders=("tiny.ra2_in1k", "tiny.ra3_in1k")))
    assert found.verdict is Verdict.FAIL
    assert found.measured == "b.pth"
    assert found.message.endswith("timm 1.0 has the documented file as tiny.ra2_in1k")
    assert found.conditions == {"held by": ["tiny.ra2_in1k", "tiny.ra3_in1k"]}


def test_where_no_tag_has_the_file_any_more_it_is_said_and_not_judged(finding) -> None:
    with pytest.raises(Skipped, match=r"tiny_ra2-01234567.pth under no name any more"):
        finding(other())


def test_a_name_without_weights_is_not_judged(finding) -> None:
    with pytest.raises(Skipped, match=r"timm 1.0 names no weights file for resnet18"):
        finding(other(loaded="", holders=("tiny.ra2_in1k",)))


def test_an_unknown_name_is_left_to_the_check_of_names(finding) -> None:
    with pytest.raises(Blocked, match=r"timm 1.0 has no model 'resnet18'") as error:
        finding(Identity(None, "timm 1.0", "did you mean resnet18?"))
    assert error.value.rule == "model-name"


@pytest.fixture(scope="module")
def published() -> list[ModelEntry]:
    return [entry for entry in read_index(INDEX).entries if entry.source.kind == "timm"]


def test_for_these_of_the_bundled_index_the_name_loads_another_file(
    published: list[ModelEntry],
) -> None:
    options = Options(Access(NOWHERE, offline=True))
    answers = answers_of(published, [], options)
    replaced = {}
    for entry in published:
        claim = entry.claimed(Metric.CHECKPOINT_IDENTITY)
        assert claim is not None
        try:
            measured = CHECK.measure(subject_of(entry, options, answers, exactly), claim)
        except (Skipped, Blocked):
            continue
        if judge(CHECK.name, claim, measured, CHECK.tolerance(claim)).verdict is Verdict.FAIL:
            replaced[entry.source.reference] = measured.conditions["held by"][0]
    assert replaced == REPLACED


def test_one_name_of_the_bundled_index_is_gone_and_many_are_aliases(
    published: list[ModelEntry],
) -> None:
    options = Options(Access(NOWHERE, offline=True))
    answers = answers_of(published, [], options)
    names = {e.source.reference: answers.identity(e).name for e in published}
    assert [name for name, present in names.items() if present is None] == ["gluon_xception65"]
    assert names["adv_inception_v3"] == "inception_v3.tf_adv_in1k"
    assert sum(name != present for name, present in names.items()) == 75
