"""What was measured, and the one place where a claim meets a measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from zoo.claims import Claim, Digest, Location, Metric, Value, plain
from zoo.errors import ZooError


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
class Finding:
    """The verdict on one claim, with the evidence, in plain JSON values.

    Attributes:
        rule: the validator's name.
        metric: id of the metric, or None where the finding is about no single one.
        deviation: measured minus claimed, for numbers.
        tolerance: ``{"absolute": …, "relative": …}`` of the declared policy, for numbers.
        cause: why a wrong number is as it is, where that can be shown; never moves the verdict.
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


def judge(rule: str, claim: Claim, measurement: Measurement, tolerance: Tolerance) -> Finding:
    """Return the verdict on a claim, given what was measured and how far it may be off.

    Numbers may differ by the tolerance, a digest must begin with the claimed digits, all else must
    be equal. A measurement on a part of the data bears out or refutes by a decisive interval alone.
    """
    verdict = _verdict(claim.value, measurement, tolerance)
    numeric = isinstance(claim.value, Decimal) and isinstance(measurement.value, Decimal)
    failed = verdict is Verdict.FAIL
    message = _message(claim, measurement, tolerance)
    return Finding(
        rule=rule,
        model=claim.model,
        metric=claim.metric.value,
        verdict=verdict,
        message=f"{message}; {measurement.because}" if failed and measurement.because else message,
        location=claim.location,
        claimed=plain(claim.value),
        measured=plain(measurement.value),
        deviation=plain(_deviation(claim.value, measurement.value)),
        tolerance=_tolerance(tolerance) if numeric else None,
        unit=claim.metric.unit,
        method=measurement.method,
        conditions=dict(measurement.conditions),
        hint=measurement.settled_by if verdict is Verdict.UNDECIDED else measurement.advice,
        cause=measurement.cause if failed else None,
    )


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
    )


def could_not_tell(rule: str, claim: Claim, error: ZooError) -> Finding:
    """Return the ERROR for a claim whose measurement broke off."""
    return untested(rule, claim, Verdict.ERROR, error.message, error.hint)


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


def within(claimed: Value, interval: Interval, tolerance: Tolerance) -> Verdict:
    """Return what an interval says of a claim: PASS if all of it is borne out, FAIL if nothing."""
    low, high = interval
    if not isinstance(claimed, Decimal):
        return Verdict.UNDECIDED
    if _borne_out(claimed, low, tolerance) and _borne_out(claimed, high, tolerance):
        return Verdict.PASS
    allowed = tolerance.allowed(claimed)
    apart = high < claimed - allowed or low > claimed + allowed
    return Verdict.FAIL if apart else Verdict.UNDECIDED


def _verdict(claimed: Value, measurement: Measurement, tolerance: Tolerance) -> Verdict:
    if measurement.interval is not None and not measurement.decisive:
        return Verdict.UNDECIDED
    if measurement.interval is not None:
        verdict = within(claimed, measurement.interval, tolerance)
    else:
        held = _borne_out(claimed, measurement.value, tolerance)
        verdict = Verdict.PASS if held else Verdict.FAIL
    left_open = verdict is Verdict.FAIL and not measurement.refutes
    return Verdict.UNDECIDED if left_open else verdict


def _borne_out(claimed: Value, measured: Value, tolerance: Tolerance) -> bool:
    match claimed, measured:
        case Decimal(), Decimal():
            return abs(measured - claimed) <= tolerance.allowed(claimed)
        case Digest(), Digest():
            return claimed.matches(measured)
        case _:
            return claimed == measured


def _deviation(claimed: Value, measured: Value) -> Decimal | None:
    if isinstance(claimed, Decimal) and isinstance(measured, Decimal):
        return measured - claimed
    return None


def _message(claim: Claim, measurement: Measurement, tolerance: Tolerance) -> str:
    unit = claim.metric.unit
    claimed, measured = show(plain(claim.value), unit), show(plain(measurement.value), unit)
    text = f"claimed {claimed}, measured {measured}"
    if measurement.interval is not None:
        low, high = (show(plain(bound)) for bound in measurement.interval)
        text += f" [{low}, {high}]"
    numeric = isinstance(measurement.value, Decimal)
    if isinstance(claim.value, Decimal) and numeric and tolerance != EXACT:
        text += f" (±{show(plain(_readable(tolerance.allowed(claim.value))))})"
    return f"{text}; {measurement.remark}" if measurement.remark else text


def _readable(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1)) if number >= 1000 else number.normalize()


def _tolerance(tolerance: Tolerance) -> dict[str, Any]:
    return {"absolute": plain(tolerance.absolute), "relative": plain(tolerance.relative)}
