"""JUnit XML, as CI servers read it: a suite for each model, a test for each of its claims.

The form is that of pytest's ``xunit2``, and file and line as GitLab and most other readers know
them (https://github.com/testmoapp/junitxml). FAIL is a failure and ERROR an error. UNDECIDED is a
skipped test whose message begins with that word: a failure would say that the claim is wrong, and
a passed test that it holds. What the baseline knows is a skipped test, as an expected failure is,
whose message begins with ``FAIL known``, and an entry of it that is outdated a failure of the suite
``baseline``. The message is in the body too, since GitLab shows only that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from zoo import escape
from zoo.findings import Finding, Verdict, by_model, show
from zoo.reports import Report, Style, _words, standing
from zoo.reports._identity import entries, names
from zoo.run import Run, SubjectRecord

OUTCOMES = {
    Verdict.FAIL: "failure",
    Verdict.ERROR: "error",
    Verdict.UNDECIDED: "skipped",
    Verdict.SKIP: "skipped",
}
COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the document as ``junit.xml``."""
    subjects = {subject.model: subject for subject in run.subjects}
    root = ElementTree.Element("testsuites", {"name": "zoo verify", **_totals(run)})
    for model, findings in by_model(run.findings).items():
        suite = _suite(root, _words.name(model), _counts(findings), run, subjects.get(model))
        for finding, name in zip(findings, names(findings), strict=True):
            _test(suite, finding, name, subjects.get(model))
    _baseline(root, run)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return {"junit.xml": f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'}


def _child(
    parent: ElementTree.Element, tag: str, attributes: Mapping[str, str], text: str = ""
) -> ElementTree.Element:
    """Add an element, every text of which XML can hold and a log can show."""
    safe = {name: escape.terminal(value) for name, value in attributes.items()}
    element = ElementTree.SubElement(parent, tag, safe)
    element.text = escape.terminal(text) or None
    return element


def _suite(
    root: ElementTree.Element,
    name: str,
    counts: Mapping[str, str],
    run: Run,
    subject: SubjectRecord | None = None,
) -> ElementTree.Element:
    suite = _child(root, "testsuite", {"name": name, **counts})
    suite.set("timestamp", run.started.removesuffix("Z"))
    _properties(suite, run, subject)
    return suite


def _counts(findings: Sequence[Finding]) -> dict[str, str]:
    outcomes = [_outcome(finding) for finding in findings]
    counts = {name: str(outcomes.count(outcome)) for name, outcome in COUNTED.items()}
    return {"tests": str(len(findings)), **counts}


def _totals(run: Run) -> dict[str, str]:
    counts = _counts(run.findings)
    more = {name: len(run.outdated) for name in ("tests", "failures")}
    return {name: str(int(count) + more.get(name, 0)) for name, count in counts.items()}


def _outcome(finding: Finding) -> str | None:
    outcome = OUTCOMES.get(finding.verdict)
    return "skipped" if outcome and finding.known else outcome


def _baseline(root: ElementTree.Element, run: Run) -> None:
    """Add a suite with a failure for each entry of the baseline that is outdated."""
    if not run.outdated:
        return
    count = str(len(run.outdated))
    counts = {"tests": count, "failures": count, "errors": "0", "skipped": "0"}
    suite = _suite(root, "baseline", counts, run)
    for entry, name in entries(run):
        place = {"file": _words.path(entry.location), "line": str(entry.location.line)}
        told = {"classname": "zoo/baseline", "name": _words.name(name)}
        test = _child(suite, "testcase", told | place)
        said = escape.line(escape.short(str(entry), _words.LONGEST))
        _child(test, "failure", {"type": entry.kind, "message": said}, said)


def _properties(suite: ElementTree.Element, run: Run, subject: SubjectRecord | None) -> None:
    said = {"zoo": run.version}
    if subject is not None:
        said["source"] = subject.source
        if subject.weights is not None:
            said["weights"] = subject.weights.url
            said["sha256"] = subject.weights.digest.hex
            said["assurance"] = subject.weights.assurance
    properties = _child(suite, "properties", {})
    for name, value in said.items():
        _child(properties, "property", {"name": name, "value": escape.short(value, _words.LONGEST)})


def _test(
    suite: ElementTree.Element, finding: Finding, name: str, subject: SubjectRecord | None
) -> None:
    place = finding.location
    attributes = {
        "classname": f"{_collection(subject)}/{_words.name(finding.model)}",
        "name": _words.name(name),
        "file": _words.path(place),
        "line": str(place.line),
    }
    test = _child(suite, "testcase", attributes)
    message = _words.message(finding)
    if outcome := _outcome(finding):
        verdict = finding.verdict.value
        said = f"{standing(finding)}: {message}" if outcome == "skipped" else message
        body = f"{said}\n{_words.path(place)}:{place.line}"
        first = said.partition("\n")[0]
        _child(test, outcome, {"type": verdict, "message": first}, body)
    if finding.method:
        told = message if finding.verdict is Verdict.PASS else ""
        _child(test, "system-out", {}, f"{told}\n{_method(finding)}".strip())


def _method(finding: Finding) -> str:
    conditions = (f"{name}: {show(value)}" for name, value in finding.conditions.items())
    return escape.short("\n".join([finding.method, *conditions]), _words.LONGEST)


def _collection(subject: SubjectRecord | None) -> str:
    """Return what stands before the model in a classname: the collection, where the Run has it."""
    return _words.name(subject.collection if subject and subject.collection else "zoo")


REPORT = Report(render)
