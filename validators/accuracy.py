"""Measures Top-1 and Top-5 on labelled pictures, with the documented preprocessing.

±0.1 points are allowed, the differences that decoders, interpolation and arithmetic of different
machines make; for a claim with fewer than two digits behind the point half of its last digit
besides, since nobody knows how it was rounded. Only the whole set, or pictures drawn from it, can
bear out or refute a claim: on anything else the verdict is UNDECIDED, with the 95 % interval of
Wilson (1927). The set is whole if its fingerprint is the one that the page declares, or if it is
the ImageNet validation set by its structure: 50 pictures of each of the 1,000 classes.

Logits that are infinite or no numbers are a FAIL with their count. In `--precision bf16` and `fp16`
nothing is refuted, since rounding alone may move an accuracy by more than that, and float16 ends at
65,504: what misses its claim there is UNDECIDED.

With `--budget N`, at most N pictures of the set are drawn at random, and no more when both
accuracies are settled. The interval is then a confidence sequence for sampling without replacement
(Waudby-Smith & Ramdas 2020), which may be looked at at any time: FAIL as soon as it lies outside
the tolerance, PASS only where all of it lies inside, else UNDECIDED. A verdict on the two
accuracies of a model is wrong with a probability of at most 5 % together (docs/sampling.md).

Where the measured share falls short of its claim, 256 drawn pictures (`--diagnosis N`, 0 for none)
are scored as the usual mistakes would have it: mean and std, 0 to 255, BGR, crop, image size,
interpolation, the averaged weights, training mode, and orders of labels. The one that restores the
claim is named, with its interval, and moves no verdict (docs/diagnosis.md).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from zoo.claims import Claim, Value, plain
from zoo.datasets import copies_in, published_title
from zoo.findings import Measurement, Tolerance
from zoo.index.values import half_unit
from zoo.predictions import Draw, Predictions
from zoo.sampling.bounds import METHOD, bounds_after, in_percent
from zoo.sampling.stopping import ALPHA_EACH, K
from zoo.sampling.whole import AMBIGUOUS, shown_whole
from zoo.sampling.wilson import wilson
from zoo.subject import Subject
from zoo.verify import Validator

ALLOWED = Decimal("0.1")
USUAL = Decimal("0.005")  # half of the last of two digits


def tolerance(claim: Claim) -> Tolerance:
    """Return 0.1 points, and the rounding of a claim that has fewer digits than is usual."""
    assert isinstance(claim.value, Decimal)
    rounding = half_unit(claim.value)
    return Tolerance(absolute=ALLOWED + (rounding if rounding > USUAL else 0))


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the share of pictures, in percent, whose class is among the k best."""
    predictions: Predictions = subject.predictions(claim.dataset)
    total, correct = len(predictions.items), predictions.correct(K[claim.metric])
    value: Value = in_percent(correct, total)
    if predictions.not_finite:
        value = f"logits that are not finite for {predictions.not_finite:,} of {total:,} pictures"
    conditions = _conditions(predictions) | {"preprocessing": subject.preprocessing().in_words()}
    found = Measurement(claim.metric, value, predictions.method, conditions)
    if not predictions.not_finite:
        found = _within_bounds(claim, predictions, found)
    if predictions.rounded:
        found = _of_rounded(found)
    return found if predictions.not_finite else _explained(subject, claim, found)


def _of_rounded(found: Measurement) -> Measurement:
    """Return a measurement in less than float32, which bears out and does not refute."""
    fully = "--precision fp32"
    settling = f"{found.settled_by}, with {fully}" if found.settled_by else f"{fully} settles it"
    remark = "; ".join(filter(None, (found.remark, "computed in less than float32")))
    return replace(found, refutes=False, remark=remark, settled_by=settling)


def _within_bounds(claim: Claim, predictions: Predictions, found: Measurement) -> Measurement:
    """Return the measurement with its interval, where it is not of the whole set."""
    if is_whole(claim, predictions):
        return found
    if predictions.draw is not None:
        return _of_drawn(claim, predictions, predictions.draw, found)
    total, correct = len(predictions.items), predictions.correct(K[claim.metric])
    return replace(
        found,
        interval=wilson(correct, total),
        remark=f"{correct:,} of {total:,} pictures{_why_open(claim, predictions)}",
        settled_by=_settling(claim, predictions),
    )


