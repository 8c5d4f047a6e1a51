"""What a claim is called where its name must stay the same from Run to Run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256

from zoo.findings import Finding, show
from zoo.reports import GRAVEST_FIRST
from zoo.run import Run


def by_model(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of each model, in their order."""
    models: dict[str, list[Finding]] = {}
    for finding in findings:
        models.setdefault(finding.model, []).append(finding)
    return models


def names(findings: Sequence[Finding]) -> list[str]:
    """Return a name for each finding of one model, no two alike.

    It is the metric's. Where a model claims several values of one metric, as with components or
    with accuracies on several datasets, the value follows in brackets, and a number if need be.
    """
    plain = [finding.metric or finding.rule for finding in findings]
    often = Counter(plain)
    told = [
        f"{name} [{show(finding.claimed)}]" if often[name] > 1 else name
        for name, finding in zip(plain, findings, strict=True)
    ]
    seen: Counter[str] = Counter()
    numbered = []
    for name in told:
        seen[name] += 1
        numbered.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return numbered


def named(run: Run) -> list[tuple[Finding, str]]:
    """Return all findings with their names, model by model."""
    pairs: list[tuple[Finding, str]] = []
    for findings in by_model(run.findings).values():
        pairs += zip(findings, names(findings), strict=True)
    return pairs


def gravest(pairs: Iterable[tuple[Finding, str]]) -> list[tuple[Finding, str]]:
    """Return findings with their names, those of the gravest verdict first."""
    return sorted(pairs, key=lambda pair: GRAVEST_FIRST.index(pair[0].verdict))


def fingerprint(finding: Finding, name: str) -> str:
    """Return 32 hexadecimal digits for a claim, whatever its line, its verdict and its words."""
    parts = "\0".join((finding.model, finding.rule, name))
    return sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]
