"""Each usual mistake is planted in a real classifier, and found; nothing else is blamed."""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from tests.diagnosis.conftest import (
    CLAIMED,
    TRAINED,
    Around,
    case_of,
    claim_of,
    diagnosis_of,
    redrawn,
    suspects,
)
from zoo.checkpoint.record import Record
from zoo.claims import Metric
from zoo.demo import digits
from zoo.diagnosis import diagnoser
from zoo.pictures import Dataset, File, Picture
from zoo.subject import Stated

ZERO, ONE = (Decimal(0),) * 3, (Decimal(1),) * 3
IMAGENET = replace(
    TRAINED,
    mean=tuple(Decimal(x) for x in ("0.485", "0.456", "0.406")),
    std=tuple(Decimal(x) for x in ("0.229", "0.224", "0.225")),
)


def test_mean_and_std_of_another_family(trained, pictures) -> None:
    found = diagnosis_of(trained, pictures, replace(TRAINED, mean=ZERO, std=ONE))
    assert suspects(found) == {"mean-std"}
    assert found.cause["restores"] == "mean (0.5, 0.5, 0.5) and std (0.5, 0.5, 0.5)"
    assert found.cause["documented"] == "mean (0, 0, 0) and std (1, 1, 1)"
    low, high = found.cause["interval"]
    assert low <= CLAIMED <= high
    assert found.cause["documented_interval"][1] < low
    assert found.cause["pictures"] == 96
    assert f"{found.cause['correct']} of 96 drawn pictures are right [" in found.because
    assert (
        f", as claimed; as documented, {found.cause['documented_correct']} are [" in found.because
    )


def test_values_of_0_to_255(trained, pictures) -> None:
    wants_bytes = Around(trained, before=lambda inputs: (inputs / 255 - 0.5) / 0.5)
    found = diagnosis_of(wants_bytes, pictures)
    assert suspects(found) == {"value-range"}
    assert found.cause["restores"] == "values of 0 to 255"


class Colours(nn.Module):
    """Names the strongest channel, which it takes to be in the order blue, green, red."""

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs.mean(dim=(2, 3))[:, [2, 1, 0]]


