"""A Run on disk is the evidence: what is written is read back, and nothing else is read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from zoo.claims import Digest, Location
from zoo.errors import UsageError
from zoo.evidence import from_json, to_json
from zoo.findings import Finding, Verdict
from zoo.run import Run, SubjectRecord, WeightsFile, exit_code, merge
from zoo.schemas import load

PLACE = Location("model-index/résumé.md", 112, 9, "/Models/0/Metadata/FLOPs")
WEIGHTS = WeightsFile(
    Path(), "https://example.org/a.pth", Digest("sha256", "ab" * 32), 17, "prefix"
)


def found(verdict, **more):
    return Finding("flops", "tiny", "flops", verdict, "a message", PLACE, **more)


RUN = Run(
    version="1.2.3",
    started="2026-01-02T03:04:05Z",
    environment={"python": "3.11.7", "packages": {"torch": "2.10.0"}},
    subjects=(
        SubjectRecord(
            "tiny", "timm resnet18", PLACE, WEIGHTS, {"image-size": 224, "mean": [0.5]}, "Tiny Nets"
        ),
        SubjectRecord("bare", "python pkg:build", PLACE),
    ),
    findings=(
        found(
            Verdict.FAIL,
            claimed=20161904304,
            measured=15753243852,
            deviation=-4408660452,
            tolerance={"absolute": 0, "relative": 0.01},
            unit="multiply-adds",
            method="counted",
            conditions={"input": [1, 3, 224, 224], "device": "cpu"},
            hint="see the cause",
            cause={"kind": "flops-convention", "exact": True},
        ),
        found(Verdict.PASS, claimed=[0.485, 0.456], measured="— “text” \u2028", deviation=0.1),
        replace(found(Verdict.SKIP), metric=None),
    ),
    arguments=("--dataset", "ImageNet=/a b", "--trust-python"),
)


def test_a_run_is_read_back_as_it_was_written():
    assert from_json(to_json(RUN), "run.json") == RUN


def test_a_run_satisfies_its_schema():
    schema = load("run")
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(to_json(RUN)))


def test_a_run_from_before_collections_and_arguments_is_read():
    document = json.loads(to_json(RUN))
    del document["arguments"]
    for subject in document["subjects"]:
        del subject["collection"]
    run = from_json(json.dumps(document), "run.json")
    assert run.arguments == ()
    assert {subject.collection for subject in run.subjects} == {""}
    assert run.findings == RUN.findings


def test_an_empty_run_is_a_run():
    empty = Run("1", "2026-01-02T03:04:05Z", {}, (), ())
    assert from_json(to_json(empty), "run.json") == empty


def test_the_same_run_is_written_to_the_same_bytes():
    assert to_json(RUN) == to_json(from_json(to_json(RUN), "run.json"))
    assert to_json(RUN).endswith("}\n")


def test_a_run_counts_its_findings_by_verdict():
    assert RUN.summary == {"pass": 1, "fail": 1, "undecided": 0, "error": 0, "skip": 1}
    assert json.loads(to_json(RUN))["summary"] == RUN.summary


def test_a_number_that_json_has_not_is_never_written():
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json(replace(RUN, findings=(found(Verdict.FAIL, measured=float("nan")),)))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_is_none_is_refused(number):
    text = to_json(RUN).replace("15753243852", number)
    with pytest.raises(UsageError, match=r"^run.json is not JSON: "):
        from_json(text, "run.json")


@pytest.mark.parametrize(
    "text",
    ["", "{", "not JSON", "{'a': 1}", "[" * 100_000, "\ufeff{}", "1" * 5000 + "!", '{"a": 1,}'],
)
def test_what_is_not_json_is_refused(text):
    with pytest.raises(UsageError, match=r"^run.json is not JSON: "):
        from_json(text, "run.json")


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "1",
        1,
        {},
        {"schema_version": "2"},
        {"schema_version": 1},
        {"schema_version": None},
    ],
)
def test_a_document_of_another_kind_or_version_is_refused(document):
    with pytest.raises(UsageError, match=r"^run.json is not a Run of schema version 1$") as error:
        from_json(json.dumps(document), "run.json")
    assert "'zoo verify --format json -o FILE'" in error.value.hint


def spoiled(path, value=...):
    """Return the Run's document with one value replaced, or left out."""
    document = json.loads(to_json(RUN))
    *steps, last = path
    part = document
    for step in steps:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (["tool"], "/"),
        (["findings"], "/"),
        (["summary", "pass"], "/summary"),
        (["subjects", 0, "weights", "size"], "/subjects/0/weights"),
        (["findings", 0, "rule"], "/findings/0"),
        (["findings", 1, "location", "line"], "/findings/1/location"),
    ],
)
def test_a_field_that_is_missing_is_named_by_its_place(path, place):
    with pytest.raises(UsageError) as error:
        from_json(spoiled(path), "run.json")
    assert error.value.message == f"run.json is not a Run: {place} breaks the rule 'required'"


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["started"], "yesterday", "/started"),
        (["extra"], 1, "/"),
        (["tool", "name"], "rival", "/tool/name"),
        (["findings", 0, "verdict"], "MAYBE", "/findings/0/verdict"),
        (["findings", 0, "rule"], "Not Kebab", "/findings/0/rule"),
        (["findings", 0, "claimed"], {"a": 1}, "/findings/0/claimed"),
        (["findings", 0, "tolerance", "absolute"], -1, "/findings/0/tolerance/absolute"),
        (["findings", 0, "location", "line"], 0, "/findings/0/location/line"),
        (["subjects", 0, "weights", "sha256"], "ab", "/subjects/0/weights/sha256"),
        (["subjects", 0, "weights", "assurance"], "hope", "/subjects/0/weights/assurance"),
        (["subjects", 0, "preprocessing"], 1, "/subjects/0/preprocessing"),
        (["subjects", 0, "collection"], None, "/subjects/0/collection"),
        (["arguments"], "--offline", "/arguments"),
        (["arguments", 0], 1, "/arguments/0"),
    ],
)
def test_a_field_of_another_kind_is_named_by_its_place(path, value, place):
    with pytest.raises(UsageError) as error:
        from_json(spoiled(path, value), "run.json")
    assert error.value.message.startswith(f"run.json is not a Run: {place} breaks the rule ")


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.text()
    | JSON.map(json.dumps)
    | JSON.map(lambda part: spoiled(["findings", 0, "measured"], part))
)
def test_any_text_is_a_run_or_refused(text):
    try:
        run = from_json(text, "run.json")
    except UsageError as error:
        assert error.message.startswith("run.json is not ")
    else:
        assert from_json(to_json(run), "run.json") == run


