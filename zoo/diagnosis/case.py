"""Asks of one model why an accuracy falls short of its claim, and decides what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from zoo.claims import Claim
from zoo.diagnosis.lineup import Case, Lineup, lineup_of
from zoo.diagnosis.naming import Look, Target, restoring
from zoo.diagnosis.permuted import halves, hits_by, learnt_from
from zoo.diagnosis.telling import Diagnosis, broken_off, none_restores, record, told, too_near
from zoo.errors import ZooError, reason
from zoo.findings import Interval, Tolerance
from zoo.pictures import Dataset
from zoo.predictions import Prediction
from zoo.sampling.order import draw
from zoo.sampling.stopping import K
from zoo.subject import Lazy


def diagnoser(case: Case) -> Callable[[Claim, Interval], Diagnosis | None]:
    """Return a function that says why an accuracy falls short, given where it was measured to be.

    It returns None where nothing falls short, or where nobody wants to know. What goes wrong on the
    way is told and not raised: an explanation moves no verdict.
    """
    made: dict[str, Lazy[Lineup]] = {}
    opened: dict[str, Lazy[Dataset]] = {}

    def diagnose(claim: Claim, measured: Interval) -> Diagnosis | None:
        target = _target(claim, case.allowed(claim))
        if not case.pictures or not target.above(measured):
            return None
        name = claim.dataset
        dataset = opened.setdefault(name, Lazy(lambda: case.dataset(name)))
        lineup = made.setdefault(name, Lazy(lambda: lineup_of(case, dataset())))
        try:
            return _explain(case, dataset(), lineup, claim, target)
        except ZooError as error:
            return broken_off(error.message)
        except Exception as error:  # a defect here must not become an ERROR of the claim
            return broken_off(reason(error))

    return diagnose


def _target(claim: Claim, tolerance: Tolerance) -> Target:
    assert isinstance(claim.value, Decimal)
    return Target(claim.value, tolerance.allowed(claim.value))


def _explain(
    case: Case, dataset: Dataset, lineup: Callable[[], Lineup], claim: Claim, target: Target
) -> Diagnosis:
    k = K[claim.metric]
    if known := _already_known(case, dataset, claim):
        documented = Look("documented", "", "", tuple(item.hit(k) for item in known))
        if not target.above(documented.interval):
            return too_near(documented.hits, case.seed, len(dataset.pictures))
    documented, looks = lineup().as_documented(k), lineup().looks(k)
    if not target.above(documented.interval):
        return too_near(documented.hits, case.seed, len(dataset.pictures))
    looked = record(len(documented.hits), case.seed, looks, lineup().failed)
    if named := restoring(target, documented.hits, looks):
        return told(named, documented, case.seed, looked)
    return _permuted(case, dataset, claim, target, looked) or none_restores(documented, looked)


def _already_known(case: Case, dataset: Dataset, claim: Claim) -> list[Prediction]:
    """Return what was predicted of the drawn pictures before; nothing, unless it was for all."""
    items = {item.id: item for item in case.predictions(claim.dataset).items}
    wanted = draw(dataset.pictures, case.pictures, case.seed)
    known = [items[picture.id] for picture in wanted if picture.id in items]
    return known if len(known) == len(wanted) else []


def _permuted(
    case: Case, dataset: Dataset, claim: Claim, target: Target, looked: Mapping[str, Any]
) -> Diagnosis | None:
    """Return that the labels are permuted, if an order that one half shows restores the claim.

    It is one suspect more, so that its p-value is corrected for those before it too.
    """
    k = K[claim.metric]
    items = {item.id: item for item in case.predictions(claim.dataset).items}
    mixed = draw(dataset.pictures, len(dataset.pictures), case.seed)
    parts = halves([items[picture.id] for picture in mixed if picture.id in items])
    if parts is None:
        return None
    learnt, judged = parts
    documented = Look("documented", "", "", tuple(item.hit(k) for item in judged))
    words = f"the labels permuted as {len(learnt):,} other pictures of the set show"
    hits = hits_by(learnt_from(learnt), judged, k)
    look = Look("permuted-labels", words, "each output its own class", hits)
    before = [Look("", "", "", documented.hits)] * len(looked["right"])
    named = restoring(target, documented.hits, [look, *before])
    if not named:
        return None
    right = {**looked["right"], look.words: look.correct}
    return told(named, documented, case.seed, {**looked, "right": right})
