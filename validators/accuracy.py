"""Measures Top-1 and Top-5 on labelled pictures, with the documented preprocessing.

±0.1 points are allowed, the differences that decoders, interpolation and arithmetic of different
machines make. Only the whole set can bear out or refute a claim: on anything else the verdict is
UNDECIDED, with the 95 % interval of Wilson (1927), *Probable inference, the law of succession, and
statistical inference*, JASA 22 (158), which holds for small counts too. The set is whole if its
fingerprint is the one that the page declares, or if it is the ImageNet validation set by its
structure: 50 pictures of each of the 1,000 classes.
"""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

from zoo.claims import Claim, Digest, Metric, Value
from zoo.engines import Predictions
from zoo.findings import Measurement, Tolerance
from zoo.subject import Subject
from zoo.verify import Validator

ALLOWED = Decimal("0.1")
BEST = {Metric.TOP_1: 1, Metric.TOP_5: 5}
Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution
IMAGENET = frozenset({"imagenet", "imagenet-1k", "imagenet1k", "ilsvrc2012", "imagenet ilsvrc2012"})


def tolerance(claim: Claim) -> Tolerance:
    """Return 0.1 points."""
    return Tolerance(absolute=ALLOWED)


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the share of pictures, in percent, whose class is among the k best."""
    predictions: Predictions = subject.predictions(claim.dataset)
    total = len(predictions.items)
    counts = {metric.value: predictions.correct(k) for metric, k in BEST.items()}
    correct = counts[claim.metric.value]
    fingerprint = predictions.fingerprint
    conditions = {
        "dataset": predictions.layout,
        "fingerprint": str(fingerprint),
        "pictures": total,
        "correct": counts,
        "preprocessing": subject.preprocessing().in_words(),
    }
    value: Value = _percent(correct, total)
    if predictions.not_finite:
        value = f"logits that are not finite for {predictions.not_finite:,} of {total:,} pictures"
        return Measurement(claim.metric, value, predictions.method, conditions)
    if is_whole(claim, predictions):
        return Measurement(claim.metric, value, predictions.method, conditions)
    return Measurement(
        claim.metric,
        value,
        predictions.method,
        conditions,
        interval=wilson(correct, total),
        remark=f"{correct:,} of {total:,} pictures, {_why_not_whole(claim, fingerprint)}",
        settled_by=f"--dataset with the whole of {claim.dataset} settles it",
    )


def _why_not_whole(claim: Claim, fingerprint: Digest) -> str:
    if claim.whole_set is None:
        return f"which are not shown to be all of {claim.dataset}"
    return f"whose fingerprint is {fingerprint}, and the page declares {claim.whole_set}"


def is_whole(claim: Claim, predictions: Predictions) -> bool:
    """Return whether the pictures are all of the dataset that the claim is about."""
    if claim.whole_set is not None:
        return claim.whole_set.whole and claim.whole_set.matches(predictions.fingerprint)
    return predictions.whole == "ImageNet" and claim.dataset.casefold() in IMAGENET


def wilson(correct: int, total: int) -> tuple[Decimal, Decimal]:
    """Return the 95 % score interval of a proportion, in percent, to two decimals."""
    share = correct / total
    scale = 1 + Z**2 / total
    centre = (share + Z**2 / (2 * total)) / scale
    half = Z * sqrt(share * (1 - share) / total + Z**2 / (4 * total**2)) / scale
    low, high = (100 * max(0.0, min(1.0, bound)) for bound in (centre - half, centre + half))
    return Decimal(f"{low:.2f}"), Decimal(f"{high:.2f}")


def _percent(correct: int, total: int) -> Decimal:
    return round(Decimal(100) * correct / total, 4).normalize() + 0


VALIDATOR = Validator(
    name="accuracy",
    metrics=frozenset({Metric.TOP_1, Metric.TOP_5}),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
