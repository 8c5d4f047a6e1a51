"""Pictures are prepared as by timm's evaluation transform, to the last bit."""

from __future__ import annotations

import io
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path

import pytest
import torch
from PIL import Image
from timm.data import create_transform
from timm.models._registry import _model_pretrained_cfgs
from torch import Tensor

from zoo.claims import Metric
from zoo.crops import Geometry, normaliser
from zoo.crops.geometry import cropper
from zoo.errors import Unavailable
from zoo.index import read_index
from zoo.pictures import decode
from zoo.subject import CROPS, Preprocessing

INDEX = Path(__file__).parents[2] / "model-index"
DEFAULT = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
INTERPOLATIONS = ("bicubic", "bilinear", "nearest", "box", "hamming", "lanczos")


def prepared(data: bytes, preprocessing: Preprocessing, device: str = "cpu") -> Tensor:
    """Prepare a picture file as a run does."""
    size = int(preprocessing.image_size)
    pixels = torch.empty((1, size, size, 3), dtype=torch.uint8)
    cropper(Geometry.of(preprocessing))(decode(data), memoryview(pixels.numpy()).cast("B"))
    return normaliser(preprocessing, device)(pixels.to(device))[0]


def timms(data: bytes, preprocessing: Preprocessing) -> Tensor:
    """Prepare a picture file as timm does: its reader of files, then its transform."""
    size = int(preprocessing.image_size)
    transform = create_transform(
        (3, size, size),
        interpolation=preprocessing.interpolation,
        crop_pct=float(preprocessing.crop_pct),
        crop_mode=preprocessing.crop_mode,
        mean=tuple(map(float, preprocessing.mean)),
        std=tuple(map(float, preprocessing.std)),
    )
    with Image.open(io.BytesIO(data)) as image:
        return transform(image.convert("RGB"))


def assert_equal(data: bytes, preprocessing: Preprocessing) -> None:
    ours, theirs = prepared(data, preprocessing), timms(data, preprocessing)
    assert ours.dtype == theirs.dtype == torch.float32
    assert torch.equal(ours, theirs)


def of_the_index() -> list[Preprocessing]:
    """Return every preprocessing that the bundled index documents."""
    metrics = Metric.IMAGE_SIZE, Metric.CROP_PCT, Metric.INTERPOLATION
    documented = {
        tuple(entry.value(metric) for metric in metrics) for entry in read_index(INDEX).entries
    }
    mean, std = (tuple(Decimal(str(part)) for part in parts) for parts in DEFAULT)
    found = [Preprocessing(*row, mean, std) for row in documented if None not in row]  # type: ignore[arg-type]  # as claimed
    assert len(found) > 25
    return sorted(found, key=str)


def of_timm() -> list[Preprocessing]:
    """Return every preprocessing of timm's own checkpoints that is of three channels and square."""
    found = {
        Preprocessing(
            Decimal(config.input_size[-1]),
            Decimal(str(config.crop_pct)),
            config.interpolation,
            tuple(Decimal(str(part)) for part in config.mean),
            tuple(Decimal(str(part)) for part in config.std),
            config.crop_mode or "center",
        )
        for config in _model_pretrained_cfgs.values()
        if config.input_size[0] == 3 and config.input_size[1] == config.input_size[2]
    }
    assert len(found) > 100
    assert any(each.crop_pct > 1 for each in found)  # VOLO resizes to less than the crop
    assert {each.crop_mode for each in found} == set(CROPS)
    return sorted(found, key=str)


def test_each_preprocessing_of_the_index_is_timms_to_the_last_bit(files) -> None:
    for preprocessing in of_the_index():
        for name in list(files)[:2]:
            assert_equal(files[name], preprocessing)


def test_each_preprocessing_of_timm_is_its_own_to_the_last_bit(files) -> None:
    quick = [each for each in of_timm() if each.image_size < 300]  # the slow test has them all
    for preprocessing, name in zip(quick, cycle(files), strict=False):
        assert_equal(files[name], preprocessing)


