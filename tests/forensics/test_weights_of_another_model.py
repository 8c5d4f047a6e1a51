"""Files named after another model: only where that is the better match, by name and by size."""

from __future__ import annotations

import pytest

RELEASES = "https://example.org/releases"
B3 = {"Parameters": "12230000", "File Size": "49369973", "Weights": f"{RELEASES}/b3-cf984f9c.pth"}


def pair(name: str, parameters: str, file: str, other: str, others: str) -> dict[str, dict]:
    """Return a model with its file, and another model that it may be named after."""
    mine = {"Parameters": parameters, "Weights": f"{RELEASES}/{file}"}
    return {name: mine, other: {"Parameters": others}}


@pytest.mark.parametrize(
    ("name", "parameters", "file", "other", "others"),
    [
        ("efficientnet_b2a", "9.11M", "efficientnet_b3_ra2-cf984f9c.pth", "efficientnet_b3", "12M"),
        ("resnest200e", "70.2M", "resnest101-22405ba7.pth", "resnest101e", "48.3M"),
        ("tresnet_xl_448", "75.6M", "tresnet_l_448-940d0cd1.pth", "tresnet_l_448", "53.5M"),
        ("vgg16", "138M", "ResNet-50.pt", "resnet_50", "25.6M"),
        ("timm/vgg16", "138M", "vgg11-01234567.pth", "timm/vgg11", "132M"),
    ],
)
def test_a_file_of_another_model_is_found(find, name, parameters, file, other, others) -> None:
    models = pair(name, parameters, file, other, others)
    if other == "timm/vgg11":
        models[other]["Parameters"] = "100M"
    (found,) = find("weights-of-another-model", models)
    assert found.model == name
    assert found.message.startswith(f"the weights file {file} is named after {other} (at ")
    assert "index.yml:" in found.message


def test_without_numbers_of_parameters_the_numbers_of_the_names_decide(find) -> None:
    url = {"Weights": f"{RELEASES}/resnet101-01234567.pth"}
    (found,) = find("weights-of-another-model", {"resnet50": url, "resnet101": {}})
    assert found.model == "resnet50"
    assert find("weights-of-another-model", {"rn50": url, "resnet101": {}}) == []


@pytest.mark.parametrize(
    ("name", "parameters", "file", "other", "others"),
    [
        ("tv_resnet34", "21.8M", "resnet34-333f7ec4.pth", "resnet34", "30M"),  # a variant of it
        ("ssl_resnet18", "11.7M", "semi_supervised_resnet18-d92f0530.pth", "resnet18", "30M"),
        ("legacy_seresnet50", "28M", "se_resnet50-ce0d4300.pth", "seresnet50", "50M"),
        ("efficientnet_b3a", "12.2M", "efficientnet_b3_ra2-cf984f9c.pth", "efficientnet_b3", "9M"),
        ("resnet50_gn", "25.6M", "resnet50_gn_a1h2-8fe6c4d0.pth", "resnet50", "99M"),  # its own
        ("hrnet_w18_small", "13M", "hrnet_w18_small_v1-f460c6bc.pth", "hrnet_w18", "21M"),
        ("semnasnet_100", "3.9M", "mnasnet_a1-d9418771.pth", "mnasnet_100", "4.4M"),
        ("mobilenetv3_rw", "5.48M", "mobilenetv3_100-35495452.pth", "mobilenetv3_100", "5.5M"),
        ("gluon_xception65", "40M", "gluon_xception-7015a15c.pth", "xception", "23M"),
        ("skresnext50_32x4d", "27M", "skresnext50_ra-f40e40bf.pth", "resnext50_32x4d", "25M"),
        ("net", "25M", "model.safetensors", "resnet50", "99M"),
    ],
)
def test_prefixes_abbreviations_and_aliases_are_not(
    find, name, parameters, file, other, others
) -> None:
    models = pair(name, parameters, file, other, others)
    assert find("weights-of-another-model", models) == []


def test_a_file_of_just_the_models_own_size_is_not(find) -> None:
    own = {"Parameters": "9.11M", "File Size": "36788104"}
    named = {"Weights": f"{RELEASES}/efficientnet_b3-01234567.pth"}
    models = {"efficientnet_b2": own | named, "efficientnet_b3": B3}
    assert find("weights-of-another-model", models) == []
