"""Predicts pictures in the order of drawing until the claims are settled or the budget is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from zoo.claims import Claim, Digest
from zoo.errors import Unavailable
from zoo.findings import Tolerance
from zoo.pictures import Dataset, Picture
from zoo.predictions import Draw, Enough, Prediction, Predictions, fingerprint
from zoo.sampling.order import draw
from zoo.sampling.stopping import K, Question, Watch
from zoo.sampling.whole import shown_whole

Asked = tuple[Claim, Tolerance]
Predict = Callable[[Dataset, Enough], Predictions]


@dataclass(frozen=True, slots=True)
class Budget:
    """How many pictures may be predicted at most, and the seed of the order of drawing."""

    pictures: int
    seed: int = 0


def predict_some(
    dataset: Dataset, budget: Budget, asked: Sequence[Asked], predict: Predict
) -> Predictions:
    """Return the predictions for pictures that are drawn from a dataset.

    No more are drawn when all claims are settled, which they can be only if the dataset is shown to
    be theirs: by its structure, or by the digests of the files of all its pictures. Those are then
    read once more, as long as that takes, and not decoded. Where all pictures were needed, the
    predictions are those of the whole dataset, in its own order.

    Args:
        asked: the claims on this dataset, each with its tolerance.
        predict: an engine's work: for a dataset's pictures in order, until it is enough.

    Raises:
        Unavailable: a picture cannot be read, or changed between being hashed and predicted; or two
            have one name, so that chance cannot tell them apart.
    """
    _check_names(dataset)
    declared = any(claim.whole_set for claim, _ in asked)
    digests = _digests(dataset.pictures) if declared else {}
    origin = Draw(len(dataset.pictures), budget.seed, dataset.whole, _identity(dataset, digests))
    watch = Watch(_questions(asked, origin), origin.population)
    drawn = draw(dataset.pictures, budget.pictures, budget.seed)
    found = predict(replace(dataset, pictures=drawn, whole=""), watch)
    items = found.items[: watch.settled_after]
    if digests:
        _compare(items, digests)
    if len(items) == origin.population:
        return _in_order(dataset, replace(found, items=items, whole=dataset.whole))
    return replace(found, items=items, whole="", draw=origin)


def _questions(asked: Sequence[Asked], origin: Draw) -> list[Question]:
    """Return what can be settled by some of the pictures; nothing unless all can be."""
    if not all(shown_whole(claim, origin.fingerprint, origin.whole) for claim, _ in asked):
        return []
    return [
        Question(K[claim.metric], claim.value, tolerance)
        for claim, tolerance in asked
        if claim.metric in K and isinstance(claim.value, Decimal)
    ]


def _identity(dataset: Dataset, digests: Mapping[str, str]) -> Digest | None:
    if not digests:
        return None
    return fingerprint((digests[picture.id], picture.label) for picture in dataset.pictures)


def _in_order(dataset: Dataset, found: Predictions) -> Predictions:
    by_id = {item.id: item for item in found.items}
    return replace(found, items=tuple(by_id[picture.id] for picture in dataset.pictures))


def _check_names(dataset: Dataset) -> None:
    name, times = Counter(picture.id for picture in dataset.pictures).most_common(1)[0]
    if times > 1:
        raise Unavailable(
            f"{times} pictures of {dataset.path} have the name {name}: they are drawn by name",
            "name each picture once",
        )


def _digests(pictures: Sequence[Picture]) -> dict[str, str]:
    return {picture.id: _digest(picture) for picture in pictures}


def _digest(picture: Picture) -> str:
    try:
        return picture.sha256()
    except (OSError, ValueError) as error:
        raise Unavailable(f"{picture.where} cannot be read: {error}") from None


def _compare(items: Sequence[Prediction], digests: Mapping[str, str]) -> None:
    for item in items:
        if digests[item.id] != item.sha256:
            raise Unavailable(
                f"the picture {item.id} changed while the dataset was read",
                "run again when nothing else writes there",
            )