def _explained(subject: Subject, claim: Claim, found: Measurement) -> Measurement:
    """Return the measurement with why it falls short of its claim, where that was found out.

    The reason follows on a FAIL. Where the verdict is left open, since nobody knows that these are
    the pictures of the claim, it is a remark, for whoever looks for the mistake.
    """
    assert isinstance(found.value, Decimal)
    diagnosis = subject.diagnose(claim, found.interval or (found.value, found.value))
    if diagnosis is None:
        return found
    conditions = {**found.conditions, "diagnosis": dict(diagnosis.looked)}
    found = replace(found, conditions=conditions, advice=diagnosis.advice)
    if found.refutes and (found.interval is None or found.decisive):
        return replace(found, cause=diagnosis.cause, because=diagnosis.because)
    if diagnosis.cause is None:
        return found
    hint = {"suspect": dict(diagnosis.cause)}
    remark = f"{found.remark}; {diagnosis.because}"
    return replace(found, conditions={**conditions, **hint}, remark=remark)


def _of_drawn(
    claim: Claim, predictions: Predictions, draw: Draw, found: Measurement
) -> Measurement:
    """Return what drawn pictures say of all that they were drawn from, as an interval."""
    hits = [item.hit(K[claim.metric]) for item in predictions.items]
    low, high = bounds_after(hits, draw.population, ALPHA_EACH).in_percent
    whole = "" if _copies(predictions) else draw.whole
    decisive = shown_whole(claim, draw.fingerprint, whole)
    why_open = "" if decisive else _why_open(claim, predictions)
    settling = "a larger --budget settles it" if decisive else _settling(claim, predictions)
    method = {"interval": [plain(low), plain(high)], "alpha": ALPHA_EACH, "sampling": METHOD}
    return replace(
        found,
        conditions={**found.conditions, **method},
        interval=(low, high),
        decisive=decisive,
        remark=f"{sum(hits):,} of {len(hits):,} pictures, drawn with seed {draw.seed} from"
        f" {draw.population:,}{why_open}; the interval holds at {100 * (1 - ALPHA_EACH):g} %",
        settled_by=settling,
    )


def _conditions(predictions: Predictions) -> dict[str, Any]:
    return {
        "dataset": predictions.layout,
        **_origin(predictions),
        "pictures": len(predictions.items),
        "unique": len({item.id for item in predictions.items}),
        "ids": str(predictions.ids),
        "outcome": str(predictions.outcome),
        "correct": {metric.value: predictions.correct(k) for metric, k in K.items()},
    }


def _origin(predictions: Predictions) -> dict[str, Any]:
    """Return the identity of the pictures; where they were drawn, of all that there are."""
    draw = predictions.draw
    if draw is None:
        return {"fingerprint": str(predictions.fingerprint)}
    known = {} if draw.fingerprint is None else {"fingerprint": str(draw.fingerprint)}
    drawn = {"drawn-fingerprint": str(predictions.fingerprint)}
    return {**known, **drawn, "population": draw.population, "seed": draw.seed}


def _why_open(claim: Claim, predictions: Predictions) -> str:
    fingerprint = (predictions.draw or predictions).fingerprint
    if claim.whole_set is not None and fingerprint is not None:
        return f", whose fingerprint is {fingerprint}, and the page declares {claim.whole_set}"
    copies = _copies(predictions)
    because = f": too many are copies, such as {copies[1]} of {copies[0]}" if copies else ""
    return f", which are not shown to be all of {claim.dataset}{because}"


def _settling(claim: Claim, predictions: Predictions) -> str:
    """Return what would show whether these are the pictures of the claim."""
    whole = (predictions.draw or predictions).whole
    if whole == AMBIGUOUS == published_title(claim.dataset) and claim.whole_set is None:
        return (
            f"a 'Dataset Fingerprint' on the page settles it: {whole} has variants that look alike"
        )
    return f"--dataset with the whole of {claim.dataset} settles it"


def _copies(predictions: Predictions) -> tuple[str, str] | None:
    files = [(item.id, item.sha256) for item in predictions.items]
    return copies_in((predictions.draw or predictions).whole, files)


def is_whole(claim: Claim, predictions: Predictions) -> bool:
    """Return whether the pictures are all of the dataset that the claim is about."""
    whole = predictions.whole if predictions.draw is None else ""
    return shown_whole(claim, predictions.fingerprint, "" if _copies(predictions) else whole)


VALIDATOR = Validator(
    name="accuracy",
    metrics=frozenset(K),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
