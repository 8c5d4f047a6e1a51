"""The table of suspects and the orders of labels: each is a change, and no two are the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import torch
from PIL import Image
from timm.data import create_transform

from tests.diagnosis.conftest import TRAINED
from zoo.datasets._imagenet import wnids
from zoo.diagnosis.conditions import Conditions, preparation
from zoo.diagnosis.permuted import halves, hits_by, learnt_from
from zoo.diagnosis.readings import NONE, best, reread, usual_readings
from zoo.diagnosis.suspects import FAMILIES, SIZES, Known, usual_suspects
from zoo.errors import Unavailable
from zoo.pictures import Dataset, File, Picture
from zoo.predictions import Prediction
from zoo.subject import CROPS

USUAL = replace(
    TRAINED,
    image_size=Decimal(224),
    crop_pct=Decimal("0.875"),
    mean=tuple(Decimal(x) for x in ("0.485", "0.456", "0.406")),
    std=tuple(Decimal(x) for x in ("0.229", "0.224", "0.225")),
)
PAGE = Conditions(USUAL)
ALL = Known(
    replace(USUAL, crop_pct=Decimal("0.96"), interpolation="bilinear"),
    "timm tiny",
    (224, 288),
    "state_dict",
    ("state_dict_ema",),
)
SOME = Dataset("none", Path(), ())


def test_every_family_has_a_suspect_named_after_it() -> None:
    assert {suspect.id for suspect in usual_suspects(PAGE, ALL)} == set(FAMILIES)


@pytest.mark.parametrize("known", [ALL, Known()])
def test_no_two_suspects_are_the_same_and_none_is_what_is_documented(known: Known) -> None:
    found = usual_suspects(PAGE, known)
    conditions = [suspect.conditions for suspect in found]
    assert len(set(conditions)) == len(conditions) == len({suspect.words for suspect in found})
    assert PAGE not in conditions
    assert 15 < len(found) < 35  # so many passes over the drawn pictures, at most


def test_a_source_that_differs_in_one_point_is_that_point() -> None:
    found = usual_suspects(PAGE, Known(replace(USUAL, crop_pct=Decimal("0.95")), "timm tiny"))
    assert "source-preprocessing" not in {suspect.id for suspect in found}
    assert "crop share 0.95" in {suspect.words for suspect in found}


def test_sizes_are_the_neighbours_and_those_of_the_source() -> None:
    found = usual_suspects(PAGE, Known(sizes=(448,)))
    sizes = [s.conditions.preprocessing.image_size for s in found if s.id == "image-size"]
    assert sizes == [176, 192, 240, 256, 448]
    assert sorted(SIZES) == list(SIZES)


@pytest.fixture
def picture() -> Image.Image:
    torch.manual_seed(1)
    return Image.fromarray(torch.randint(0, 256, (30, 60, 3), dtype=torch.uint8).numpy())


@pytest.mark.parametrize("mode", CROPS)
def test_documented_conditions_prepare_as_timm_does(picture, mode: str) -> None:
    half = (0.5, 0.5, 0.5)
    timms = create_transform(
        (3, 16, 16), interpolation="bicubic", crop_pct=0.9, crop_mode=mode, mean=half, std=half
    )
    page = replace(TRAINED, crop_pct=Decimal("0.9"), crop_mode=mode)
    assert torch.equal(preparation(Conditions(page))(picture), timms(picture))


def test_what_is_documented_as_squashed_is_not_suspected_of_it() -> None:
    page = Conditions(replace(USUAL, crop_mode="squash", crop_pct=Decimal(1)))
    assert "resize" not in {each.id for each in usual_suspects(page, Known())}


def test_each_channel_keeps_its_mean_when_they_are_turned_round(picture) -> None:
    plain, bgr = (
        preparation(Conditions(USUAL))(picture),
        preparation(Conditions(USUAL, bgr=True))(picture),
    )
    assert torch.equal(bgr, plain[[2, 1, 0]])


def test_the_whole_picture_is_in_a_squashed_one() -> None:
    canvas = Image.new("RGB", (48, 16))
    canvas.paste((255, 255, 255), (0, 0, 12, 16))
    page = Conditions(replace(TRAINED, interpolation="nearest"))
    (suspect,) = (each for each in usual_suspects(page, Known()) if each.id == "resize")
    squashed = preparation(suspect.conditions)(canvas)
    assert squashed.shape == (3, 16, 16)
    assert (squashed[:, :, :4] == 1).all() and (squashed[:, :, 4:] == -1).all()


def test_an_interpolation_that_there_is_not_is_said() -> None:
    with pytest.raises(Unavailable, match="bicubik"):
        preparation(Conditions(replace(TRAINED, interpolation="bicubik")))


def words(outputs: int, dataset: Dataset = SOME) -> dict[str, tuple[int, ...]]:
    return {reading.words: reading.order for reading in usual_readings(outputs, dataset)}


def test_orders_of_labels_are_permutations_or_lack_the_end() -> None:
    for outputs in (2, 10, 12, 1000, 1001):
        for order in words(outputs).values():
            read = [output for output in order if output != NONE]
            assert len(order) in (outputs - 1, outputs)
            assert len(set(read)) == len(read) >= outputs - 1
            assert set(read) <= set(range(outputs))


def test_indices_in_the_order_of_text() -> None:
    (order,) = (order for said, order in words(12).items() if "as text" in said)
    assert order == (0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3)
    assert not any("as text" in said for said in words(10))


def test_imagenet_in_the_order_of_names() -> None:
    (order,) = (order for said, order in words(1000).items() if "English" in said)
    assert order != tuple(range(1000))
    first = order.index(0)
    assert list(wnids())[first] == "n02123159" or first != 0  # no fish comes first
    assert not any("English" in said for said in words(999))


def test_folders_say_an_order_only_where_each_class_has_its_own() -> None:
    def dataset(*ids: str) -> Dataset:
        made = (Picture(name, File(Path()), label) for label, name in enumerate(ids))
        return replace(SOME, pictures=tuple(made))

    said = "classes numbered in the order of the folders' names"
    assert words(3, dataset("b/1", "c/1", "a/1"))[said] == (1, 2, 0)
    assert said not in words(3, dataset("a/1", "a/2", "b/1"))
    assert said not in words(3, dataset("a/1", "b/1", "c/1"))
    assert said not in words(3, dataset("1", "2", "3"))


def test_logits_are_read_in_another_order_and_only_where_they_are_numbers() -> None:
    logits = torch.tensor([[1.0, 3.0, 2.0], [1.0, float("nan"), 0.0]])
    assert best(logits, None, 2) == [(1, 2), ()]
    assert best(logits, (0, 2), 5) == [(2, 0), ()]
    shifted = reread(logits, (1, 2, NONE))
    assert best(shifted, None, 1) == [(0,), ()]


def items(*pairs: tuple[int, int]) -> list[Prediction]:
    return [Prediction(str(n), "", label, (top, 9)) for n, (label, top) in enumerate(pairs)]


def test_each_output_is_given_once_to_the_class_that_has_it_most_often() -> None:
    seen = items(*[(0, 2)] * 5, *[(1, 2)] * 4, *[(1, 0)] * 3, (2, 1))
    assert learnt_from(seen) == {0: 2, 1: 0, 2: 1}
    assert hits_by({0: 2}, items((0, 2), (0, 1), (1, 2)), 1) == (True, False, False)
    assert hits_by({0: 9}, items((0, 2)), 2) == (True,)


def test_an_order_is_learnt_only_from_enough_pictures_and_never_judged_by_the_same() -> None:
    assert halves(items(*[(0, 1), (1, 0)] * 9)) is None
    learnt, judged = halves(items(*[(0, 1), (1, 0)] * 10))
    assert {item.id for item in learnt}.isdisjoint(item.id for item in judged)
    sets = [replace(item, accepted=frozenset({1})) for item in items(*[(0, 1)] * 50)]
    assert halves(sets) is None
