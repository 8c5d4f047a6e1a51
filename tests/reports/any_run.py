"""Strategies for any Run that the schema allows."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from tests.reports.hostile import KINDS
from zoo.claims import Digest, Location
from zoo.findings import Finding, Known, Verdict
from zoo.run import Outdated, Run, SubjectRecord, WeightsFile

TEXT = st.text(st.characters())
VALUE = st.none() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
LOCATION = st.builds(Location, TEXT, st.integers(1, 9), st.integers(1, 9), TEXT)
CLAIMED = VALUE | TEXT | st.lists(TEXT | st.floats(allow_nan=False, allow_infinity=False))
FINDING = st.builds(
    Finding,
    rule=st.sampled_from(["flops", "accuracy", "not-checkable", "x-1"]),
    model=st.sampled_from(["a", "b"]) | TEXT,
    metric=st.sampled_from(["flops", "top-1", None]) | TEXT,
    verdict=st.sampled_from(Verdict),
    message=TEXT,
    location=LOCATION,
    claimed=CLAIMED,
    measured=CLAIMED,
    deviation=VALUE,
    tolerance=st.none() | st.just({"absolute": 0.1, "relative": 0}),
    unit=st.sampled_from(["%", ""]) | TEXT,
    method=TEXT,
    conditions=st.dictionaries(TEXT, CLAIMED),
    hint=TEXT,
    cause=st.none() | st.dictionaries(TEXT, CLAIMED),
    known=st.none() | st.builds(Known, TEXT, LOCATION, TEXT, TEXT),
    dataset=st.just("") | TEXT,
)
OUTDATED = st.builds(Outdated, st.sampled_from(KINDS), TEXT, TEXT, TEXT, LOCATION)
DIGEST = st.builds(Digest, st.just("sha256"), st.text("0123456789abcdef", min_size=64, max_size=64))
WEIGHTS = st.builds(
    lambda url, digest, assurance: {"url": url, "digest": digest, "assurance": assurance},
    TEXT,
    DIGEST,
    st.sampled_from(["sha256", "prefix", "unpinned", "mismatch"]),
)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Make any Run that the schema allows."""
    findings = draw(st.lists(FINDING, max_size=6))
    models = dict.fromkeys(
        [finding.model for finding in findings] + draw(st.lists(TEXT, max_size=1))
    )
    subjects = []
    for model in models:
        said = draw(st.none() | WEIGHTS)
        weights = said and WeightsFile(Path(), size=draw(st.integers(0, 2**50)), **said)
        settings = draw(st.none() | st.dictionaries(TEXT, CLAIMED))
        subjects.append(SubjectRecord(model, draw(TEXT), draw(LOCATION), weights or None, settings))
    environment = draw(st.dictionaries(TEXT, VALUE | TEXT).filter(lambda e: "packages" not in e))
    return Run(
        draw(TEXT),
        "2026-01-02T03:04:05Z",
        environment,
        tuple(subjects),
        tuple(findings),
        tuple(draw(st.lists(TEXT, max_size=2))),
        tuple(draw(st.lists(OUTDATED, max_size=4))),
    )
