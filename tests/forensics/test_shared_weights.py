"""One URL under two models: of different size it is a slip, of the same size an alias."""

from __future__ import annotations

import pytest

URL = "https://example.org/resnest101-22405ba7.pth"
SMALL = {"Parameters": "48280000", "File Size": "193782911", "Weights": URL}
LARGE = {"Parameters": "70200000", "File Size": "193782911", "Weights": URL}


@pytest.mark.parametrize("order", [1, -1])
def test_the_model_whose_size_does_not_go_with_the_file_is_found(find, order: int) -> None:
    models = {"resnest101e": SMALL, "resnest200e": LARGE}
    (found,) = find("shared-weights", dict(list(models.items())[::order]))
    assert found.model == "resnest200e"
    assert "is also that of resnest101e (at " in found.message
    assert found.message.endswith("which has 48,280,000 parameters and not 70,200,000")
    assert "index.yml:" in found.message


def test_where_no_size_decides_the_files_name_does(find) -> None:
    models = {
        "tresnet_xl": {"Parameters": "76M", "Weights": "https://example.org/tresnet_l_448.pth"},
        "tresnet_l": {"Parameters": "53M", "Weights": "https://example.org/tresnet_l_448.pth"},
    }
    (found,) = find("shared-weights", models)
    assert found.model == "tresnet_xl"


def test_one_file_of_two_sizes_is_found(find) -> None:
    models = {
        "one": {"File Size": "100000000", "Weights": URL},
        "two": {"File Size": "120000000", "Weights": URL},
    }
    (found,) = find("shared-weights", models)
    assert found.message.endswith("which is said to have 100,000,000 bytes and not 120,000,000")


@pytest.mark.parametrize(
    "spelling", [f"{URL}?download=true", URL.replace("example.org", "EXAMPLE.org"), f"{URL}#a"]
)
def test_a_url_is_one_however_it_is_spelt(find, spelling: str) -> None:
    models = {"resnest101e": SMALL, "resnest200e": LARGE | {"Weights": spelling}}
    assert len(find("shared-weights", models)) == 1


@pytest.mark.parametrize(
    "other",
    [
        SMALL,  # an alias
        SMALL | {"FLOPs": "9 G", "Image Size": "320", "Top 1": "82.25%"},  # another test size
        SMALL | {"Parameters": "46.1M"},  # counted without the classifier
        SMALL | {"File Size": "194 MB"},  # rounded
        {"Weights": URL},
        {"Weights": URL, "Parameters": "48M"},
        LARGE | {"Weights": "https://example.org/other/resnest101-22405ba7.pth"},
        LARGE | {"Weights": URL.replace("resnest", "Resnest")},
    ],
)
def test_an_alias_and_another_url_are_not(find, other: dict[str, str]) -> None:
    assert find("shared-weights", {"resnest101e": SMALL, "other": other}) == []
