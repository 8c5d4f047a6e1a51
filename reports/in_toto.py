"""Statements of in-toto, to be signed: for each weights file, which claims about it hold.

Each is a Statement v1 with a predicate test-result v0.1 whose subject is the SHA-256 of the file
that was tested (https://in-toto.io/attestation/test-result/v0.1). It is FAILED if a claim is wrong,
PASSED only if every claim was tested and holds, and WARNED in between: what was not tested, could
not be told or is undecided stands among the warned tests with its verdict, so that no statement
says more than the Run, whose own digest is the statement's configuration.

What the baseline knows stays FAILED, under the same name: a statement is about the file, for those
who may not know the baseline nor who wrote it, and a claim about it is as wrong as before. The
names of such tests are noted at the configuration. An outdated entry of the baseline is about no
file, and stands in the Run alone.

A model without weights has no digest to speak of, and so no statement; the index names it. What no
check can read off a file, such as a learning rate, is no test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from zoo import escape
from zoo.claims import file_name
from zoo.findings import Finding, Verdict, by_model
from zoo.reports import Report, Style, _words, json
from zoo.reports._identity import names
from zoo.run import Run, SubjectRecord

LISTS = {
    Verdict.PASS: "passedTests",
    Verdict.FAIL: "failedTests",
    Verdict.UNDECIDED: "warnedTests",
    Verdict.ERROR: "warnedTests",
    Verdict.SKIP: "warnedTests",
}


def render(run: Run, style: Style) -> dict[str, str]:
    """Return ``index.json``, and a statement for each digest, named after it."""
    models = by_model(finding for finding in run.findings if finding.is_claim)
    subjects = {subject.model: subject for subject in run.subjects}
    together: dict[str, list[SubjectRecord]] = {}
    without = []
    for model in models:
        subject = subjects.get(model)
        if subject is None or subject.weights is None:
            without.append(model)
        else:
            together.setdefault(subject.weights.digest.hex, []).append(subject)
    evidence = _evidence(run)
    files = {f"sha256-{digest}.json": sharing for digest, sharing in together.items()}
    index = {
        "statements": {
            file: [_words.name(s.model) for s in sharing] for file, sharing in files.items()
        },
        "without_weights": list(map(_words.name, without)),
    }
    statements = {file: _statement(sharing, models, evidence) for file, sharing in files.items()}
    pages = {"index.json": index, **statements}
    return {name: escape.as_json(page) for name, page in pages.items()}


def _evidence(run: Run) -> dict[str, Any]:
    """Return what the statements rest on: the Run, as ``--format json`` writes it."""
    (document,) = json.render(run, Style()).values()
    return {
        "name": "run.json",
        "digest": {"sha256": sha256(document.encode()).hexdigest()},
        "mediaType": "application/json",
        "annotations": {"zoo": _words.name(run.version), "started": run.started},
    }


def _statement(
    sharing: list[SubjectRecord], models: dict[str, list[Finding]], evidence: dict[str, Any]
) -> dict[str, Any]:
    weights = sharing[0].weights
    assert weights is not None
    name = escape.line(escape.short(file_name(weights.url), _words.LONGEST_NAME))
    findings = [finding for subject in sharing for finding in models[subject.model]]
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name or "weights", "digest": {"sha256": weights.digest.hex}}],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": _result(findings),
            "configuration": [_noting(evidence, sharing, models)],
            **_lists([models[subject.model] for subject in sharing]),
        },
    }


def _noting(
    evidence: dict[str, Any], sharing: list[SubjectRecord], models: dict[str, list[Finding]]
) -> dict[str, Any]:
    """Return the evidence with a note of the tests that the baseline knows, where it knows any."""
    known = [test for s in sharing for finding, test in _tests(models[s.model]) if finding.known]
    noted = evidence["annotations"] | ({"known": known} if known else {})
    return evidence | {"annotations": noted}


def _result(findings: Sequence[Finding]) -> str:
    verdicts = {finding.verdict for finding in findings}
    if Verdict.FAIL in verdicts:
        return "FAILED"
    return "PASSED" if verdicts == {Verdict.PASS} else "WARNED"


def _lists(models: list[list[Finding]]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for findings in models:
        for finding, test in _tests(findings):
            told = LISTS[finding.verdict]
            lists[told].append(f"{test}: {finding.verdict}" if told == "warnedTests" else test)
    return lists


def _tests(findings: list[Finding]) -> Iterator[tuple[Finding, str]]:
    """Yield the findings of a model with the names of their tests."""
    for finding, name in zip(findings, names(findings), strict=True):
        yield finding, f"{_words.name(finding.model)} {_words.name(name)}"


REPORT = Report(render, many=True)
