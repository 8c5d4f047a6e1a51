"""Hashes in file names: a misspelt one is found, a word, a size or a date is not."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("resnet50-8EFDB4BB.pth", "the hash 8EFDB4BB in the file's name is not written in lower"),
        ("resnet50-8efdb4bg.pth", "the hash 8efdb4bg in the file's name holds 'g', which is no"),
        ("resnet50_8efdb4lb.pth.tar", "holds 'l', which is no hexadecimal digit"),
        ("resnet50-0a1b2c3.pth", "has 7 digits, and at least 8 are compared"),
        (f"resnet50-{'0a1b2c3d' * 8}0.pth", "has 65 digits, and a SHA-256 has 64"),
        (f"resnet50-{'0a1b2c3d' * 7}0a1b2c3x.safetensors", "holds 'x'"),
    ],
)
def test_a_misspelt_hash_is_found(find, file: str, said: str) -> None:
    (found,) = find("malformed-hash", {"net": {"Weights": f"https://example.org/{file}"}})
    assert said in found.message
    assert found.location.line == 4


@pytest.mark.parametrize(
    "file",
    [
        "resnet50-8efdb4bb.pth",
        "dpn107_extra-1ac7121e2.pth",
        f"resnet50-{'0a1b2c3d' * 8}.pth",
        "resnet50-1234567.pth",
        "resnet50-12345678.pth",
        "resnet50_20210831.pth",
        "resnet50_imagenet.pth",
        "segformer_1024x1024.pth",
        "net-decoder8.pth",
        "vit_base_in22k384.pth",
        "net_100ep224.pth",
        "net-epoch300.pth",
        "BiT-M-R101x3-ILSVRC2012.npz",
        "net-a100b200.pth",
        "net_feedback.pth",
        "net_0a1b2c3.pth",  # a short name of a commit, as far as anybody can tell
        "net-defaced.pth",
        "net-300e4ag.pth",
        "model.safetensors",
        "net-8efdb4bg",  # no file of weights by its extension
        "",
    ],
)
def test_a_hash_and_what_is_none_are_not(find, file: str) -> None:
    assert find("malformed-hash", {"net": {"Weights": f"https://example.org/{file}"}}) == []
