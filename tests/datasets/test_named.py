"""Published datasets: whole by their counts and numbers, scored on their classes and label sets."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from zoo.datasets import (
    NAMES,
    _imagenet,
    _named,
    _real,
    copies_in,
    inspect_dataset,
    open_dataset,
)
from zoo.errors import Unavailable
from zoo.pictures import Dataset, Picture, is_correct

SETS = _real.label_sets()
WNIDS = list(_imagenet.wnids())
HERE = Path("imagenet")


@dataclass(frozen=True)
class Nowhere:
    where: str

    def read(self) -> bytes:
        raise OSError


@cache
def imagenet() -> Dataset:
    """Return 50 pictures of each class by number, with labels of which ReaL takes most for right.

    The labels are dealt so that each class has 50: those are not the true ones, which nothing that
    is installed lists, but the first of ReaL's as far as there are places.
    """
    left = Counter(dict.fromkeys(range(1000), 50))
    labels: dict[int, int] = {}
    for number, right in enumerate(SETS, start=1):
        free = [label for label in sorted(right) if left[label]]
        if free:
            labels[number] = free[0]
            left[free[0]] -= 1
    rest = iter(left.elements())
    pictures = [picture(f"ILSVRC2012_val_{number:08d}.JPEG", labels.get(number) if number in labels
                        else next(rest)) for number in range(1, 50_001)]  # fmt: skip
    return Dataset("drawn", HERE, tuple(pictures))


def picture(name: str, label: int) -> Picture:
    return Picture(name, Nowhere(f"imagenet/{name}"), label)


def without(dataset: Dataset, *indices: int) -> Dataset:
    gone = set(indices)
    kept = (p for index, p in enumerate(dataset.pictures) if index not in gone)
    return replace(dataset, pictures=tuple(kept))


def of_each(classes: list[int], count: int, pattern: str = "{label}/{n}.jpg") -> Dataset:
    pictures = [picture(pattern.format(label=c, n=n), c) for c in classes for n in range(count)]
    return Dataset("drawn", HERE, tuple(pictures))


def said(dataset: Dataset, name: str, *, complete: bool = False) -> list[str]:
    published = _named.named(name)
    assert published is not None
    faults = _named.shortfalls(dataset, published, complete=complete)
    return [f"{fault.kind}: {fault.message}" for fault in faults]


def test_the_whole_of_imagenet_is_in_order_and_whole() -> None:
    assert said(imagenet(), "ImageNet", complete=True) == []
    assert _named.is_whole(imagenet(), _named.IMAGENET)


def test_one_missing_picture_is_named_by_its_number_and_its_class() -> None:
    label = imagenet().pictures[16].label
    assert said(without(imagenet(), 16), "imagenet-1k") == [
        "missing: ILSVRC2012_val_00000017.JPEG is missing",
        f"missing: class {label} ({WNIDS[label]}) has 49 pictures, and should have 50",
    ]
    assert not _named.is_whole(without(imagenet(), 16), _named.IMAGENET)


def test_a_missing_class_is_named() -> None:
    less = replace(imagenet(), pictures=tuple(p for p in imagenet().pictures if p.label != 7))
    messages = said(less, "ILSVRC2012")
    assert messages[0] == f"missing: class 7 ({WNIDS[7]}) has no picture"
    assert sum("is missing" in message for message in messages) == 50


def test_a_picture_of_the_training_set_is_extra() -> None:
    more = replace(imagenet(), pictures=(*imagenet().pictures, picture("n01440764_10026.JPEG", 0)))
    assert said(more, "ImageNet") == [
        "extra: imagenet/n01440764_10026.JPEG is no picture of the validation set",
        f"extra: class 0 ({WNIDS[0]}) has 51 pictures, and should have 50",
    ]


def test_a_picture_of_no_class_of_imagenet_is_extra() -> None:
    odd = replace(imagenet(), pictures=(*imagenet().pictures[1:], picture("x.jpg", 1000)))
    assert "extra: 1 picture of classes that ImageNet has not: imagenet/x.jpg" in said(
        odd, "ImageNet"
    )


def test_a_picture_that_was_moved_to_another_class_shows_in_both() -> None:
    first = imagenet().pictures[0]
    other = replace(first, label=(first.label + 1) % 1000)
    moved = replace(imagenet(), pictures=(other, *imagenet().pictures[1:]))
    assert sorted(message.split(") ")[1] for message in said(moved, "ImageNet")) == [
        "has 49 pictures, and should have 50",
        "has 51 pictures, and should have 50",
    ]


@pytest.mark.parametrize("shift", [1, 17, 999])
def test_labels_in_another_order_are_told_by_real(shift: int) -> None:
    shifted = [replace(p, label=(p.label + shift) % 1000) for p in imagenet().pictures]
    (message,) = said(replace(imagenet(), pictures=tuple(shifted)), "ImageNet")
    assert "the classes are permuted: " in message
    assert "have one that is right by ReaL" in message


def test_two_classes_that_are_exchanged_are_named_by_real() -> None:
    exchange = {0: 1, 1: 0}
    pictures = [replace(p, label=exchange.get(p.label, p.label)) for p in imagenet().pictures]
    (message,) = said(replace(imagenet(), pictures=tuple(pictures)), "ImageNet")
    assert "malformed: " in message and "no picture of these classes is right by ReaL: " in message
    assert message.endswith(f"{WNIDS[0]} shows {WNIDS[1]}, {WNIDS[1]} shows {WNIDS[0]}")


def test_a_number_beyond_the_last_of_the_validation_set_is_extra() -> None:
    first, *others = imagenet().pictures
    odd = picture("ILSVRC2012_val_00050001.JPEG", first.label)
    assert said(replace(imagenet(), pictures=(odd, *others)), "ImageNet") == [
        "extra: imagenet/ILSVRC2012_val_00050001.JPEG is no picture of the validation set",
        "missing: ILSVRC2012_val_00000001.JPEG is missing",
    ]


def test_each_class_is_right_by_real_for_more_pictures_than_chance_can_miss() -> None:
    counts = Counter(label for right in SETS for label in right)
    assert min(counts[label] for label in range(1000)) == 13


def test_a_sample_of_imagenet_is_in_order_but_not_whole() -> None:
    sample = replace(imagenet(), pictures=imagenet().pictures[:300])
    assert said(sample, "ImageNet") == []
    assert not _named.is_whole(sample, _named.IMAGENET)
    assert len(said(sample, "ImageNet", complete=True)) > 49_700


def test_pictures_without_numbers_are_counted_by_class() -> None:
    plain = of_each(list(range(1000)), 50)
    assert said(plain, "ImageNet", complete=True) == []
    assert _named.is_whole(plain, _named.IMAGENET)
    assert said(without(plain, 0), "ImageNet") == [
        f"missing: class 0 ({WNIDS[0]}) has 49 pictures, and should have 50"
    ]


@pytest.mark.parametrize("pattern", [
    "n{label:08d}/n{label:08d}_{n}.JPEG",
    "n{label:08d}_{n}",  # in WebDataset archives
    "train-0/n{label:08d}_{n}_n{label:08d}.JPEG",  # by Hugging Face
])  # fmt: skip
def test_pictures_of_the_training_set_are_never_the_whole_set(pattern: str) -> None:
    (message,) = said(of_each(list(range(1000)), 50, pattern), "ImageNet")
    assert message.startswith("extra: 50,000 pictures are named as those of the training set: ")
    assert f"imagenet/{pattern.format(label=0, n=0)}, " in message
    assert message.endswith(" and 49,995 more")


def files(total: int, copied: int, pattern: str = "{n}.jpg") -> list[tuple[str, str]]:
    """Return names with digests, of which so many are that of the first."""
    digests = ["first"] * (copied + 1) + [str(n) for n in range(total - copied - 1)]
    return [(pattern.format(n=n), digest) for n, digest in enumerate(digests)]


def test_more_than_one_copy_in_a_thousand_is_too_many_for_imagenet() -> None:
    assert copies_in("ImageNet", files(50_000, 49_999)) == ("0.jpg", "1.jpg")
    assert copies_in("ImageNet", files(50_000, 51)) == ("0.jpg", "1.jpg")
    assert copies_in("ImageNet", files(50_000, 50)) is None
    assert copies_in("ImageNet", files(100, 1)) is None  # of few that were drawn
    assert copies_in("ImageNet", files(100, 2)) == ("0.jpg", "1.jpg")
    assert copies_in("ImageNet", []) is None


def test_copies_are_too_many_whatever_their_names_are() -> None:
    (first, _), (second, _), *_ = copied = files(100, 99, "ILSVRC2012_val_{n:08d}.JPEG")
    assert copies_in("ImageNet", copied) == (first, second)


def test_nothing_is_said_of_copies_in_another_dataset() -> None:
    for whole in ("", "ImageNet-A", "ImageNet-R", "ImageNet-Sketch"):
        assert copies_in(whole, files(100, 99)) is None


@pytest.mark.parametrize("label", range(0, 1000, 333))
def test_of_more_than_half_the_classes_none_may_be_missing(label: int) -> None:
    less = of_each([c for c in range(1000) if c != label], 1)
    published = _named.meant(less, "imagenet-folder")
    assert published is _named.IMAGENET
    assert said(less, "ImageNet") == [f"missing: class {label} ({WNIDS[label]}) has no picture"]


def test_a_manifest_is_never_taken_for_imagenet() -> None:
    assert _named.meant(imagenet(), "manifest") is None


def test_folders_by_number_are_taken_for_imagenet_v2() -> None:
    v2 = of_each(list(range(1000)), 10)
    assert _named.meant(v2, "index-folder") is _named.V2
    assert said(v2, "ImageNet-V2", complete=True) == []
    assert _named.is_whole(v2, _named.V2)
    assert said(without(v2, 0, 11), "imagenetv2") == [
        f"missing: class 0 ({WNIDS[0]}) has 9 pictures, and should have 10",
        f"missing: class 1 ({WNIDS[1]}) has 9 pictures, and should have 10",
    ]


def test_sketches_are_known_by_their_names() -> None:
    sketches = of_each(list(range(1000)), 1, WNIDS[0] + "/sketch_{n}.JPEG")
    assert _named.meant(sketches, "imagenet-folder") is _named.SKETCH
    assert said(sketches, "ImageNet-Sketch", complete=True) == [
        "missing: 1,000 pictures, and ImageNet-Sketch has 50,889"
    ]


@pytest.mark.parametrize(
    ("name", "letter", "count"), [("ImageNet-A", "a", 7_500), ("ImageNet-R", "r", 30_000)]
)
def test_a_subset_has_200_classes_and_its_count(name: str, letter: str, count: int) -> None:
    classes = _imagenet.subset(letter)
    assert len(classes) == 200
    whole = replace(
        imagenet(), pictures=tuple(picture(f"{n}.jpg", classes[n % 200]) for n in range(count))
    )
    published = _named.named(name)
    assert published is not None
    assert said(whole, name, complete=True) == []
    assert _named.is_whole(whole, published)
    less = replace(whole, pictures=tuple(p for p in whole.pictures if p.label != classes[0]))
    assert (
        said(less, name)[0] == f"missing: class {classes[0]} ({WNIDS[classes[0]]}) has no picture"
    )
    foreign = next(c for c in range(1000) if c not in classes)
    more = replace(whole, pictures=(*whole.pictures[1:], picture("x.jpg", foreign)))
    assert f"extra: 1 picture of classes that {name} has not: imagenet/x.jpg" in said(more, name)


@pytest.fixture
def subset_r(tmp_path: Path, draw) -> Path:
    for label in _imagenet.subset("r")[:3]:
        (tmp_path / WNIDS[label]).mkdir()
        (tmp_path / WNIDS[label] / "art_0.jpg").write_bytes(draw(label))
    return tmp_path


def test_a_subset_is_scored_on_its_classes_if_it_is_asked_for_by_name(subset_r: Path) -> None:
    assert open_dataset(subset_r).classes is None
    assert open_dataset(subset_r, "imagenet-r").classes == _imagenet.subset("r")
    assert open_dataset(subset_r, "ImageNet").classes is None
    assert open_dataset(subset_r, "my own").classes is None


def test_a_subset_of_other_classes_is_refused(subset_r: Path) -> None:
    with pytest.raises(Unavailable, match="pictures of classes that ImageNet-A has not"):
        open_dataset(subset_r, "ImageNet-A")


def test_a_name_asks_for_all_of_it_only_where_that_is_said(subset_r: Path) -> None:
    assert inspect_dataset(subset_r, "ImageNet-R").faults == ()
    faults = inspect_dataset(subset_r, "ImageNet-R", complete=True).faults
    assert len(faults) == 198
    assert (
        faults[-1].message == "3 pictures, and ImageNet-R has 30,000"
        or "no picture" in faults[-1].message
    )


def test_real_has_sets_of_which_some_are_empty() -> None:
    assert len(SETS) == 50_000
    assert sum(not right for right in SETS) == 3_163


def test_real_leaves_pictures_without_a_right_class_out_and_says_so() -> None:
    dataset = _real.relabelled(imagenet(), SETS)
    assert len(dataset.pictures) == 50_000 - 3_163
    assert "without 3,163 pictures for which no class is right" in dataset.layout
    for each in dataset.pictures[:100]:
        assert each.labels == SETS[_imagenet.number_of(each.id) - 1]
    assert dataset.faults == ()


@pytest.mark.parametrize("layout", ["imagenet-folder", "imagenet-flat", "imagenet-tar", "parquet",
                                    "index-folder", "manifest", "webdataset"])  # fmt: skip
def test_real_is_by_the_pictures_numbers_in_every_layout(layouts, numbered, layout: str) -> None:
    dataset = open_dataset(layouts[layout], "ReaL")
    wanted = {number: SETS[number - 1] for number, _ in numbered if SETS[number - 1]}
    found = {_imagenet.number_of(p.id): p.accepted for p in dataset.pictures}
    assert found == wanted
    assert len(found) < len(numbered)


def test_pictures_for_none_of_which_a_class_is_right_are_no_dataset() -> None:
    dataset = imagenet()
    empty = [p for p in dataset.pictures if not SETS[_imagenet.number_of(p.id) - 1]]
    found = _real.relabelled(replace(dataset, pictures=tuple(empty[:3])), SETS)
    assert found.pictures == ()
    (fault,) = found.faults
    assert fault.message.endswith("holds no picture for which a class is right by ReaL")


def test_real_says_nothing_of_a_picture_without_a_number() -> None:
    dataset = _real.relabelled(of_each([1], 1), SETS)
    assert dataset.pictures == ()
    assert "has no ReaL labels" in dataset.faults[0].message


def test_the_users_list_takes_the_place_of_the_one_that_is_shipped(tmp_path, layouts) -> None:
    (tmp_path / "real.json").write_text(json.dumps([[5, 6]] * 50_000))
    dataset = open_dataset(
        layouts["imagenet-flat"], "ImageNet-ReaL", label_sets=tmp_path / "real.json"
    )
    assert {picture.labels for picture in dataset.pictures} == {frozenset((5, 6))}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("{}", "has no list of label sets"),
        (json.dumps([[1]] * 49_999), "has 49,999 label sets, and ReaL has 50,000"),
        (json.dumps([[1]] * 50_001), "has 50,001 label sets"),
        (json.dumps([[1]] * 49_999 + [[1000]]), "entry 50000 is no list of classes from 0 to 999"),
        (json.dumps([[-1]] + [[1]] * 49_999), "entry 1 is no list of classes"),
        (json.dumps([1] * 50_000), "entry 1 is no list of classes"),
        (json.dumps([[True]] * 50_000), "entry 1 is no list of classes"),
    ],
)
def test_a_list_that_is_not_in_order_is_refused(tmp_path, text: str, message: str) -> None:
    (tmp_path / "real.json").write_text(text)
    with pytest.raises(Unavailable, match=message):
        _real.label_sets(tmp_path / "real.json")


def test_a_prediction_is_right_if_one_of_the_best_is_among_the_labels() -> None:
    assert is_correct((3,), picture("a", 3).labels)
    assert is_correct((1, 2), frozenset((2, 9)))
    assert not is_correct((1,), frozenset((2, 9)))
    assert not is_correct((), frozenset((2, 9)))
    assert not is_correct((1,), frozenset())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_however_it_is_written(name: str) -> None:
    for written in (name, name.lower(), name.replace("-", ""), name.replace("-", " ").upper()):
        published = _named.named(written)
        assert published is not None
        assert published.title == name


@pytest.mark.parametrize("name", ["", "digits", "CIFAR-10", "ImageNet-21k", "ImageNet-C"])
def test_another_name_is_of_no_dataset_that_is_known(name: str) -> None:
    assert _named.named(name) is None
