"""``zoo fix``: what was measured goes back into the index, and not a byte beside it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Digits, Outcome, Zoo
from zoo.claims import Digest, Location, Metric, SourceSpec, Value
from zoo.evidence import to_json
from zoo.findings import Finding, Measurement, Verdict, untested
from zoo.index import read_index
from zoo.judging import judge
from zoo.run import Run, SubjectRecord, WeightsFile
from zoo.sources import SOURCES
from zoo.validators import VALIDATORS

METRICS = {metric: rule for rule in VALIDATORS for metric in VALIDATORS[rule].metrics}
AT = {"convention": "macs", "input": [1, 3, 224, 224]}
WHOLE = "sha256:" + "01234567" * 8
PAGE = """\
# A page\u2028with prose

<!--
Type: model-index
Collections:
- Name: Family
  Metadata:
    Image Size: 224
    Crop Pct: 0.9  # of all of them
Models:
- Name: one
  In Collection: Family
  Metadata:
    FLOPs: 5.3 G   # counted by hand
    Parameters: '28090000'
    File Size: "1,000"
  Weights: https://example.org/one-01234567.pth
  Results:
  - Task: Image Classification
    Dataset: ImageNet
    Metrics: {Top 1 Accuracy: 80.26%, Top 5 Accuracy: 95.07%}
- Name: two
  In Collection: Family
  Metadata: {FLOPs: 1000, Parameters: 10}
-->