class Caffe(nn.Module):
    """Names the strongest channel of BGR if it is more than 30 above the mean, else "dark"."""

    def forward(self, inputs: Tensor) -> Tensor:
        channels = inputs.mean(dim=(2, 3))[:, [2, 1, 0]]
        return torch.cat([channels, torch.full_like(channels[:, :1], 30)], dim=1)


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Draw noisy pictures in red, green, blue, and dark ones."""
    folder = tmp_path_factory.mktemp("colours")
    made = []
    for number in range(160):
        label = number % 4
        generator = torch.Generator().manual_seed(number)
        pixels = torch.randint(0, 60, (24, 24, 3), generator=generator)
        if label < 3:
            pixels[..., label] += 150 + number % 40
        path = folder / f"{number:03}.png"
        Image.fromarray(pixels.to(torch.uint8).numpy()).save(path)
        made.append(Picture(path.name, File(path), label))
    return Dataset("colours", folder, tuple(made))


def test_channels_in_the_order_bgr(colours) -> None:
    bright = replace(colours, pictures=tuple(p for p in colours.pictures if p.label < 3))
    found = diagnosis_of(Colours(), bright, IMAGENET, claimed=Decimal(100))
    assert suspects(found) == {"channel-order"}
    assert found.cause["restores"].startswith("channels in the order BGR")


def test_what_caffe_does(colours) -> None:
    found = diagnosis_of(Caffe(), colours, IMAGENET, claimed=Decimal(100))
    assert suspects(found) == {"channel-order"}
    assert found.cause["restores"].endswith("as Caffe has them")


def wide(image: Image.Image) -> Image.Image:
    """Put a digit in the middle of a canvas thrice as wide."""
    canvas = Image.new("RGB", (24, 8), (255, 255, 255))
    canvas.paste(image, (8, 0))
    return canvas


def test_a_crop_that_cuts_too_much(trained, pictures, tmp_path: Path) -> None:
    changed = redrawn(pictures, tmp_path, wide)
    found = diagnosis_of(trained, changed, replace(TRAINED, crop_pct=Decimal("0.5")), number=300)
    assert suspects(found) == {"crop-pct"}
    assert found.cause["documented"] == "crop share 0.5"
    shares = {found.cause["restores"], *(each["restores"] for each in found.cause["or"])}
    assert "crop share 1" in shares


def test_two_changes_that_do_the_same_are_both_named(trained, pictures) -> None:
    found = diagnosis_of(trained, pictures, replace(TRAINED, crop_pct=Decimal("0.5")))
    assert suspects(found) == {"crop-pct", "resize"}  # of square pictures, nothing is cropped
    assert found.because.startswith("either with crop share")
    assert ", or with the whole picture resized to the input" in found.because
    assert found.because.count(", or with ") == 3  # of which the last counts what is not shown
    assert len(found.cause["or"]) == 4
    assert ", or with one of 2 more, as claimed; as documented, " in found.because


def test_pictures_that_were_resized_and_not_cropped(trained, pictures, tmp_path: Path) -> None:
    tall = redrawn(pictures, tmp_path, lambda image: image.resize((16, 48)))
    found = diagnosis_of(trained, tall)
    assert suspects(found) == {"resize"}


def speckled(image: Image.Image) -> Image.Image:
    """Enlarge a digit, and spoil the very pixels that picking the nearest one would take."""
    large = image.resize((64, 64), Image.Resampling.BICUBIC)
    for x in range(2, 64, 4):
        for y in range(2, 64, 4):
            large.putpixel((x, y), tuple(255 - part for part in large.getpixel((x, y))))
    return large


def test_another_interpolation(trained, pictures, tmp_path: Path) -> None:
    changed = redrawn(pictures, tmp_path, speckled)
    found = diagnosis_of(trained, changed, replace(TRAINED, interpolation="nearest"))
    named = [found.cause, *found.cause["or"]]
    restoring = {each["restores"] for each in named if each["suspect"] == "interpolation"}
    assert restoring == {f"{name} interpolation" for name in ("bicubic", "bilinear", "lanczos")}
    # Another crop share moves the pixels that the nearest ones are, which does as well.
    assert suspects(found) <= {"interpolation", "crop-pct"}


def test_the_image_size_of_training(trained, pictures) -> None:
    page = replace(TRAINED, image_size=Decimal(32))
    found = diagnosis_of(trained, pictures, page, sizes=(16,))
    assert suspects(found) == {"image-size"}
    assert found.cause["restores"] == "image size 16"


def test_the_sources_own_preprocessing_where_it_differs_in_more_than_one_point(
    trained, pictures
) -> None:
    page = replace(TRAINED, mean=ZERO, std=ONE, image_size=Decimal(32))
    found = diagnosis_of(trained, pictures, page, stated=Stated(TRAINED, "zoo.demo:digits"))
    assert suspects(found) == {"source-preprocessing"}
    assert "zoo.demo:digits (bicubic to 16 / 1.0" in found.cause["restores"]


def ruined(network: nn.Module, share: float) -> nn.Module:
    """Return a copy with noise on all of its weights."""
    worse = copy.deepcopy(network)
    torch.manual_seed(5)
    with torch.no_grad():
        for parameter in worse.parameters():
            parameter += share * parameter.std() * torch.randn_like(parameter)
    return worse


def test_the_averaged_weights(trained, pictures) -> None:
    record = Record("ab" * 32, "pt", state_dict="state_dict", passed_over=("state_dict_ema",))
    known = {"record": record, "other": lambda: copy.deepcopy(trained)}
    found = diagnosis_of(ruined(trained, 1), pictures, **known)
    assert suspects(found) == {"ema-weights"}
    assert found.cause["documented"] == "the weights under state_dict"
    assert found.cause["restores"] == "the weights under state_dict_ema of the same checkpoint"


def test_a_network_left_in_training_mode(trained, pictures) -> None:
    broken = copy.deepcopy(trained)
    for layer in broken.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_running_stats()
    before = copy.deepcopy(broken.state_dict())
    found = diagnosis_of(broken, pictures)
    assert suspects(found) == {"training-mode"}
    assert all(torch.equal(before[name], now) for name, now in broken.state_dict().items())
    assert not broken.training


def test_a_background_class_before_the_others(trained, pictures) -> None:
    def background(logits: Tensor) -> Tensor:
        others = torch.full((len(logits), 990), -100.0)
        return torch.cat([others[:, :1], logits, others], dim=1)

    found = diagnosis_of(Around(trained, after=background), pictures)
    assert suspects(found) == {"background-class"}
    assert found.cause["restores"] == "1,001 classes of which the first is the background"


def test_classes_that_the_network_counts_from_1(trained, pictures) -> None:
    def later(logits: Tensor) -> Tensor:
        return torch.cat([torch.full((len(logits), 1), -100.0), logits], dim=1)

    found = diagnosis_of(Around(trained, after=later), pictures)
    assert suspects(found) == {"label-offset"}
    assert found.cause["restores"] == "classes counted from 1 by the network"


def test_classes_that_the_dataset_counts_from_1(trained, pictures) -> None:
    def one_more(logits: Tensor) -> Tensor:
        return torch.cat([logits, torch.full((len(logits), 1), -100.0)], dim=1)

    later = tuple(replace(picture, label=picture.label + 1) for picture in pictures.pictures)
    found = diagnosis_of(Around(trained, after=one_more), replace(pictures, pictures=later))
    assert suspects(found) == {"label-offset"}
    assert found.cause["restores"] == "classes counted from 1 by the dataset"


WORDS = "zero one two three four five six seven eight nine".split()


def test_classes_in_the_order_of_the_folders_names(trained, pictures) -> None:
    by_name = torch.tensor(sorted(range(10), key=WORDS.__getitem__))
    folders = tuple(
        replace(picture, id=f"{WORDS[picture.label]}/{picture.id.rpartition('/')[2]}")
        for picture in pictures.pictures
    )
    numbered_by_name = Around(trained, after=lambda logits: logits[:, by_name])
    found = diagnosis_of(numbered_by_name, replace(pictures, pictures=folders))
    assert suspects(found) == {"folder-order"}


def test_labels_that_are_permuted_in_an_order_that_nobody_knows(trained, pictures) -> None:
    order = torch.tensor([3, 1, 4, 0, 5, 9, 2, 6, 8, 7])
    found = diagnosis_of(Around(trained, after=lambda logits: logits[:, order]), pictures)
    assert suspects(found) == {"permuted-labels"}
    assert found.cause["pictures"] == 180  # those that did not teach the order
    assert "with the labels permuted as 180 other pictures of the set show" in found.because


def test_top_5_is_explained_by_itself(trained, pictures) -> None:
    page = replace(TRAINED, mean=ZERO, std=ONE)
    known = {"claimed": Decimal(100), "metric": Metric.TOP_5}
    assert suspects(diagnosis_of(trained, pictures, page, **known)) == {"mean-std"}


def test_a_network_that_is_worse_than_claimed_gets_no_explanation(trained, pictures) -> None:
    found = diagnosis_of(ruined(trained, 0.6), pictures)
    assert found.cause is None
    assert found.because.startswith("none of the ")
    assert found.because.endswith(
        " usual suspects that could be tried restores the claim on 96 drawn pictures"
    )
    assert len(found.looked["right"]) >= 20


@pytest.mark.parametrize("seed", range(3))
def test_a_network_of_random_weights_gets_no_explanation(pictures, seed: int) -> None:
    torch.manual_seed(seed)
    assert diagnosis_of(digits().eval(), pictures).cause is None


def test_what_keeps_its_claim_is_not_looked_into(trained, pictures) -> None:
    assert diagnosis_of(trained, pictures) is None


def test_a_number_above_its_claim_is_not_explained_by_what_spoils_it(trained, pictures) -> None:
    assert diagnosis_of(trained, pictures, claimed=Decimal(10)) is None


def test_nothing_is_scored_where_so_few_pictures_could_not_tell(trained, pictures) -> None:
    def never() -> nn.Module:
        raise AssertionError("scored in vain")

    case = case_of(trained, pictures)
    share = case.predictions("digits").correct(1) / Decimal("3.6")
    case = replace(case, network=never)
    found = diagnoser(case)(claim_of(Decimal("99.5")), (share, share))
    assert (found.cause, found.because, dict(found.looked)) == (
        None,
        "",
        {"pictures": 96, "seed": 0, "right": {}, "not tried": {}},
    )
    assert found.advice == "96 pictures are too few to say why: a larger --diagnosis may"


def test_a_larger_number_is_not_advised_where_all_pictures_were_drawn(trained, pictures) -> None:
    first, *others = pictures.pictures[:40]
    wrong = replace(first, label=(first.label + 1) % 10)
    found = diagnosis_of(trained, replace(pictures, pictures=(wrong, *others)))
    assert (found.because, found.advice) == ("", "")


def test_nobody_asked(trained, pictures) -> None:
    assert diagnosis_of(trained, pictures, replace(TRAINED, mean=ZERO, std=ONE), number=0) is None


def test_what_cannot_be_tried_is_told_and_the_others_go_on(trained, pictures) -> None:
    class Fixed(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            if inputs.shape[-1] != 16:
                raise ValueError("only 16 × 16")
            return trained(inputs)

    page = replace(TRAINED, mean=ZERO, std=ONE)
    found = diagnosis_of(Fixed(), pictures, page, sizes=(24,))
    assert suspects(found) == {"mean-std"}
    assert "only 16 × 16" in found.looked["not tried"]["image size 24"]


def test_what_breaks_the_diagnosis_is_told_and_raises_nothing(trained, pictures) -> None:
    def gone(name: str) -> Dataset:
        raise OSError("the disk is gone")

    case = replace(case_of(trained, pictures), dataset=gone)
    found = diagnoser(case)(claim_of(), (Decimal(50), Decimal(50)))
    assert (found.cause, found.because) == (None, "")
    assert found.looked == {"broke off": "OSError: the disk is gone"}
    assert found.advice == "why it falls short could not be found out: OSError: the disk is gone"


def test_a_picture_that_cannot_be_decoded_is_told_and_raises_nothing(trained, pictures, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    spoilt = replace(pictures.pictures[0], place=File(broken))
    rest = replace(pictures, pictures=(spoilt, *pictures.pictures[1:]))
    case = replace(case_of(trained, rest), dataset=lambda name: rest, pictures=len(rest.pictures))
    found = diagnoser(case)(claim_of(), (Decimal(50), Decimal(50)))
    assert found.cause is None
    assert "broken.png cannot be decoded (" in found.looked["broke off"]


def test_the_same_seed_says_the_same_and_the_pictures_are_those_of_the_drawing(
    trained, pictures
) -> None:
    page = replace(TRAINED, mean=ZERO, std=ONE)
    first, again = (diagnosis_of(trained, pictures, page, seed=3) for _ in range(2))
    assert first == again
    assert first.cause["seed"] == 3


def test_progress_is_told_up_to_the_last_input(trained, pictures) -> None:
    told: list[tuple[str, int, int | None]] = []
    case = case_of(trained, pictures, replace(TRAINED, mean=ZERO, std=ONE), number=40)
    case = replace(case, progress=lambda *done: told.append(done))
    diagnoser(case)(claim_of(), (Decimal(20), Decimal(20)))
    assert told[-1][1] == told[-1][2] == 40 * (len(told) // 2)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
