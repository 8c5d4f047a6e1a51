"""When enough pictures were drawn: as soon as every question that was asked of them is settled.

One sample answers two kinds of question, Top-1 and Top-5, so that there are two intervals. Each is
given half of ``ALPHA``: then the chance that a model meets any wrong verdict here is at most
``ALPHA``, however the two depend on each other (Bonferroni). More than one claim about the same
share costs nothing, since they are judged by the same interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from zoo.claims import Metric
from zoo.findings import Interval, Tolerance, Verdict
from zoo.judging import within
from zoo.predictions import Prediction
from zoo.sampling.bounds import next_look, nothing_known

ALPHA = 0.05  # of a wrong verdict on a model's accuracies, when only some pictures were drawn
K = {Metric.TOP_1: 1, Metric.TOP_5: 5}  # among how many of the best classes the label must be
ALPHA_EACH = ALPHA / len(K)


@dataclass(frozen=True, slots=True)
class Question:
    """Whether the share of pictures, in percent, is as claimed: label among the k best classes."""

    k: int
    claimed: Decimal
    tolerance: Tolerance

    def settled(self, interval: Interval) -> bool:
        """Return whether an interval decides it."""
        return within(self.claimed, interval, self.tolerance) is not Verdict.UNDECIDED


class Watch:
    """Follows predictions in the order of drawing, and says when no more are needed.

    It looks as ``zoo.sampling.bounds`` does, so that what is kept is the same for any size of
    batches. Predictions that are not finite settle all questions: no share is then computed.

    Args:
        questions: none are never settled.
        population: how many pictures the predicted ones are drawn from.
    """

    def __init__(self, questions: Sequence[Question], population: int) -> None:
        self.settled_after: int | None = None
        self._questions = questions
        self._bounds = {q.k: nothing_known(population, ALPHA_EACH) for q in questions}
        self._correct = dict.fromkeys(self._bounds, 0)
        self._finite = True
        self._seen, self._look = 0, 1

    def __call__(self, items: Sequence[Prediction]) -> bool:
        """Return whether the predictions so far are enough; those of the last call begin them."""
        while self.settled_after is None and self._seen < len(items):
            self._take(items[self._seen])
        return self.settled_after is not None

    def _take(self, item: Prediction) -> None:
        self._seen += 1
        self._finite &= bool(item.top)
        for k in self._correct:
            self._correct[k] += item.hit(k)
        if self._seen == self._look:
            self._look = next_look(self._seen)
            if self._settled():
                self.settled_after = self._seen

    def _settled(self) -> bool:
        for k, bounds in self._bounds.items():
            self._bounds[k] = bounds.look(self._seen, self._correct[k])
        intervals = {k: bounds.in_percent for k, bounds in self._bounds.items()}
        answered = all(question.settled(intervals[question.k]) for question in self._questions)
        return bool(self._questions) and (answered or not self._finite)
