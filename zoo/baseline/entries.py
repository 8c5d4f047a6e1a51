"""One known failure: which claim, what was measured, and why it is borne for now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zoo.claims import Location
from zoo.findings import Finding, Tolerance, Verdict, on, show

# Of a failure: the model, the rule, the metric and the dataset.
Key = tuple[str, str, str, str]

REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """A known failure.

    Attributes:
        claimed: as it was when the failure was recorded, in plain JSON values.
        measured: likewise, of a FAIL; None for an ERROR.
        dataset: what an accuracy is claimed on, empty for all else.
        error: of an ERROR, what stands in the way: ``refused``, ``blocked by model-name``.
        about: likewise, the code, the name, the URL or the file; empty in older files.
        reason: why it is as it is.
        issue: URL of where it is dealt with, or empty.
        expires: the last day on which it is borne, ISO 8601, or empty.
        location: where it is written; None where it is not written yet.
    """

    model: str
    rule: str
    metric: str
    claimed: Any
    measured: Any = None
    error: str = ""
    about: str = ""
    dataset: str = ""
    reason: str = ""
    issue: str = ""
    expires: str = ""
    location: Location | None = None

    @property
    def key(self) -> Key:
        """Which claims it may be about."""
        return self.model, self.rule, self.metric, self.dataset

    @property
    def what(self) -> str:
        """The metric, and the dataset of an accuracy."""
        return on(self.metric, self.dataset)

    @property
    def verdict(self) -> Verdict:
        """What was recorded."""
        return Verdict.ERROR if self.error else Verdict.FAIL

    def __str__(self) -> str:
        found = f"ERROR, {self.obstacle}" if self.error else f"measured {show(self.measured)}"
        return f"{self.model} {self.what}: claimed {show(self.claimed)}, {found}"

    @property
    def obstacle(self) -> str:
        """What stands in the way, and about what."""
        return f"{self.error} ({self.about})" if self.about else self.error


def key_of(finding: Finding) -> Key:
    """Return the key under which a failure is recorded."""
    return finding.model, finding.rule, finding.metric or "", finding.dataset


def standing(finding: Finding) -> str:
    """Return what stands in the way of an ERROR in every run, or nothing where it may pass."""
    cause = finding.cause or {}
    if finding.verdict is not Verdict.ERROR:
        return ""
    match cause.get("kind"):
        case "refused":
            return REFUSED
        case "blocked":
            return f"blocked by {cause.get('rule', '')}"
        case _:
            return ""


def about(finding: Finding) -> str:
    """Return which code, name, URL or file stands in the way of an ERROR in every run."""
    return str((finding.cause or {}).get("about", "")) if standing(finding) else ""


def is_older(entry: Entry, finding: Finding) -> bool:
    """Return whether a finding may be the ERROR that was recorded by a zoo that said too little."""
    known = entry.claimed == finding.claimed and entry.error == standing(finding)
    return known and bool(entry.error) and not entry.about


def is_same(entry: Entry, finding: Finding) -> bool:
    """Return whether a finding is the failure that was recorded, and not another one."""
    if entry.claimed != finding.claimed or entry.verdict is not finding.verdict:
        return False
    if entry.error:
        return (entry.error, entry.about) == (standing(finding), about(finding))
    return _as_measured(entry.measured, finding)


def _as_measured(recorded: Any, finding: Finding) -> bool:
    """Return whether what is measured is what was recorded, within the tolerance of the claim."""
    numbers = [_number(value) for value in (recorded, finding.measured, finding.claimed)]
    match numbers:
        case [Decimal() as old, Decimal() as new, Decimal() as claimed]:
            return abs(new - old) <= _tolerance(finding.tolerance).allowed(claimed)
        case _:
            return bool(recorded == finding.measured)


def _number(value: Any) -> Decimal | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if number else None


def _tolerance(policy: Mapping[str, Any] | None) -> Tolerance:
    if policy is None:
        return Tolerance()
    return Tolerance(Decimal(str(policy["absolute"])), Decimal(str(policy["relative"])))
