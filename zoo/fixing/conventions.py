"""Which convention a count of FLOPs is by: of the page, of the Run, and of what it explains."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from zoo.claims import Claim, Metric, ModelEntry
from zoo.conventions import FIELD, OF_THE_PAGE, declared, parse
from zoo.errors import Unavailable
from zoo.findings import Finding
from zoo.fixing.outcome import Fix, Leave

MACS = "macs"  # by which counts are made where the page does not say


def require_same(finding: Finding, entry: ModelEntry) -> None:
    """Raise where the page says by now that it counts in another way than the Run did."""
    said, side = declared(entry), _side(entry)
    counted = finding.conditions.get("convention"), _shape(finding.conditions)
    if said is None and side is None:
        same = counted[0] == MACS
    else:
        try:
            same = counted == parse(said.text if said else MACS, side)
        except Unavailable as error:
            raise Leave(error.message) from None
    if not same:
        raise Leave("the Run is of another index: the page counts in another way here")


def _shape(said: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the shape of an input as a Run has it, which may be anything."""
    shape = said.get("input")
    return tuple(shape) if isinstance(shape, list) else ()


def _side(entry: ModelEntry) -> int | None:
    size = entry.value(Metric.IMAGE_SIZE)
    return int(size) if isinstance(size, Decimal) else None


def convention(finding: Finding, claim: Claim, entry: ModelEntry) -> Fix:
    """Return the fix that says by which convention a count is what was published."""
    cause: Mapping[str, Any] = finding.cause or {}
    if cause.get("kind") != "flops-convention" or cause.get("exact") is not True:
        raise Leave("no convention gives it exactly: --flops value writes the measured count")
    if declared(entry) is not None:
        raise Leave("the page says by which convention it counts: --flops value writes the count")
    rule, framing, shape = cause.get("convention"), cause.get("framing"), _shape(cause)
    place = framing if framing in OF_THE_PAGE else "×".join(str(side) for side in shape)
    text = str(rule) if place == "declared" else f"{rule} at {place}"
    try:
        meant = parse(text, _side(entry))
    except Unavailable as error:
        raise Leave(error.message) from None
    if meant != (rule, shape) or cause.get("value") != finding.claimed:
        raise Leave("the Run is of another index: its convention would mean another input here")
    return Fix(claim.model, "flops", claim.location, claim.text, text, FIELD)
