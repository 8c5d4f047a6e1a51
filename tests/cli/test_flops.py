"""``zoo flops`` and ``zoo explain-flops`` as a user meets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import ROOT, Zoo
from zoo.cli.explain_flops import FEW
from zoo.counting import RULES
from zoo.schemas import load

DOCUMENT = ROOT / "docs" / "flops.md"
PAGE = """
<!--
Type: model-index
Collections:
  - Name: ResNet
    Metadata: {FLOPs Convention: thop-early at resized}
Models:
  - Name: declared
    In Collection: ResNet
    Metadata: {FLOPs: 2337073152, Image Size: 224}
    Source: {Type: timm, Reference: resnet18}
  - Name: overridden
    In Collection: ResNet
    Metadata: {FLOPs: 1.8 G, FLOPs Convention: fvcore, Image Size: 224}
    Source: {Type: timm, Reference: resnet18}
  - Name: mistyped
    Metadata: {FLOPs: 1.8 G, FLOPs Convention: fvcor, Image Size: 224}
    Source: {Type: timm, Reference: resnet18}
  - Name: undeclared
    Metadata: {FLOPs: 2337073152, Image Size: 224}
    Source: {Type: timm, Reference: resnet18}
  - Name: sizeless
    Metadata: {FLOPs: 1.8 G}
    Source: {Type: timm, Reference: resnet18}
  - Name: untrusted
    Metadata: {FLOPs: 1.8 G, Image Size: 224}
    Source: {Type: python, Reference: "os:abort"}
