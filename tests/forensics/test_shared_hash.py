"""One hash under two files: of different size it is a slip, of the same one a copy."""

from __future__ import annotations

import pytest

ONE = {"Weights": "https://example.org/one-8efdb4bb.pth", "File Size": "1000000"}
TWO = {"Weights": "https://example.org/two-8efdb4bb.pth", "File Size": "2000000"}


@pytest.mark.parametrize(
    ("two", "why"),
    [
        (TWO, "whose file has 1,000,000 bytes and not 2,000,000"),
        (TWO | {"Weights": "https://example.org/two-8efdb4bb01.pth"}, "whose file has 1,000,000"),
        (TWO | {"File Size": "1 MB", "Parameters": "1M"}, "which has 250,000 parameters and not 1"),
    ],
)
def test_one_hash_of_files_that_differ_is_found(find, two: dict[str, str], why: str) -> None:
    models = {"one": ONE | {"Parameters": "250000"}, "two": two}
    (found,) = find("shared-hash", models)
    assert found.model == "two"
    assert "is also that of one (at " in found.message and why in found.message
    assert "index.yml:6)" in found.message


def test_a_declared_hash_counts_as_one_in_the_name_does(find) -> None:
    declared = {"SHA256": f"sha256:8efdb4bb{'0' * 56}", "Weights": "https://example.org/two.pth"}
    models = {"one": ONE, "two": TWO | declared}
    assert [found.model for found in find("shared-hash", models)] == ["two"]


@pytest.mark.parametrize(
    "two",
    [
        TWO | {"File Size": "1000000"},  # a copy at another place
        TWO | {"File Size": "1 MB"},
        {"Weights": TWO["Weights"]},
        TWO | {"Weights": "https://example.org/two-8efdb4bc.pth"},
        TWO | {"Weights": ONE["Weights"]},  # one URL is what shared-weights judges
        TWO | {"Weights": "https://example.org/two-20210831.pth"},
    ],
)
def test_a_copy_and_another_hash_are_not(find, two: dict[str, str]) -> None:
    assert find("shared-hash", {"one": ONE, "two": two}) == []


def test_hashes_of_which_only_the_first_digits_agree_are_not(find) -> None:
    models = {
        "one": ONE | {"Weights": "https://example.org/one-8efdb4bb01.pth"},
        "two": TWO | {"Weights": "https://example.org/two-8efdb4bb02.pth"},
    }
    assert find("shared-hash", models) == []