The end, without a line end"""

Measured = Mapping[tuple[str, Metric], Any]
Fix = Callable[..., Outcome]


def run_on(index: Path, measured: Measured, **more: Any) -> Run:
    """Return a Run in which claims of an index were measured as they are given."""
    findings: list[Finding] = []
    for entry in read_index(index).entries:
        for claim in entry.claims:
            value: Value | None = measured.get((entry.name, claim.metric))
            rule = METRICS[claim.metric]
            if value is None:
                findings.append(untested(rule, claim, Verdict.SKIP, "not asked for"))
                continue
            conditions = more.get("conditions", AT if claim.metric is Metric.FLOPS else {})
            made = Measurement(claim.metric, value, "m", conditions, cause=more.get("cause"))
            tolerance = VALIDATORS[rule].tolerance(claim)
            findings.append(judge(rule, claim, made, tolerance))
    subjects = tuple(more.get("subjects", ()))
    return Run("1", "2026-01-02T03:04:05Z", {}, subjects, tuple(findings))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "index" / "page.md"
    page.parent.mkdir()
    page.write_text(PAGE, encoding="utf-8")
    return Path("index")


@pytest.fixture
def fix(zoo: Zoo, tmp_path: Path) -> Fix:
    def call(index: Path, measured: Measured, *options: object, **more: Any) -> Outcome:
        (tmp_path / "run.json").write_text(to_json(run_on(index, measured, **more)))
        return zoo("fix", tmp_path / "run.json", "--index", index, *options)

    return call


ALL = {
    ("one", Metric.FLOPS): Decimal(4_091_699_200),
    ("one", Metric.PARAMETERS): Decimal(25_557_032),
    ("one", Metric.FILE_SIZE): Decimal(1234),
    ("one", Metric.TOP_1): Decimal("79.1234"),
    ("two", Metric.FLOPS): Decimal(2000),
}
CHANGES = (
    ("5.3 G   #", "4.1 G   #"),
    ("'28090000'", "'25560000'"),
    ('"1,000"', '"1,234"'),
    ("80.26%", "79.12%"),
    ("FLOPs: 1000", "FLOPs: 2000"),
)


def changed(text: str) -> str:
    for old, new in CHANGES:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_only_the_characters_of_the_values_change(
    fix: Fix, index: Path, ends: str, mark: str
) -> None:
    page = index / "page.md"
    text = (mark + PAGE).replace("\n", ends)
    page.write_bytes(text.encode())
    page.chmod(0o640)
    outcome = fix(index, ALL, "--write")
    assert outcome.code == 0, outcome.err
    assert page.read_bytes() == changed(text).encode()
    assert page.stat().st_mode & 0o777 == 0o640
    assert "index/page.md:14: one flops: 5.3 G → 4.1 G" in outcome.out
    assert [path.name for path in index.iterdir()] == ["page.md"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("folder", [".", "sub dir/é"])
def test_the_diff_is_one_that_git_applies(
    fix: Fix, index: Path, ends: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Path(folder).absolute()
    here.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q"], check=True)
    text = PAGE.replace("\n", ends)
    (here / "pages").mkdir()
    page = here / "pages" / "page.md"
    page.write_bytes(text.encode())
    monkeypatch.chdir(here)
    outcome = fix(Path("pages"), ALL)
    assert outcome.code == 0 and page.read_bytes() == text.encode()
    applied = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(applied, input=outcome.out.encode(), check=True)
    assert page.read_bytes() == changed(text).encode()


def test_what_was_fixed_passes_and_is_not_fixed_again(fix: Fix, index: Path) -> None:
    fix(index, ALL, "--write")
    again = run_on(index, ALL)
    assert {f.verdict for f in again.findings} == {Verdict.PASS, Verdict.SKIP}
    outcome = fix(index, ALL)
    assert (outcome.out, outcome.code) == ("", 0) and "nothing to write" in outcome.err


def test_a_convention_that_gives_the_published_count_is_added_behind_it(
    fix: Fix, index: Path
) -> None:
    cause = {
        "kind": "flops-convention", "convention": "thop-early", "framing": "resized",
        "input": [1, 3, 224, 285], "value": 5_300_000_000, "exact": True,
    }  # fmt: skip
    measured = {("one", Metric.FLOPS): Decimal(4_091_699_200)}
    outcome = fix(index, measured, "--flops", "convention", "--write", cause=cause)
    assert outcome.code == 0, outcome.err
    line = "    FLOPs: 5.3 G   # counted by hand\n"
    added = f"{line}    FLOPs Convention: thop-early at resized\n"
    assert (index / "page.md").read_text() == PAGE.replace(line, added)
    again = fix(index, measured, "--flops", "convention", cause=cause)
    assert "the page says by which convention it counts" in again.err and not again.out
    other = fix(index, measured)
    assert "the page counts in another way here" in other.err and not other.out


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ({"exact": False}, "no convention gives it exactly"),
        ({"input": [1, 3, 256, 326]}, "would mean another input here"),
        ({"network": "other"}, "the name leads to another network"),
        ({"convention": "nothing"}, "there is no counting rule 'nothing'"),
    ],
)
def test_a_convention_that_is_not_sure_is_not_written(
    fix: Fix, index: Path, cause: dict[str, Any], said: str
) -> None:
    known = {
        "kind": "flops-convention", "convention": "thop-early", "framing": "resized",
        "input": [1, 3, 224, 285], "value": 5_300_000_000, "exact": True,
    }  # fmt: skip
    measured = {("one", Metric.FLOPS): Decimal(4_091_699_200)}
    outcome = fix(index, measured, "--flops", "convention", cause=known | cause)
    assert not outcome.out and said in outcome.err


def weights(url: str = "https://example.org/one-01234567.pth") -> WeightsFile:
    return WeightsFile(Path(), url, Digest.parse(WHOLE), 5, "prefix")


def test_a_whole_digest_is_added_where_the_page_has_none(fix: Fix, index: Path) -> None:
    place = read_index(index).entries[0].location
    subject = SubjectRecord("one", "timm 1.0.31 one", place, weights())
    outcome = fix(index, {}, "--pin", "--write", subjects=[subject])
    assert outcome.code == 0, outcome.err
    line = '    File Size: "1,000"\n'
    assert (index / "page.md").read_text() == PAGE.replace(line, f"{line}    SHA256: {WHOLE}\n")
    assert "nothing to write" in fix(index, {}, "--pin", subjects=[subject]).err
    other = replace(subject, weights=weights("https://example.org/other.pth"))
    (index / "page.md").write_text(PAGE)
    assert "from another URL" in fix(index, {}, "--pin", subjects=[other]).err


def test_what_was_measured_of_another_file_is_not_written_though_nobody_asked_for_its_digest(
    fix: Fix, index: Path
) -> None:
    place, other = read_index(index).entries[0].location, Digest("sha256", "ab" * 32)
    subject = SubjectRecord("one", "timm 1.0.31 one", place, replace(weights(), digest=other))
    size = {("one", Metric.FILE_SIZE): Decimal(7)}
    outcome = fix(index, size, "--pin", subjects=[subject])
    said = "left alone: one file-size, one SHA256: the weights are not the file that the page means"
    assert said in outcome.err and not outcome.out


@pytest.mark.parametrize(
    ("key", "used", "said"),
    [
        ("crop-pct", 0.875, "it was measured with crop-pct 0.875, and the page says 0.9"),
        ("crop-pct", 0.9, ""),
        ("interpolation", "nearest", ""),  # the page does not say
    ],
)
def test_an_accuracy_under_other_preprocessing_than_the_page_has_now_is_not_written(
    fix: Fix, index: Path, key: str, used: object, said: str
) -> None:
    place = read_index(index).entries[0].location
    subject = SubjectRecord("one", "timm 1.0.31 one", place, None, {key: used})
    outcome = fix(index, {("one", Metric.TOP_1): Decimal("79.1234")}, subjects=[subject])
    assert said in outcome.err and bool(outcome.out) is (said == "")


def test_an_accuracy_on_other_pictures_than_the_page_declares_is_not_written(
    zoo: Zoo, tmp_path: Path
) -> None:
    page = tmp_path / "a.yml"
    page.write_text(
        "Models:\n- Name: m\n  Source: {Type: timm, Reference: m}\n  Results:\n  - Task: t\n"
        f"    Dataset: D\n    Dataset Fingerprint: {WHOLE}\n    Metrics: {{Top 1 Accuracy: 80%}}\n"
    )
    (entry,) = read_index(page).entries
    subject = SubjectRecord("m", "timm 1.0.31 m", entry.location, None)
    for fingerprint, said in ((WHOLE, "1 change"), ("sha256:" + "ab" * 32, "other pictures")):
        measured, pictures = {("m", Metric.TOP_1): Decimal(70)}, {"fingerprint": fingerprint}
        run = run_on(page, measured, conditions=pictures, subjects=[subject])
        (tmp_path / "run.json").write_text(to_json(run))
        assert said in zoo("fix", tmp_path / "run.json", "--index", page).err


@pytest.mark.parametrize(
    ("name", "text", "fixed"),
    [
        (
            "a.json",
            '{"Models": [{"Name": "m", "Metadata": {"Parameters": 10, "FLOPs": 7}}]}',
            ('"Parameters": 10', '"Parameters": 12'),
        ),
        (
            "a.yml",
            "Models:\n- {Name: m, Metadata: {Parameters: 10}}",
            ("Parameters: 10", "Parameters: 12"),
        ),
        ("a.md", "---\nModels:\n- Name: m\n  Metadata:\n    parameters: 10\n---\n", ("10", "12")),
        (
            "a.mdx",
            "<!--\nType: model-index\nModels: [{Name: m, Metadata: {Parameters: '10'}}] -->\n",
            ("'10'", "'12'"),
        ),
    ],
)
def test_every_dialect_keeps_its_form(
    fix: Fix, tmp_path: Path, name: str, text: str, fixed: tuple[str, str]
) -> None:
    page = tmp_path / name
    page.write_text(text)
    outcome = fix(page, {("m", Metric.PARAMETERS): Decimal(12)}, "--write")
    assert outcome.code == 0, outcome.err
    assert page.read_text() == text.replace(*fixed)


@pytest.mark.parametrize(
    ("name", "text", "added"),
    [
        (
            "a.json",
            '{"Models": [{"Name": "m", "Metadata": {\n  "FLOPs": 70,\n  "Image Size": 8\n}}]}',
            ("70,\n", '70,\n  "FLOPs Convention": "thop",\n'),
        ),
        (
            "b.json",
            '{"Models": [{"Name": "m", "Metadata": {"Image Size": 8, "FLOPs": 70}}]}',
            ("70", '70, "FLOPs Convention": "thop"'),
        ),
        (
            "a.yml",
            "Models: [{Name: m, Metadata: {FLOPs: 70, Image Size: 8}}]",
            ("70", "70, FLOPs Convention: thop"),
        ),
        (
            "b.yml",
            "Models:\n- Name: m\n  Metadata:\n    Image Size: 8\n    FLOPs: 70",
            ("70", "70\n    FLOPs Convention: thop"),
        ),
    ],
)
def test_a_key_is_added_in_the_form_of_its_neighbours(
    fix: Fix, tmp_path: Path, name: str, text: str, added: tuple[str, str]
) -> None:
    page = tmp_path / name
    page.write_text(text)
    cause = {
        "kind": "flops-convention", "convention": "thop", "framing": "declared",
        "input": [1, 3, 8, 8], "value": 70, "exact": True,
    }  # fmt: skip
    measured = {("m", Metric.FLOPS): Decimal(90)}
    outcome = fix(page, measured, "--flops", "convention", "--write", cause=cause)
    assert outcome.code == 0, outcome.err
    assert page.read_text() == text.replace(*added)


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("{Parameters: &p 10}", "it is an anchor that aliases repeat"),
        ('{Parameters: "1\\u0030"}', "it is not written on one line as it is meant"),
        ("\n    Parameters: |\n      10\n", "it is written as a block of text"),
    ],
)
def test_a_value_that_cannot_be_replaced_by_itself_is_left(
    fix: Fix, tmp_path: Path, metadata: str, said: str
) -> None:
    page = tmp_path / "a.yml"
    page.write_text(f"Models:\n- Name: m\n  Metadata: {metadata}\n")
    before = page.read_bytes()
    outcome = fix(page, {("m", Metric.PARAMETERS): Decimal(12)}, "--write")
    assert page.read_bytes() == before and said in outcome.err


def test_an_inherited_value_changes_only_where_all_heirs_agree(fix: Fix, index: Path) -> None:
    crop = {("one", Metric.CROP_PCT): Decimal("0.95")}
    outcome = fix(index, crop, "--only", "preprocessing")
    assert "it is inherited by two, too" in outcome.err and not outcome.out
    differ = crop | {("two", Metric.CROP_PCT): Decimal("0.8")}
    outcome = fix(index, differ, "--only", "preprocessing")
    assert "which differ in it" in outcome.err and not outcome.out
    agree = crop | {("two", Metric.CROP_PCT): Decimal("0.95")}
    outcome = fix(index, agree, "--only", "preprocessing", "--write")
    assert (index / "page.md").read_text() == PAGE.replace("0.9  #", "0.95  #")


def test_a_value_in_an_imported_file_is_changed_there(fix: Fix, tmp_path: Path) -> None:
    page, more = tmp_path / "a.yml", tmp_path / "metadata.yml"
    page.write_text("Models:\n- Name: m\n  Metadata: metadata.yml\n")
    more.write_text("Parameters: 10\n")
    outcome = fix(page, {("m", Metric.PARAMETERS): Decimal(12)}, "--write")
    assert outcome.code == 0 and more.read_text() == "Parameters: 12\n"


def test_what_is_not_certain_is_left_alone_and_said(fix: Fix, index: Path) -> None:
    alias = {"cause": {"kind": "alias", "resolves_to": "other"}}
    part = {"conditions": {"interval": [1, 2], "population": 9}}
    assert "another network" in fix(index, {("one", Metric.PARAMETERS): Decimal(1)}, **alias).err
    assert "a part of the pictures" in fix(index, {("one", Metric.TOP_1): Decimal(1)}, **part).err
    digest = {("one", Metric.WEIGHTS_DIGEST): Digest("sha256", "ab" * 32)}
    size = digest | {("one", Metric.FILE_SIZE): Decimal(7)}
    assert "not the file that the page means" in fix(index, size).err
    named = fix(index, digest, "--only", "weights-digest")
    assert "in the name of the file" in named.err and not named.out


def test_what_is_written_on_request_alone_says_so_unless_rules_were_named(
    fix: Fix, index: Path
) -> None:
    measured = {
        ("one", Metric.CROP_PCT): Decimal("0.95"),
        ("two", Metric.CROP_PCT): Decimal("0.95"),
    }
    said = "left alone: one crop-pct, two crop-pct: it is written on request alone: --only preproc"
    outcome = fix(index, measured)
    assert said in outcome.err and not outcome.out
    assert "left alone" not in fix(index, measured, "--only", "flops").err
    assert "+    Crop Pct: 0.95" in fix(index, measured, "--only", "preprocessing").out


def test_of_two_claims_that_say_the_same_the_one_that_is_meant_is_changed(
    fix: Fix, zoo: Zoo, tmp_path: Path
) -> None:
    result = "  - {{Task: t, Dataset: {}, Metrics: {{Top 1 Accuracy: 80.26%}}}}\n"
    page = tmp_path / "a.yml"
    page.write_text(f"Models:\n- Name: m\n  Results:\n{result.format('A')}{result.format('B')}")
    run = run_on(page, {("m", Metric.TOP_1): Decimal("79.1234")})
    (tmp_path / "run.json").write_text(to_json(replace(run, findings=run.findings[-1:])))
    outcome = zoo("fix", tmp_path / "run.json", "--index", page, "--write")
    assert outcome.code == 0
    assert page.read_text().endswith(
        result.format("A") + result.format("B").replace("80.26", "79.12")
    )


def test_of_two_claims_on_one_dataset_that_say_the_same_none_is_guessed(
    zoo: Zoo, tmp_path: Path
) -> None:
    result = "  - {{Task: t, Dataset: A, Metrics: {{Top 1 Accuracy: {}%}}}}\n"
    page = tmp_path / "a.yml"
    page.write_text(f"Models:\n- Name: m\n  Results:\n{result.format('80.26') * 2}")
    run = run_on(page, {("m", Metric.TOP_1): Decimal("79.1234")})
    (tmp_path / "run.json").write_text(to_json(replace(run, findings=run.findings[-1:])))
    outcome = zoo("fix", tmp_path / "run.json", "--index", page)
    assert "+" + result.format("79.12") in outcome.out
    results = result.format("80.26") + result.format("50") + result.format("80.26")
    page.write_text(f"Models:\n- Name: m\n  Results:\n{results}")
    moved = zoo("fix", tmp_path / "run.json", "--index", page)
    assert moved.out == ""
    assert "it is not clear which is meant" in moved.err


def test_what_no_text_can_say_is_left(fix: Fix, index: Path) -> None:
    page = index / "page.md"
    page.write_text(PAGE.replace("Crop Pct: 0.9 ", "Mean: [0.5, 0.5, 0.5] "))
    third = (Decimal("0.1"),) * 3
    measured = {("one", Metric.MEAN): third, ("two", Metric.MEAN): third}
    outcome = fix(index, measured, "--only", "preprocessing")
    assert "which is nothing to write there" in outcome.err and not outcome.out


def test_a_convention_that_is_mistyped_on_the_page_is_said(fix: Fix, index: Path) -> None:
    page = index / "page.md"
    page.write_text(PAGE.replace("{FLOPs: 1000,", "{FLOPs: 1000, FLOPs Convention: fvcor,"))
    outcome = fix(index, {("two", Metric.FLOPS): Decimal(2000)})
    assert "fvcor" in outcome.err and not outcome.out


def test_the_index_that_comes_with_zoo_is_not_written_to(
    zoo: Zoo, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run.json").write_text(to_json(run_on(index, ALL)))
    outcome = zoo("fix", tmp_path / "run.json", "--write")
    assert outcome.code == 2
    assert "the index is the one that comes with zoo: it is not written to" in outcome.err


def test_a_declared_digest_is_replaced_only_on_request(fix: Fix, tmp_path: Path) -> None:
    page = tmp_path / "a.yml"
    page.write_text(f"Models:\n- Name: m\n  Metadata: {{SHA256: '{WHOLE}'}}\n  Weights: file:x\n")
    digest = {("m", Metric.WEIGHTS_DIGEST): Digest.parse("sha256:" + "cd" * 32)}
    assert not fix(page, digest).out
    fix(page, digest, "--only", "weights-digest", "--write")
    assert f"SHA256: 'sha256:{'cd' * 32}'" in page.read_text()


def test_a_run_of_another_index_is_said_and_changes_nothing(
    zoo: Zoo, index: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run.json"
    run.write_text(to_json(run_on(index, ALL)))
    page = index / "page.md"
    page.write_text(PAGE.replace("5.3 G", "6 G").replace("Name: two", "Name: three"))
    outcome = zoo("fix", run, "--index", index, "--only", "flops", "--write")
    assert "the Run is of another index: 5,300,000,000 was claimed there" in outcome.err
    assert "two flops: the index has no such model" in outcome.err
    assert "6 G" in page.read_text()


@pytest.fixture
def of(fix: Fix, tmp_path: Path) -> Fix:
    """Fix the page of a model by a Run in which something was tested under its name."""
    page = tmp_path / "a.yml"

    def call(tested: str, url: str, source: str = "timm") -> Outcome:
        page.write_text(
            f"Models:\n- Name: m\n  Source: {{Type: {source}, Reference: 'zoo.demo:digits'}}\n"
            "  Metadata: {Parameters: 10}\n  Weights: file:a.bin\n"
        )
        subject = SubjectRecord("m", tested, read_index(page).entries[0].location, weights(url))
        return fix(page, {("m", Metric.PARAMETERS): Decimal(12)}, subjects=[subject])

    return call


@pytest.mark.parametrize(
    ("tested", "url", "said"),
    [
        ("timm 1.0.31 resnet18", "file:a.bin", "it built timm 1.0.31 resnet18, and the page names"),
        ("python zoo.demo:digits", "file:a.bin", "it built python zoo.demo:digits, and the page"),
        ("timm zoo.demo:digits", "file:b.bin", "its weights are from another URL"),
    ],
)
def test_what_was_measured_of_another_network_or_file_is_not_written(
    of: Fix, tested: str, url: str, said: str
) -> None:
    outcome = of(tested, url)
    assert f"left alone: m parameters: the Run is of another index: {said}" in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize("kind", SOURCES)
def test_a_network_is_the_same_in_every_version_of_what_builds_it(of: Fix, kind: str) -> None:
    described = SOURCES[kind].describe(
        SourceSpec(kind, "zoo.demo:digits", {}, Location("a.yml", 1, 1))
    )
    for tested in (described, re.sub(r"\d+", "0", described), f"{kind} zoo.demo:digits"):
        assert "+  Metadata: {Parameters: 12}" in of(tested, "file:a.bin", kind).out


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.UNDECIDED, Verdict.PASS, Verdict.SKIP])
def test_only_what_fails_is_fixed(zoo: Zoo, index: Path, tmp_path: Path, verdict: Verdict) -> None:
    run = run_on(index, ALL)
    others = tuple(replace(finding, verdict=verdict) for finding in run.findings)
    (tmp_path / "run.json").write_text(to_json(replace(run, findings=others)))
    outcome = zoo("fix", tmp_path / "run.json", "--index", index)
    assert (outcome.code, outcome.out) == (0, "")


def test_a_file_that_would_not_read_as_it_should_is_not_touched(
    fix: Fix, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoo.fixing.source import Edit, Source

    monkeypatch.setattr(Source, "replacing", lambda self, at, old, new: Edit(0, 0, "x\n"))
    outcome = fix(index, ALL, "--write")
    assert outcome.code == 1 and "would not read as it should" in outcome.err
    assert (index / "page.md").read_text() == PAGE


def test_a_file_that_somebody_changes_meanwhile_is_left(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoo.cli._rewriting import rewrite
    from zoo.errors import UsageError

    page = index / "page.md"
    with pytest.raises(UsageError, match="has changed in the meantime"):
        rewrite(page, b"something else", b"new")
    assert page.read_text() == PAGE and len(list(index.iterdir())) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--only", "flop"), "did you mean flops?"), (("--only", "layers"), "cannot be mended")],
)
def test_rules_that_no_value_mends_are_refused(
    fix: Fix, index: Path, options: tuple[str, ...], said: str
) -> None:
    outcome = fix(index, ALL, *options)
    assert outcome.code == 2 and said in outcome.err


def test_the_whole_way_from_verify_to_a_page_that_holds(
    zoo: Zoo, digits: Digits, tmp_path: Path
) -> None:
    digits.replace("File Size: 99744", "File Size: 99745")
    where = ("--index", digits.folder)
    only = ("digits", *where, "--only", "file-size,weights-digest")
    zoo("verify", *only, "--format", "json", "-o", tmp_path / "run.json")
    assert zoo("fix", tmp_path / "run.json", *where, "--write").code == 0
    assert zoo("verify", *only).code == 0