-->
"""


@pytest.fixture
def index(tmp_path: Path) -> Path:
    page = tmp_path / "index.md"
    page.write_text(PAGE)
    return page


def test_a_model_is_counted_by_every_rule_and_by_module(zoo: Zoo) -> None:
    outcome = zoo("flops", "timm/resnet18", "--depth", 1)
    assert outcome.code == 0
    assert "11,689,512 parameters, claimed 2337073152 FLOPs" in outcome.out
    lines = {line.split()[0]: line.split() for line in outcome.out.splitlines() if line.split()}
    assert set(RULES) <= set(lines)
    assert lines["rule"][1:3] == ["1×3×224×224", "1×3×224×285"]
    assert lines["thop-early"][2] == "2,337,073,152"
    assert lines["fc"][:4] == ["fc", "Linear", "513,000", "512,000"]
    assert "not counted by macs: adaptive_avg_pool2d ×1, add_ ×8, batch_norm ×20" in outcome.out


def test_the_json_follows_its_schema_and_its_tree_adds_up(zoo: Zoo) -> None:
    found = zoo("flops", "timm/resnet18", "--size", 64, "--size", "64x96", "--format", "json").json
    Draft202012Validator(load("flops")).validate(found)
    assert [each["input"] for each in found["counts"]] == [[1, 3, 64, 64], [1, 3, 64, 96]]
    modules = {module["path"]: module for module in found["modules"]}
    children = [module for path, module in modules.items() if path and "." not in path]
    for key in ("count", "parameters"):
        assert sum(module[key] for module in children) == modules[""][key]
    assert modules[""]["count"] == found["counts"][0]["rules"]["macs"]
    assert modules[""]["parameters"] == found["parameters"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rule", "fvcor"], "did you mean fvcore"),
        (["--size", "large"], "write 224, or height and width as 224x285"),
        (["--size", "1x2x3"], "is no size"),
        (["--size", "0"], "has no pixels"),
        (["--size", "225"], "does not run on 1 × 3 × 225 × 225"),
    ],
)
def test_what_cannot_be_counted_says_why(zoo: Zoo, arguments: list[str], said: str) -> None:
    outcome = zoo("flops", "timm/tresnet_m", *arguments)
    assert outcome.code == 2 and outcome.out == ""
    assert said in outcome.err


def test_a_size_at_which_a_network_does_not_run_is_left_out_aloud(zoo: Zoo) -> None:
    outcome = zoo("flops", "timm/dla34", "--depth", 0)
    assert outcome.code == 0
    assert "left out: the network does not run on 1 × 3 × 224 × 285" in outcome.err
    assert "1×3×224×224" in outcome.out


def test_an_index_is_not_run_because_it_says_so(zoo: Zoo, index: Path) -> None:
    outcome = zoo("flops", "untrusted", "--index", index)
    assert outcome.code == 2 and "--trust-python" in outcome.err
    found = zoo("explain-flops", "--index", index, "--format", "json").json
    rows = {row["model"]: row for row in found["models"]}
    assert rows["untrusted"]["cause"] is None and "os:abort" in rows["untrusted"]["message"]


def test_published_counts_are_explained(zoo: Zoo, index: Path) -> None:
    outcome = zoo("explain-flops", "undeclared", "--index", index)
    assert outcome.code == 0
    assert outcome.out.startswith("1 of 1 published counts are reproduced to the last digit\n")
    assert "exactly what thop-early counts at 1×3×224×285" in outcome.out


def test_the_explanations_follow_their_schema(zoo: Zoo, index: Path) -> None:
    found = zoo("explain-flops", "--index", index, "--format", "json").json
    Draft202012Validator(load("explain-flops")).validate(found)
    rows = {row["model"]: row for row in found["models"]}
    assert rows["undeclared"]["cause"]["exact"] is True and rows["undeclared"]["support"] == 2
    assert rows["mistyped"]["cause"]["exact"] is False


def test_what_is_not_reproduced_is_listed_with_the_nearest_count(zoo: Zoo, index: Path) -> None:
    index.write_text(PAGE.replace("fvcore, Image Size", "macs, Image Size"))
    listed = zoo("explain-flops", "overridden", "untrusted", "--index", index).out
    assert listed.startswith("0 of 2 published counts are reproduced to the last digit\n")
    assert "overridden  nearest is macs at 1×3×224×224: 1,814,073,344 (+0.78%)\n" in listed
    assert "os:abort" in listed.partition("untrusted")[2]


def test_many_models_are_summed_up_by_convention(zoo: Zoo, index: Path) -> None:
    head, model, rest = PAGE.partition("  - Name: undeclared\n")
    fields = rest[: rest.index("  - Name: sizeless")]
    more = [f"  - Name: further{number}\n{fields}" for number in range(FEW)]
    index.write_text("".join([head, *more, model, rest]))
    told = zoo("explain-flops", "--index", index).out
    assert told.startswith("12 of 16 published counts are reproduced to the last digit\n")
    summed = "\n12 by thop-early, resized to the declared size and not cropped:\n  ResNet 1, "
    assert summed in told and "further0:" not in told


def test_the_markdown_is_a_table_of_conventions_and_one_of_the_rest(zoo: Zoo, index: Path) -> None:
    index.write_text(PAGE.replace("Name: sizeless", 'Name: "a|b"'))
    told = zoo("explain-flops", "--index", index, "--format", "markdown").out
    assert told.startswith("2 of 6 published counts are reproduced to the last digit.\n")
    words = "resized to the declared size and not cropped"
    assert f"| 2 | `thop-early` | {words} | ResNet 1, undeclared 1 |\n" in told
    assert "\n| a&#124;b | nearest is " in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--name", "nothing*"], "no model of the index matches"),
        (["bare"], "no selected model claims FLOPs"),
    ],
)
def test_where_nothing_is_to_be_explained_the_exit_code_says_so(
    zoo: Zoo, index: Path, arguments: list[str], said: str
) -> None:
    index.write_text("<!--\nType: model-index\nModels:\n  - Name: bare\n-->\n")
    outcome = zoo("explain-flops", *arguments, "--index", index)
    assert (outcome.code, outcome.out) == (5, "")
    assert said in outcome.err


def test_a_declared_convention_is_what_the_claim_is_judged_under(zoo: Zoo, index: Path) -> None:
    outcome = zoo("verify", "--all", "--index", index, "--only", "flops", "--format", "json")
    flops = {f["model"]: f for f in outcome.json["findings"] if f["metric"] == "flops"}
    verdicts = {model: finding["verdict"] for model, finding in flops.items()}
    assert verdicts == {
        "declared": "PASS",
        "overridden": "PASS",
        "mistyped": "ERROR",
        "undeclared": "FAIL",
        "sizeless": "ERROR",  # nothing says at which size
        "untrusted": "ERROR",
    }
    assert flops["declared"]["conditions"] == {
        "input": [1, 3, 224, 285],
        "convention": "thop-early",
    }
    assert "did you mean fvcore" in flops["mistyped"]["hint"]
    assert flops["undeclared"]["cause"]["exact"] is True
    assert flops["declared"]["cause"] is None  # an explanation is told where a claim fails


def test_one_bad_value_spoils_no_other_model(zoo: Zoo, index: Path) -> None:
    index.write_text(PAGE.replace("1.8 G, Image Size: 224", "1.8 G, Image Size: large"))
    outcome = zoo("verify", "--all", "--index", index, "--only", "flops", "--format", "json")
    assert outcome.code == 1  # since a claim failed, whatever could not be told of others
    errors = {f["model"]: f for f in outcome.findings("ERROR")}
    assert errors["untrusted"]["rule"] == "bad-value"
    assert "Image Size" in errors["untrusted"]["message"]
    assert [f["model"] for f in outcome.findings("PASS")] == ["declared", "overridden"]
    alone = zoo("verify", "untrusted", "--index", index, "--format", "json")
    assert alone.code == 4 and len(alone.json["findings"]) == 1


@pytest.mark.slow
def test_the_table_of_the_documentation_is_what_the_command_prints(zoo: Zoo) -> None:
    """Write it with: zoo explain-flops --name 'timm/*,seresnet*' --format markdown."""
    table = zoo("explain-flops", "--name", "timm/*,seresnet*", "--format", "markdown").out
    assert table in DOCUMENT.read_text(encoding="utf-8")
