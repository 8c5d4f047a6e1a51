"""SARIF 2.1.0, as code scanning reads it: what stands open, at the claim's own line.

FAIL is a result of level ``error`` and ERROR one of level ``warning``: if it were left out, an
alert of a wrong claim would be closed as mended on the day on which its weights cannot be had.
UNDECIDED is a result of kind ``open``, which the specification has for just that (3.27.9), and
which then must have the level ``none``. PASS is no result: code scanning does not know kinds
(https://github.com/microsoft/PSRule/issues/955) and would show it as a defect. SKIP is none
either, since nothing was evaluated; what was not tested is told in notifications instead.

``partialFingerprints`` names the claim, whatever its line and its value. GitHub's upload action
computes ``primaryLocationLineHash`` itself, and warns of every one that is not what it computes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from zoo import escape
from zoo.findings import Finding, Verdict
from zoo.reports import Report, Style, _words
from zoo.reports._identity import fingerprint, gravest, named
from zoo.reports.json import write
from zoo.run import Run, exit_code

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
MOST_RESULTS = 25_000  # of one run; GitHub refuses a file with more
MOST_NOTIFICATIONS = 100
RESULTS = {
    Verdict.FAIL: {"level": "error"},
    Verdict.ERROR: {"level": "warning"},
    Verdict.UNDECIDED: {"kind": "open", "level": "none"},
}
Pairs = Sequence[tuple[Finding, str]]


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the log as ``zoo.sarif``, the gravest results first."""
    found = gravest(pair for pair in named(run) if pair[0].verdict in RESULTS)
    shown, left_out = found[:MOST_RESULTS], found[MOST_RESULTS:]
    rules = sorted({finding.rule for finding, _ in shown})
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(run, rules)},
                "automationDetails": {"id": "zoo/verify/"},
                "invocations": [_invocation(run, left_out)],
                "columnKind": "unicodeCodePoints",
                "results": [_result(*pair, rules) for pair in shown],
            }
        ],
    }
    return {"zoo.sarif": write(log)}


def _driver(run: Run, rules: list[str]) -> dict[str, Any]:
    return {
        "name": "zoo",
        "version": _words.name(run.version),
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: str) -> dict[str, Any]:
    help_text = _words.meaning(rule)
    summary, _, argument = help_text.partition("\n\n")
    return {
        "id": rule,
        "shortDescription": _message(summary),
        "fullDescription": _message(argument or summary),
        "help": {"text": escape.sarif(help_text), "markdown": help_text},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["reproducibility"]},
    }


def _result(finding: Finding, name: str, rules: list[str]) -> dict[str, Any]:
    model, claim = _words.name(finding.model), _words.name(name)
    place = finding.location
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        **RESULTS[finding.verdict],
        "message": _message(f"{model} {claim}: {_words.message(finding)}"),
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(place.path),
                    "region": {"startLine": place.line, "startColumn": place.column},
                },
                "logicalLocations": [{"name": claim, "fullyQualifiedName": f"{model}/{claim}"}],
            }
        ],
        "partialFingerprints": {"zooClaim/v1": fingerprint(finding, name)},
        "properties": {
            "verdict": finding.verdict.value,
            "model": model,
            "claimed": _words.value(finding.claimed),
            "measured": _words.value(finding.measured),
            "unit": _words.value(finding.unit),
        },
    }


def _message(text: str) -> dict[str, str]:
    return {"text": escape.sarif(text)}


def _artifact(path: str) -> dict[str, str]:
    """Return where a file is: below the root of the sources, where its path is relative."""
    uri = quote(path, safe="/", errors="replace")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _invocation(run: Run, left_out: Pairs) -> dict[str, Any]:
    told = [_left_out(left_out)] if left_out else []
    return {
        "executionSuccessful": True,
        "exitCode": exit_code(run),
        "startTimeUtc": run.started,
        "toolExecutionNotifications": told + _untested(run),
    }


def _left_out(pairs: Pairs) -> dict[str, Any]:
    counts = Counter(finding.verdict.value for finding, _ in pairs)
    said = ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items())
    return _notification("warning", f"more than {MOST_RESULTS:,} results: {said} left out")


def _untested(run: Run) -> list[dict[str, Any]]:
    """Return a notification for each reason why claims were not tested."""
    skipped = (finding for finding in run.findings if finding.verdict is Verdict.SKIP)
    reasons = Counter(_words.reason(finding) for finding in skipped)
    told = [
        _notification(
            "note",
            f"{count:,} not tested: {escape.terminal(escape.short(message, _words.LONGEST))}"
            + (f"\n→ {escape.terminal(escape.short(hint, _words.LONGEST))}" if hint else ""),
        )
        for (message, hint), count in reasons.most_common(MOST_NOTIFICATIONS)
    ]
    if rest := sum(reasons.values()) - sum(n for _, n in reasons.most_common(MOST_NOTIFICATIONS)):
        told.append(_notification("note", f"{rest:,} more not tested, for other reasons"))
    return told


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": _message(text)}


REPORT = Report(render)
