"""The one place where a claim meets a measurement."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from zoo.claims import Claim, Digest, Value, plain
from zoo.findings import EXACT, Finding, Interval, Measurement, Tolerance, Verdict, show


def judge(rule: str, claim: Claim, measurement: Measurement, tolerance: Tolerance) -> Finding:
    """Return the verdict on a claim, given what was measured and how far it may be off.

    Numbers may differ by the tolerance, a digest must begin with the claimed digits, all else must
    be equal. A measurement on a part of the data bears out or refutes by a decisive interval alone.
    """
    verdict = _verdict(claim.value, measurement, tolerance)
    deviation = _deviation(claim.value, measurement.value)
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
        deviation=plain(deviation),
        tolerance=None if deviation is None else _tolerance(tolerance),
        unit=claim.metric.unit,
        method=measurement.method,
        conditions=dict(measurement.conditions),
        hint=measurement.settled_by if verdict is Verdict.UNDECIDED else measurement.advice,
        cause=measurement.cause if failed else None,
        dataset=claim.dataset,
    )


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
    return number.quantize(Decimal(1), ROUND_FLOOR) if number >= 1000 else number.normalize()


def _tolerance(tolerance: Tolerance) -> dict[str, Any]:
    return {"absolute": plain(tolerance.absolute), "relative": plain(tolerance.relative)}
