"""File size against parameters: every common number format is legitimate, what lies between not."""

from __future__ import annotations

import pytest


def said(size: str, parameters: str, file: str = "net-01234567.pth") -> dict[str, dict[str, str]]:
    weights = f"https://example.org/{file}"
    return {"net": {"Parameters": parameters, "File Size": size, "Weights": weights}}


@pytest.mark.parametrize(
    ("size", "parameters", "each"),
    [
        ("193782911", "70200000", "2.76"),  # resnest200e, with the size of resnest101e
        ("125861314", "41282200", "3.05"),  # tresnet_m, with too many parameters
        ("24 MB", "100M", "0.24"),
        ("180 MB", "100M", "1.80"),
        ("390 MB", "100.0M", "3.90"),
        ("3 GB", "100M", "30.00"),
    ],
)
def test_a_size_between_the_number_formats_is_found(find, size, parameters, each: str) -> None:
    (found,) = find("bytes-per-parameter", said(size, parameters))
    assert f"{each} bytes each, where 4 would be single and 2 half precision" in found.message
    assert "index.yml:4)" in found.message
    assert found.location.line == 5


@pytest.mark.parametrize(
    ("size", "parameters"),
    [
        ("102488165", "25560000"),  # resnet50, in single precision
        ("254695146", "126890000"),  # wide_resnet101_2, in half precision
        ("108857766", "23830000"),  # inception_v3, with the auxiliary classifier
        ("52146733", "6624904"),  # googlenet, with two of them
        ("24270340", "27161264"),  # inception_v3, quantized, counted with the auxiliary classifier
        ("5454396", "1320000"),  # dla60x_c, small and with many buffers
        ("1227000000", "102.3M"),  # with the state of an optimizer
        ("50 MB", "100M"),  # 4 bits each
        ("102 MB", "25.6M"),
        ("98 MiB", "26M"),  # rounded to 2 %
        ("20 MB", "5M"),
        ("99744", "24346"),  # small: the container weighs more
    ],
)
def test_a_size_that_some_format_explains_is_not(find, size: str, parameters: str) -> None:
    assert find("bytes-per-parameter", said(size, parameters)) == []


@pytest.mark.parametrize("file", ["net.npz", "net.zip", "net.pth.gz", "net", "net.onnx"])
def test_a_file_that_may_be_compressed_is_not(find, file: str) -> None:
    assert find("bytes-per-parameter", said("280 MB", "100M", file)) == []


def test_a_size_without_weights_is_not(find) -> None:
    models = {"net": {"Parameters": "100M", "File Size": "280 MB"}}
    assert find("bytes-per-parameter", models) == []
