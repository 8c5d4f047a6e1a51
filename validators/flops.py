"""Counts the multiply–accumulates of one picture at the declared image size.

In this field *FLOPs* means multiply–accumulates, of an input of shape ``(1, 3, size, size)``:
those that ``torch.utils.flop_counter`` counts (convolutions, matrix products, attention; each of
them is two of its operations, so its total is halved). A page or its collection may say that
another convention holds, ``FLOPs Convention: fvcore`` or ``thop-early at resized``; then the claim
is judged under that. 1 % is allowed, since tools differ in whether biases, normalisation and
activations count; a claim that is rounded more coarsely is allowed its rounding, at most 2 %.

Where a wrong count is exactly what some other convention gives, the finding names it: a counting
rule with the input it was applied to, from a small declared family (``zoo flops`` shows what the
rules give, ``zoo explain-flops`` what explains a whole index). That never changes the verdict.
"""

from __future__ import annotations

from decimal import Decimal

from zoo.claims import Claim, Metric
from zoo.conventions import declared, parse, shown
from zoo.counting import RULES
from zoo.errors import Unavailable
from zoo.findings import Measurement, Tolerance
from zoo.index.values import rounding
from zoo.structure import Shape
from zoo.subject import Subject
from zoo.verify import Validator

ALLOWED = Decimal("0.01")
MOST = Decimal("0.02")
RULE = "macs"


def tolerance(claim: Claim) -> Tolerance:
    """Return 1 %, or the rounding of the claim's text where that is coarser."""
    assert isinstance(claim.value, Decimal)
    return Tolerance(min(rounding(claim.text), MOST * claim.value), ALLOWED)


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the count of one pass by the declared convention, or by the field's."""
    rule, shape = _convention(subject)
    count = Decimal(subject.totals(shape)[rule])
    explanation = subject.explanation()
    version = RULES[rule].version
    return Measurement(
        Metric.FLOPS,
        count,
        f"{rule} (version {version}): {RULES[rule].counts} of one pass of {subject.source}",
        {"input": list(shape), "convention": rule},
        remark=f"{'by ' + rule + ' ' if declared(subject.entry) else ''}at {shown(shape)}",
        cause=explanation.cause() if explanation else None,
        because=explanation.words() if explanation else "",
    )


def _convention(subject: Subject) -> tuple[str, Shape]:
    said = declared(subject.entry)
    if said is None:
        return RULE, subject.square()
    size = subject.entry.value(Metric.IMAGE_SIZE)
    try:
        return parse(said.text, int(size) if isinstance(size, Decimal) else None)
    except Unavailable as error:
        raise Unavailable(f"{said.location}: {error.message}", error.hint) from None


VALIDATOR = Validator(
    name="flops",
    metrics=frozenset({Metric.FLOPS}),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
