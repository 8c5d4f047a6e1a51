"""Moving references: branches, latest releases, pages about files; tags and commits are fixed."""

from __future__ import annotations

import pytest

WHOLE = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://huggingface.co/timm/resnet50/resolve/main/model.safetensors", "names 'main'"),
        ("https://huggingface.co/a/b/resolve/refs/heads/x/m.bin", "names 'refs/heads/x'"),
        ("https://github.com/o/r/releases/latest/download/a.pth", "names 'latest', which moves"),
        ("https://github.com/o/r/raw/master/a.pth", "names 'master', which moves"),
        ("https://gitlab.com/o/r/-/raw/develop/a.pth", "names 'develop'"),
        ("https://raw.githubusercontent.com/o/r/main/a.pth", "names 'main'"),
        ("https://github.com/o/r/blob/v1/a.pth", "leads to a page about the file (/blob/)"),
        ("https://github.com/o/r/blob/main/a.pth?raw=true", "names 'main', which moves"),
        ("https://huggingface.co/a/b/blob/main/m.bin", "leads to a page about the file"),
        ("hf://timm/resnet50/model.safetensors", "names no revision"),
        ("hf://timm/resnet50@main/model.safetensors", "names 'main'"),
    ],
)
def test_an_address_that_moves_is_found(find, url: str, said: str) -> None:
    (found,) = find("moving-reference", {"net": {"Weights": url}})
    assert found.message.startswith(f"the weights URL {said}")
    assert found.location.line == 4


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/o/r/releases/download/v0.1-weights/a.pth",
        "https://github.com/o/main/releases/download/v1/a.pth",
        "https://huggingface.co/a/b/resolve/8d6a1c5e/m.bin",
        "https://github.com/o/r/raw/v1.0/a.pth",
        "https://github.com/o/r/blob/v1/a.pth?raw=true",
        "https://raw.githubusercontent.com/o/main/v1/a.pth",
        "https://download.pytorch.org/models/resnet50-0676ba61.pth",
        "https://example.org/main/latest/blob/x/a.pth",
        "https://storage.googleapis.com/bit_models/BiT-M-R101x1-ILSVRC2012.npz",
        "hf://timm/resnet50@8d6a1c5e/model.safetensors",
        "file:main/a.pth",
        "package://a/resolve/a.pth",
    ],
)
def test_a_fixed_address_is_not(find, url: str) -> None:
    assert find("moving-reference", {"net": {"Weights": url}}) == []


def test_a_whole_digest_says_which_file_is_meant(find) -> None:
    url = "https://huggingface.co/timm/resnet50/resolve/main/model.safetensors"
    assert find("moving-reference", {"net": {"Weights": url, "SHA256": WHOLE}}) == []
    part = find("moving-reference", {"net": {"Weights": url, "SHA256": "sha256:abababab"}})
    assert len(part) == 1
    page = {"Weights": "https://github.com/o/r/blob/main/a.pth", "SHA256": WHOLE}
    assert len(find("moving-reference", {"net": page})) == 1
