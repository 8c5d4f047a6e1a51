"""What of a Run can be drawn: numbers that are claimed and measured, and the verdicts on them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from zoo.findings import GRAVEST_FIRST, Finding, Verdict
from zoo.run import Run

Numbers = dict[str, dict[str, Finding]]


def numeric(run: Run, metrics: Iterable[str]) -> Numbers:
    """Return the claim of each model and metric that is a positive number, by model.

    Of several that with the gravest verdict.

    Accuracies are those on one dataset, since others do not compare: see ``dataset_of``.
    """
    wanted, dataset = frozenset(metrics), dataset_of(run)
    found: Numbers = {}
    for finding in run.findings:
        if finding.metric not in wanted or finding.dataset not in ("", dataset):
            continue
        if positive(finding.claimed) is not None:
            own = found.setdefault(finding.model, {})
            own[finding.metric] = _graver(own.get(finding.metric, finding), finding)
    return found


def _graver(first: Finding, second: Finding) -> Finding:
    return min(first, second, key=lambda each: GRAVEST_FIRST.index(each.verdict))


def dataset_of(run: Run) -> str:
    """Return the dataset that most models claim an accuracy on, or nothing where none is named."""
    claimed = dict.fromkeys((each.model, each.dataset) for each in run.findings if each.dataset)
    ((dataset, _),) = Counter(name for _, name in claimed).most_common(1) or [("", 0)]
    return dataset


def positive(value: object) -> float | None:
    """Return a number that an axis can hold, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and 1e-300 < number < 1e300 else None


def claimed_of(finding: Finding) -> float:
    """Return the claimed number of a finding that ``numeric`` has found."""
    return positive(finding.claimed) or 1.0


def gravest(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict on several claims together."""
    return min((finding.verdict for finding in findings), key=GRAVEST_FIRST.index)


def tally(verdicts: Iterable[Verdict]) -> dict[Verdict, int]:
    """Return how often each verdict occurs, the gravest first, without those that do not."""
    known = list(verdicts)
    return {verdict: n for verdict in GRAVEST_FIRST if (n := known.count(verdict))}


def in_words(counted: dict[Verdict, int]) -> str:
    """Return counts as people read them: ``2 FAIL, 1 PASS``."""
    return ", ".join(f"{number:,} {verdict}" for verdict, number in counted.items())


def models(number: int) -> str:
    """Return a number of models in words."""
    return "1 model" if number == 1 else f"{number:,} models"
