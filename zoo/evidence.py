"""A Run as a JSON document: that file is the evidence."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zoo import schemas, strict_json
from zoo.claims import Digest, Location
from zoo.errors import UsageError
from zoo.findings import Finding, Known, Verdict
from zoo.run import Outdated, Run, SubjectRecord, WeightsFile

SCHEMA_VERSION = "1"
WHAT = "a Run is what 'zoo verify --format json -o FILE' writes"


def to_json(run: Run) -> str:
    """Return the Run as one JSON document, in the contract of ``run.json`` (schemas)."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "zoo", "version": run.version},
        "started": run.started,
        "environment": dict(run.environment),
        "arguments": list(run.arguments),
        "subjects": [_subject(subject) for subject in run.subjects],
        "findings": [_finding(finding) for finding in run.findings],
        "summary": run.summary,
    }
    if run.outdated:
        document["outdated"] = [asdict(entry) for entry in run.outdated]
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str, name: str) -> Run:
    """Read a Run.

    Args:
        text: the JSON document.
        name: what to call it in messages.

    Raises:
        UsageError: the text is not a Run of a version that this zoo reads.
    """
    try:
        document = strict_json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not JSON: {error}", f"{WHAT}; this may be cut off") from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        newer = "it may be of a newer zoo: 'pip install --upgrade zoo-verify'"
        hint = newer if version and "findings" in document else WHAT
        raise UsageError(f"{name} is not a Run of schema version {SCHEMA_VERSION}", hint)
    _check(document, name)
    return Run(
        version=document["tool"]["version"],
        started=document["started"],
        environment=document["environment"],
        subjects=tuple(_read_subject(item) for item in document["subjects"]),
        findings=tuple(_read_finding(item) for item in document["findings"]),
        arguments=tuple(document.get("arguments", ())),
        outdated=tuple(_read_outdated(item) for item in document.get("outdated", ())),
    )


def _subject(subject: SubjectRecord) -> dict[str, Any]:
    weights = subject.weights
    return {
        "model": subject.model,
        "source": subject.source,
        "location": asdict(subject.location),
        "weights": None
        if weights is None
        else {
            "url": weights.url,
            "sha256": weights.digest.hex,
            "size": weights.size,
            "assurance": weights.assurance,
        },
        "preprocessing": None if subject.preprocessing is None else dict(subject.preprocessing),
        "collection": subject.collection,
        **({"arguments": list(subject.arguments)} if subject.arguments else {}),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    item = asdict(finding) | {"verdict": finding.verdict.value}
    left_out = {"known": finding.known is None, "dataset": not finding.dataset}
    return {name: value for name, value in item.items() if not left_out.get(name)}


def _read_subject(item: dict[str, Any]) -> SubjectRecord:
    weights = item["weights"]
    return SubjectRecord(
        item["model"],
        item["source"],
        Location(**item["location"]),
        None
        if weights is None
        else WeightsFile(
            Path(),
            weights["url"],
            Digest("sha256", weights["sha256"]),
            weights["size"],
            weights["assurance"],
        ),
        item["preprocessing"],
        item.get("collection", ""),
        tuple(item.get("arguments", ())),
    )


def _read_finding(item: dict[str, Any]) -> Finding:
    known = item.get("known")
    parts = {
        "verdict": Verdict(item["verdict"]),
        "location": Location(**item["location"]),
        "known": known and Known(**(known | {"location": Location(**known["location"])})),
    }
    return Finding(**(item | parts))


def _read_outdated(item: dict[str, Any]) -> Outdated:
    return Outdated(**(item | {"location": Location(**item["location"])}))


def _check(document: Any, name: str) -> None:
    error = schemas.fault("run", document)
    if error is not None:
        where = "/".join(str(step) for step in error.absolute_path)
        raise UsageError(
            f"{name} is not a Run: /{where} breaks the rule '{error.validator}'",
            f"{WHAT}; 'zoo schema run' says what it may hold",
        )
