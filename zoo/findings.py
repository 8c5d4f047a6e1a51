"""What was measured, and the verdict on a claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import Any

from zoo.claims import Claim, Location, Metric, Value, plain
from zoo.errors import Blocked, Refused, ZooError


class Verdict(str, Enum):
    """What a finding says of its claim.

    FAIL: the claim is wrong. ERROR: we could not tell. UNDECIDED: we measured, and the evidence
    does not settle it. SKIP: not asked for, or this machine cannot.
    """

    PASS = "PASS"  # noqa: S105
    FAIL = "FAIL"
    UNDECIDED = "UNDECIDED"
    ERROR = "ERROR"
    SKIP = "SKIP"

    def __str__(self) -> str:
        return self.value


GRAVEST_FIRST = (Verdict.FAIL, Verdict.ERROR, Verdict.UNDECIDED, Verdict.SKIP, Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a measured number may be from the claimed one: the wider of the two.

    Attributes:
        absolute: in the unit of the metric.
        relative: as a share of the claimed value.
    """

    absolute: Decimal = Decimal(0)
    relative: Decimal = Decimal(0)

    def allowed(self, claimed: Decimal) -> Decimal:
        """Return the largest deviation that is borne, in the unit of the metric."""
        return max(self.absolute, self.relative * abs(claimed))


EXACT = Tolerance()


def exactly(claim: Claim) -> Tolerance:
    """Allow no deviation from a claim."""
    return EXACT


Interval = tuple[Decimal, Decimal]
NOT_ASKED = "not asked for"
INTERRUPTED = "not tested: the run was interrupted"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value.

    Attributes:
        method: names everything that moves the number.
        conditions: under which it was measured, as plain JSON values.
        interval: where the true value lies with the stated confidence, if only a part of the data
            was measured; then no verdict but UNDECIDED is possible, unless it is decisive.
        decisive: whether the interval is known to be about the value that is claimed, and holds
            however often and whenever it is looked at: a confidence sequence.
        remark: what a reader must know to understand the verdict.
        settled_by: what would settle the claim, where the interval leaves it open.
        cause: what would make a wrong claim as it is, in plain JSON values; it is told where the
            claim fails, and never moves the verdict.
        because: the cause in words.
        advice: what to do, whatever the verdict.
        refutes: whether a difference shows that the claim is wrong; if not, it is left open.
    """

    metric: Metric
    value: Value
    method: str
    conditions: Mapping[str, Any] = field(default_factory=dict)
    interval: Interval | None = None
    decisive: bool = False
    remark: str = ""
    settled_by: str = ""
    cause: Mapping[str, Any] | None = None
    because: str = ""
    advice: str = ""
    refutes: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What the baseline says of a failure that was there before; it moves no verdict.

    Attributes:
        reason: why it is as it is, as people wrote it.
        issue: URL of where it is dealt with, or empty.
        expires: the last day on which it is borne, ISO 8601, or empty.
        location: of the entry, in the file of the baseline.
    """

    reason: str
    location: Location
    issue: str = ""
    expires: str = ""

    def words(self, beside: str = "") -> str:
        """Return for instance ``known: rounded; https://…/7; until 2027-01-31``.

        Args:
            beside: what is said already; a reason that it holds is not said again.
        """
        said = all(part in beside for part in self.reason.split("; "))
        until = f"until {self.expires}" if self.expires else ""
        parts = filter(None, ("" if said else self.reason, self.issue, until))
        return ": ".join(filter(None, ("known", "; ".join(parts))))


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one claim, with the evidence, in plain JSON values.

    Attributes:
        rule: the validator's name.
        metric: id of the metric, or None where the finding is about no single one.
        dataset: what an accuracy is claimed on, as the page names it; empty for all else.
        deviation: measured minus claimed, for numbers.
        tolerance: ``{"absolute": …, "relative": …}`` of the declared policy, for numbers.
        cause: why a wrong number is as it is, where that can be shown; of an ERROR, what stands in
            the way, where that is not a matter of the moment; never moves the verdict.
        known: what the baseline says of it, if it is there.
    """

    rule: str
    model: str
    metric: str | None
    verdict: Verdict
    message: str
    location: Location
    claimed: Any = None
    measured: Any = None
    deviation: Any = None
    tolerance: Mapping[str, Any] | None = None
    unit: str = ""
    method: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)
    hint: str = ""
    cause: Mapping[str, Any] | None = None
    known: Known | None = None
    dataset: str = ""

    @property
    def what(self) -> str:
        """What it is about: ``flops``, ``top-1 on ImageNet``; its rule where that is no metric."""
        return on(self.metric or self.rule, self.dataset)

    @property
    def is_claim(self) -> bool:
        """Whether it is about a claim, and not about what no checkpoint can show."""
        return self.metric is not None or self.verdict is not Verdict.SKIP


def on(name: str, dataset: str) -> str:
    """Return what is claimed with what it is claimed on: ``top-1 on ImageNet``."""
    return f"{name} on {dataset}" if dataset else name


def untested(rule: str, claim: Claim, verdict: Verdict, message: str, hint: str = "") -> Finding:
    """Return the finding for a claim that was not measured, with the reason."""
    return Finding(
        rule=rule,
        model=claim.model,
        metric=claim.metric.value,
        verdict=verdict,
        message=message,
        location=claim.location,
        claimed=plain(claim.value),
        unit=claim.metric.unit,
        hint=hint,
        dataset=claim.dataset,
    )


def could_not_tell(rule: str, claim: Claim, error: ZooError, code: str) -> Finding:
    """Return the ERROR for a claim whose measurement broke off.

    Args:
        code: what the page says that builds the network.
    """
    finding = untested(rule, claim, Verdict.ERROR, error.message, error.hint)
    return replace(finding, cause=_standing(error, code))


def _standing(error: ZooError, code: str) -> dict[str, Any] | None:
    """Return what stands in the way in every run until somebody acts; None for what may pass."""
    match error:
        case Blocked(rule=rule, about=about):
            return {"kind": "blocked", "rule": rule, "about": about or code}
        case Refused(about=about):
            return {"kind": "refused", "about": about or code}
        case _:
            return None


def show(value: Any, unit: str = "") -> str:
    """Return a plain value as people read it: ``20,161,904,304``, ``83.74 %``, ``bicubic``."""
    match value:
        case None:
            return ""
        case bool():
            text = str(value).lower()
        case int():
            text = f"{value:,}"
        case float():
            text = f"{value:,.10g}"
        case Mapping():
            text = ", ".join(f"{name} {show(part)}" for name, part in value.items())
        case list() | tuple():
            text = ", ".join(show(part) for part in value)
        case _:
            text = str(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{text} %" if unit == "%" and number else text


def by_model(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of each model, in their order."""
    models: dict[str, list[Finding]] = {}
    for finding in findings:
        models.setdefault(finding.model, []).append(finding)
    return models