@pytest.mark.slow
def test_each_large_preprocessing_is_timms_to_the_last_bit(files) -> None:
    pictures = cycle(files.values())
    for preprocessing in sorted({*of_the_index(), *of_timm()}, key=str):
        for data in islice(pictures, 2):
            assert_equal(data, preprocessing)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize(
    ("size", "crop"), [("32", "0.875"), ("33", "1"), ("48", "0.94"), ("64", "1.15")]
)
def test_each_picture_is_timms_to_the_last_bit(
    files, interpolation: str, size: str, crop: str
) -> None:
    half, quarter = (Decimal("0.5"),) * 3, (Decimal("0.25"),) * 3
    preprocessing = Preprocessing(Decimal(size), Decimal(crop), interpolation, half, quarter)
    for data in islice(reversed(files.values()), 13):
        assert_equal(data, preprocessing)


@pytest.mark.parametrize("mode", CROPS)
def test_each_picture_is_timms_in_each_crop_mode(files, mode: str) -> None:
    half = (Decimal("0.5"),) * 3
    preprocessing = Preprocessing(Decimal(48), Decimal("0.9"), "bicubic", half, half, mode)
    for data in files.values():
        try:
            timms(data, preprocessing)
        except ValueError:  # a line of a picture leaves nothing between timm's borders
            assert mode == "border"
            with pytest.raises(ValueError, match="must be > 0"):
                prepared(data, preprocessing)
        else:
            assert_equal(data, preprocessing)


@pytest.mark.gpu
def test_what_a_gpu_makes_of_pixels_is_the_same_to_the_last_bit() -> None:
    every = torch.arange(256, dtype=torch.uint8).repeat(3, 1).T.reshape(1, 16, 16, 3)
    for preprocessing in of_timm():
        assert torch.equal(
            normaliser(preprocessing, "cuda:0")(every.to("cuda:0")).cpu(),
            normaliser(preprocessing, "cpu")(every),
        )


def test_an_interpolation_that_timm_does_not_have_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="bicubik"):
        cropper(Geometry(32, 0.875, "bicubik"))


def test_models_of_other_means_and_deviations_share_a_geometry() -> None:
    one, *others = {Geometry.of(each) for each in of_timm() if each.image_size == 224}
    assert len({one.key, *(other.key for other in others)}) == 1 + len(others)
    assert len(others) < len([each for each in of_timm() if each.image_size == 224])


def test_whatever_moves_a_crop_moves_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Geometry(224, 0.875, "bicubic")
    keys = {before.key, Geometry(225, 0.875, "bicubic").key, Geometry(224, 0.9, "bicubic").key}
    keys.add(Geometry(224, 0.875, "bilinear").key)
    keys.add(Geometry(224, 0.875, "bicubic", "squash").key)
    for package in ("pillow", "timm", "torchvision"):
        with monkeypatch.context() as patch:
            patch.setattr(
                "zoo.crops.geometry.package_version", lambda name, p=package: "9" * (name == p)
            )
            keys.add(before.key)
    with monkeypatch.context() as patch:
        patch.setattr("zoo.crops.geometry._codec", lambda: "9.9")
        keys.add(before.key)
    assert len(keys) == 9


@pytest.mark.parametrize("package", ["timm", "torchvision"])
def test_the_key_of_a_crop_is_another_when_a_file_of_editable_code_changes(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    keys = {Geometry(224, 0.875, "bicubic").key}
    monkeypatch.setattr("zoo.crops.geometry.is_editable", lambda name: name == package)
    for content in ("one", "other"):
        monkeypatch.setattr(
            "zoo.crops.geometry.digest_of_all", lambda name, c=content: f"{name} {c}"
        )
        keys.add(Geometry(224, 0.875, "bicubic").key)
    assert len(keys) == 3
