"""A declared SHA-256 and the hash in the file's name are of one file."""

from __future__ import annotations

import pytest

URL = "https://example.org/resnet50-0676ba61.pth"


def test_a_name_that_says_another_hash_is_found(find) -> None:
    said = {"Weights": URL, "SHA256": "sha256:" + "ab" * 32}
    (found,) = find("hashes-disagree", {"resnet50": said})
    assert found.message == (
        "the SHA-256 is declared as abababab…, and the file's name says 0676ba61"
    )


@pytest.mark.parametrize("digest", ["sha256:0676ba61" + "ab" * 28, "sha256:0676ba61", None])
def test_hashes_that_go_together_are_not(find, digest: str | None) -> None:
    said = {"Weights": URL} | ({"SHA256": digest} if digest else {})
    assert find("hashes-disagree", {"resnet50": said}) == []


def test_a_name_without_a_hash_disagrees_with_nothing(find) -> None:
    said = {"Weights": "https://example.org/resnet50.pth", "SHA256": "sha256:" + "ab" * 32}
    assert find("hashes-disagree", {"resnet50": said}) == []
