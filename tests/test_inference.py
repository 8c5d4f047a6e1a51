"""The local engine: every picture once, prepared as timm does, and nothing substituted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from timm.data import create_transform
from torch import Tensor, nn

from tests.whole import predict
from zoo.errors import Unavailable
from zoo.inference import Device
from zoo.pictures import FORMATS, Dataset, File, Picture
from zoo.predictions import Prediction, Predictions, fingerprint
from zoo.subject import Preprocessing

CLASSES = 7
HALF = (Decimal("0.5"), Decimal("0.25"), Decimal("0.125"))
PREPARED = Preprocessing(Decimal(32), Decimal("0.875"), "bicubic", HALF, HALF)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Draw five pictures of different shapes, formats and modes."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(7)
    shapes = [(60, 40, 3), (33, 80, 3), (50, 50, 4), (41, 43), (200, 64, 3)]
    drawn = []
    for number, shape in enumerate(shapes):
        path = folder / f"{number}.{'jpg' if number % 2 else 'png'}"
        Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8)).save(path)
        drawn.append(Picture(path.name, File(path), number))
    return Dataset("five drawn pictures", folder, tuple(drawn), "Drawn")


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(3)
    layers = nn.Conv2d(3, 4, 5, stride=3), nn.BatchNorm2d(4), nn.Flatten(), nn.LazyLinear(CLASSES)
    built = nn.Sequential(*layers).eval()
    built(torch.zeros(1, 3, 32, 32))
    return built


def run(network: nn.Module, dataset: Dataset, device: Device | None = None) -> Predictions:
    return predict(network, dataset, PREPARED, device or Device(), lambda done, total: None)


def with_file(dataset: Dataset, path: Path, label: int = 0) -> Dataset:
    picture = Picture(path.name, File(path), label)
    return Dataset(dataset.layout, dataset.path, (*dataset.pictures, picture))


def test_every_picture_is_predicted_once_and_in_order(network, pictures) -> None:
    found = run(network, pictures)
    assert [item.id for item in found.items] == [picture.id for picture in pictures.pictures]
    assert [item.label for item in found.items] == [0, 1, 2, 3, 4]
    digests = [hashlib.sha256(p.read()).hexdigest() for p in pictures.pictures]
    assert [item.sha256 for item in found.items] == digests
    assert (found.layout, found.whole) == ("five drawn pictures", "Drawn")
    assert found.method == "timm evaluation transform, float32 on cpu"


def test_the_best_classes_are_those_of_the_logits_of_timms_preprocessing(network, pictures) -> None:
    transform = create_transform(
        input_size=(3, 32, 32),
        is_training=False,
        interpolation="bicubic",
        crop_pct=0.875,
        mean=(0.5, 0.25, 0.125),
        std=(0.5, 0.25, 0.125),
    )
    for picture, item in zip(pictures.pictures, run(network, pictures).items, strict=True):
        with Image.open(picture.place.path) as image, torch.inference_mode():
            logits = network(transform(image.convert("RGB"))[None])
        assert item.top == tuple(logits[0].argsort(descending=True)[:5].tolist())


@pytest.mark.parametrize("batch_size", [1, 2, 5, 100])
def test_the_size_of_the_batches_changes_nothing(network, pictures, batch_size: int) -> None:
    found = run(network, pictures, Device(batch_size=batch_size)).items
    for item, other in zip(found, run(network, pictures).items, strict=True):
        assert item.margin == pytest.approx(other.margin, rel=1e-4)  # sums of another order
        assert replace(item, margin=0.0) == replace(other, margin=0.0)


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_the_number_of_workers_changes_nothing(network, pictures, workers: int) -> None:
    several = Device(batch_size=2, workers=workers)
    assert run(network, pictures, several) == run(network, pictures, Device(batch_size=2))


def test_progress_is_told_after_every_batch(network, pictures) -> None:
    told: list[tuple[int, int]] = []
    predict(network, pictures, PREPARED, Device(batch_size=2), lambda *done: told.append(done))
    assert told == [(2, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize(("batch_size", "predicted"), [(1, 3), (2, 4), (5, 5)])
def test_nothing_is_predicted_after_the_batch_that_is_enough(
    network, pictures, batch_size: int, predicted: int
) -> None:
    def three(items) -> bool:
        return len(items) >= 3

    device = Device(batch_size=batch_size)
    found = predict(network, pictures, PREPARED, device, lambda done, total: None, three)
    whole = run(network, pictures, device)
    assert found.items == whole.items[:predicted]
    assert found.whole == ("Drawn" if predicted == 5 else "")


def test_the_network_is_run_in_evaluation_mode_without_gradients(network, pictures) -> None:
    class Watch(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            seen.append((self.training, torch.is_grad_enabled(), inputs.dtype))
            return network(inputs)

    seen: list[tuple[bool, bool, torch.dtype]] = []
    assert run(Watch().train(), pictures) == run(network, pictures)
    assert seen == [(False, False, torch.float32)]


def test_only_as_many_classes_as_there_are_are_predicted(pictures) -> None:
    class Two(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            return torch.tensor([[0.0, 1.0]]).repeat(len(inputs), 1)

    two = Dataset("two", pictures.path, pictures.pictures[:2])
    assert [item.top for item in run(Two(), two).items] == [(1, 0), (1, 0)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_logits_that_are_not_finite_are_counted_and_predict_nothing(
    network, pictures, value: float
) -> None:
    class Spoil(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            logits = network(inputs).clone()
            logits[1, 3] = logits[4, 0] = value
            return logits

    found = run(Spoil(), pictures)
    assert found.not_finite == 2
    assert [bool(item.top) for item in found.items] == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.jpg", b""),
        ("page.jpg", b"<html><body>not found</body></html>"),
        ("text.png", b"no picture"),
        ("half.jpg", "half"),
        ("moving.jpg", "GIF"),
        ("bitmap.jpg", "BMP"),
    ],
)
def test_a_file_that_is_no_picture_is_named_and_nothing_takes_its_place(
    network, pictures, tmp_path: Path, name: str, content: bytes | str
) -> None:
    path = tmp_path / name
    if content == "half":
        path.write_bytes(pictures.pictures[1].place.path.read_bytes()[:-900])
    elif isinstance(content, str):
        Image.new("RGB", (40, 40)).save(path, format=content)
    else:
        path.write_bytes(content)
    with pytest.raises(Unavailable, match=f"{re.escape(str(path))} cannot be decoded") as error:
        run(network, with_file(pictures, path))
    assert "0x" not in error.value.message  # no addresses of objects: two runs say the same
    assert "none is left out" in error.value.hint


def test_a_picture_that_is_gone_is_named(network, pictures, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"gone.jpg cannot be decoded \(FileNotFoundError"):
        run(network, with_file(pictures, tmp_path / "gone.jpg"))


def test_a_picture_made_to_fill_the_memory_is_named(
    network, pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(Unavailable, match=r"0.png cannot be decoded \(DecompressionBomb"):
        run(network, pictures)


def test_a_class_that_the_network_does_not_have_is_an_error_with_the_picture(
    network, pictures
) -> None:
    odd = with_file(pictures, pictures.pictures[0].place.path, label=CLASSES)
    with pytest.raises(Unavailable, match=r"0.png has class 7, and the network only 7 classes"):
        run(network, odd)


def test_a_network_that_does_not_take_the_pictures_is_unavailable(pictures) -> None:
    with pytest.raises(Unavailable, match="does not run on 5 × 3 × 32 × 32: "):
        run(nn.Conv2d(4, 4, 3), pictures)


@pytest.mark.parametrize("error", [KeyError, IndexError, AttributeError, ZeroDivisionError])
def test_a_network_may_fail_in_any_way(pictures, error: type[Exception]) -> None:
    class Fails(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            raise error("first line\nsecond line")

    with pytest.raises(Unavailable, match=f"{error.__name__}: .*first line") as raised:
        run(Fails(), pictures)
    assert "\n" not in raised.value.message


@pytest.mark.parametrize(
    "output",
    [
        lambda inputs: [inputs],
        lambda inputs: inputs,
        lambda inputs: torch.zeros(CLASSES),
        lambda inputs: torch.zeros(1, CLASSES),
        lambda inputs: None,
    ],
)
def test_what_is_not_one_row_of_logits_a_picture_is_unavailable(pictures, output) -> None:
    class Returns(nn.Module):
        def forward(self, inputs: Tensor) -> object:
            return output(inputs)

    with pytest.raises(Unavailable, match=r"returns no logits of shape \(pictures, classes\)"):
        run(Returns(), pictures)


def test_an_interpolation_that_timm_does_not_have_is_unavailable(network, pictures) -> None:
    preprocessing = Preprocessing(Decimal(32), Decimal("0.875"), "bicubik", HALF, HALF)
    with pytest.raises(Unavailable, match="bicubik") as error:
        predict(network, pictures, preprocessing, Device(), lambda done, total: None)
    assert "bicubic" in error.value.hint


def test_only_the_classes_of_a_subset_are_predicted(network, pictures) -> None:
    scored = (0, 2, 3, 6)
    everything = run(network, pictures)
    among = run(network, replace(pictures, classes=scored))
    for item, all_of in zip(among.items, everything.items, strict=True):
        assert set(item.top) == set(scored)
        kept = [best for best in all_of.top if best in scored]
        assert list(item.top[: len(kept)]) == kept


def test_a_subset_of_classes_that_the_network_has_not_is_an_error(network, pictures) -> None:
    with pytest.raises(Unavailable, match=r"scored on class 7, and the network has only 7"):
        run(network, replace(pictures, classes=(0, CLASSES)))


def test_each_class_of_a_label_set_is_right(network, pictures) -> None:
    best = [item.top[0] for item in run(network, pictures).items]
    sets = [frozenset((top, (top + 1) % CLASSES)) for top in best[:3]]
    sets += [frozenset(set(range(CLASSES)) - {top}) for top in best[3:]]
    drawn = tuple(
        replace(picture, accepted=right)
        for picture, right in zip(pictures.pictures, sets, strict=True)
    )
    found = run(network, replace(pictures, pictures=drawn))
    assert found.correct(1) == 3
    assert found.correct(2) == 5
    assert found.fingerprint == run(network, pictures).fingerprint


def test_a_label_set_of_classes_that_the_network_has_not_is_an_error(network, pictures) -> None:
    odd = replace(pictures.pictures[0], accepted=frozenset((0, CLASSES)))
    with pytest.raises(Unavailable, match=r"has class \d+, and the network only 7 classes"):
        run(network, replace(pictures, pictures=(odd,)))


def test_correct_predictions_are_counted_among_the_k_best() -> None:
    items = (
        Prediction("a", "", 3, (3, 1, 2, 0, 4)),
        Prediction("b", "", 4, (3, 1, 2, 0, 4)),
        Prediction("c", "", 9, (3, 1, 2, 0, 4)),
        Prediction("d", "", 3, ()),
    )
    predictions = Predictions(items, "", "", "")
    assert [predictions.correct(k) for k in (1, 4, 5)] == [1, 1, 2]
    assert predictions.not_finite == 1


def test_a_fingerprint_depends_on_pictures_and_labels_and_not_on_their_order() -> None:
    pictures = [("aa", 1), ("bb", 2)]
    digest = hashlib.sha256(b"aa 1\nbb 2\n").hexdigest()
    assert fingerprint(pictures).hex == fingerprint(reversed(pictures)).hex == digest
    assert fingerprint([("aa", 2), ("bb", 1)]).hex != digest
    assert fingerprint([*pictures, ("bb", 2)]).hex != digest


def test_only_jpeg_and_png_are_decoded() -> None:
    assert set(FORMATS) == {"JPEG", "PNG"}
