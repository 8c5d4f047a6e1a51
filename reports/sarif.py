"""SARIF 2.1.0, as code scanning reads it: what stands open, at the claim's own line.

FAIL is a result of level ``error`` and ERROR one of level ``warning``: if it were left out, an
alert of a wrong claim would be closed as mended on the day on which its weights cannot be had.
UNDECIDED is a result of kind ``open``, which the specification has for just that (3.27.9), and
which then must have the level ``none``. PASS is no result: code scanning does not know kinds
(https://github.com/microsoft/PSRule/issues/955) and would show it as a defect. SKIP is none
either, since nothing was evaluated; what was not tested is told in notifications instead.

What the baseline knows is a result that is suppressed, with the reason (3.35), so that no alert is
raised, and comes last; an entry of the baseline that is outdated is a result of the rule
``baseline`` at its line.

``partialFingerprints`` names the claim, whatever its line and its value. GitHub's upload action
computes ``primaryLocationLineHash`` itself, and warns of every one that is not what it computes.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

from zoo import escape
from zoo.claims import Location
from zoo.findings import Finding, Verdict
from zoo.reports import Report, Style, _words
from zoo.reports._identity import entries, fingerprint, fingerprint_of_entry, gravest, named
from zoo.run import Outdated, Run

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


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the log as ``zoo.sarif``, the gravest results first."""
    found = gravest(pair for pair in named(run) if pair[0].verdict in RESULTS)
    outdated = entries(run)
    room = max(0, MOST_RESULTS - len(outdated))
    shown = found[:room]
    left_out = Counter(finding.verdict.value for finding, _ in found[room:])
    left_out["outdated"] = len(outdated[MOST_RESULTS:])
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
                "results": [
                    *(_result(*pair, rules) for pair in shown),
                    *(_outdated(*pair, len(rules)) for pair in outdated[:MOST_RESULTS]),
                ],
            }
        ],
    }
    return {"zoo.sarif": escape.as_json(log)}


def _driver(run: Run, rules: list[str]) -> dict[str, Any]:
    return {
        "name": "zoo",
        "version": _words.name(run.version),
        "rules": [*(_rule(rule) for rule in rules), *([_BASELINE] if run.outdated else ())],
    }


def _rule(rule: str) -> dict[str, Any]:
    help_text = _words.meaning(rule)
    summary, _, argument = help_text.partition("\n\n")
    told = {"text": escape.sarif(help_text), "markdown": help_text}
    return _described(rule, summary, argument or summary, told)


def _described(rule: str, short: str, full: str, told: dict[str, str]) -> dict[str, Any]:
    return {
        "id": rule,
        "shortDescription": _message(short),
        "fullDescription": _message(full),
        "help": told,
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["reproducibility"]},
    }


def _result(finding: Finding, name: str, rules: list[str]) -> dict[str, Any]:
    model, claim = _words.name(finding.model), _words.name(name)
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        **RESULTS[finding.verdict],
        "message": _message(f"{model} {claim}: {_words.message(finding)}"),
        "locations": [
            {
                "physicalLocation": _physical(finding.location),
                "logicalLocations": [{"name": claim, "fullyQualifiedName": f"{model}/{claim}"}],
            }
        ],
        "partialFingerprints": {"zooClaim/v1": fingerprint(finding, name)},
        **_suppressions(finding),
        "properties": {
            "verdict": finding.verdict.value,
            "model": model,
            "claimed": _words.value(finding.claimed),
            "measured": _words.value(finding.measured),
            "unit": _words.value(finding.unit),
        },
    }


def _suppressions(finding: Finding) -> dict[str, Any]:
    if finding.known is None:
        return {}
    said = escape.sarif(_words.value(finding.known.words()))
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": said}]}


def _outdated(entry: Outdated, name: str, rule: int) -> dict[str, Any]:
    """Return an entry of the baseline that is outdated as a result at its own line."""
    text = f"{_words.name(name)}: {_words.value(entry.message)}"
    return {
        "ruleId": "baseline",
        "ruleIndex": rule,
        "level": "error",
        "message": _message(text),
        "locations": [{"physicalLocation": _physical(entry.location)}],
        "partialFingerprints": {"zooBaseline/v1": fingerprint_of_entry(name)},
        "properties": {"kind": entry.kind},
    }


def _message(text: str) -> dict[str, str]:
    return {"text": escape.sarif(text)}


def _physical(place: Location) -> dict[str, Any]:
    return {
        "artifactLocation": _artifact(_words.in_repository(place.path)),
        "region": {"startLine": place.line, "startColumn": place.column},
    }


def _artifact(path: str) -> dict[str, str]:
    """Return where a file is: below the root of the sources, where its path is relative."""
    uri = quote(path, safe="/", errors="replace")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


_SAID = "An entry of the baseline no longer says what is so: it has expired, or its claim holds."
_MEND = {"text": "run 'zoo baseline' anew", "markdown": "run `zoo baseline` anew"}
_BASELINE = _described("baseline", _SAID, _SAID, _MEND)


def _invocation(run: Run, left_out: Counter[str]) -> dict[str, Any]:
    told = [_left_out(left_out)] if left_out.total() else []
    return {
        "executionSuccessful": True,
        "startTimeUtc": run.started,
        "toolExecutionNotifications": told + _untested(run),
    }


def _left_out(counts: Counter[str]) -> dict[str, Any]:
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    return _notification("warning", f"more than {MOST_RESULTS:,} results: {said} left out")


def _untested(run: Run) -> list[dict[str, Any]]:
    """Return a notification for each reason why claims were not tested."""
    skipped = (finding for finding in run.findings if finding.verdict is Verdict.SKIP)
    reasons = Counter(_words.reason(finding) for finding in skipped).most_common()
    told = [
        _notification(
            "note",
            f"{count:,} not tested: {escape.terminal(escape.short(message, _words.LONGEST))}"
            + (f"\n→ {escape.terminal(escape.short(hint, _words.LONGEST))}" if hint else ""),
        )
        for (message, hint), count in reasons[:MOST_NOTIFICATIONS]
    ]
    if rest := sum(count for _, count in reasons[MOST_NOTIFICATIONS:]):
        told.append(_notification("note", f"{rest:,} more not tested, for other reasons"))
    return told


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": _message(text)}


REPORT = Report(render)