@given(st.dictionaries(st.text(), JSON, max_size=4), st.none() | NUMBERS | st.text())
def test_conditions_and_values_are_read_back_whatever_they_are(conditions, claimed):
    run = replace(RUN, findings=(found(Verdict.PASS, conditions=conditions, claimed=claimed),))
    assert from_json(to_json(run), "run.json") == run


PASS, FAIL, UNDECIDED, ERROR, SKIP = Verdict


@pytest.mark.parametrize(
    ("verdicts", "code", "strict_code"),
    [
        ([], 5, 5),
        ([PASS], 0, 0),
        ([PASS, SKIP], 0, 4),
        ([SKIP], 0, 4),
        ([UNDECIDED], 0, 4),
        ([PASS, UNDECIDED, SKIP], 0, 4),
        ([ERROR], 4, 4),
        ([PASS, ERROR, SKIP], 4, 4),
        ([FAIL], 1, 1),
        ([ERROR, FAIL], 1, 1),
        ([PASS, FAIL, UNDECIDED, ERROR, SKIP], 1, 1),
    ],
)
def test_the_exit_code_says_the_worst_that_was_found(verdicts, code, strict_code):
    run = replace(RUN, findings=tuple(map(found, verdicts)))
    assert exit_code(run) == code
    assert exit_code(run, strict=True) == strict_code


def test_runs_are_merged_in_their_order_under_the_first_ones_record():
    error = replace(found(Verdict.ERROR), model="other")
    other = replace(RUN, version="9", subjects=RUN.subjects[:1], findings=(error,))
    merged = merge([RUN, other])
    assert (merged.version, merged.started) == (f"{RUN.version}, 9", RUN.started)
    assert merged.subjects == RUN.subjects + other.subjects
    assert merged.findings == RUN.findings + other.findings
    assert merge([RUN]) == RUN


def test_merged_runs_keep_what_their_environments_have_in_common() -> None:
    later = replace(
        RUN,
        started="2027-01-01T00:00:00Z",
        environment={"python": "3.12.0", "packages": {"torch": "2.10.0"}},
        subjects=(),
        findings=tuple(replace(finding, model="other") for finding in RUN.findings),
    )
    both = merge([later, RUN])
    assert both.started == RUN.started
    assert both.environment == {"packages": {"torch": "2.10.0"}}
    assert len(both.findings) == 2 * len(RUN.findings)


def test_merged_runs_name_each_of_their_devices() -> None:
    there = replace(RUN, environment={"device": "cuda:0"}, subjects=(), findings=())
    here = replace(RUN, environment={"device": "cpu"})
    assert merge([here, there]).environment == {"device": "cpu, cuda:0"}
    assert merge([there, there]).environment == {"device": "cuda:0"}


def test_two_runs_about_one_model_are_not_merged() -> None:
    with pytest.raises(UsageError, match="two of the Runs are about"):
        merge([RUN, RUN])


def test_merged_runs_keep_the_arguments_that_each_was_made_with() -> None:
    findings = tuple(replace(finding, model="other") for finding in RUN.findings)
    other = replace(
        RUN, subjects=(replace(RUN.subjects[0], model="other"),), findings=findings, arguments=()
    )
    alike = merge([RUN, replace(other, arguments=RUN.arguments)])
    assert alike.arguments == RUN.arguments
    apart = merge([RUN, other])
    assert apart.arguments == ()
    assert [each.arguments for each in apart.subjects] == [RUN.arguments, RUN.arguments, ()]
    assert from_json(to_json(apart), "run.json") == apart
