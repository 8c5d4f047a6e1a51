"""Image sizes in names: a number at the end is a size only where that shows."""

from __future__ import annotations

import pytest


def sizes(**models: int) -> dict[str, dict[str, int]]:
    return {name: {"Image Size": size} for name, size in models.items()}


@pytest.mark.parametrize(
    ("models", "model", "number"),
    [
        (sizes(tresnet_l_448=224), "tresnet_l_448", 448),
        (sizes(vit_base_patch16_384=224), "vit_base_patch16_384", 384),
        (sizes(tf_efficientnet_l2_ns_475=800), "tf_efficientnet_l2_ns_475", 475),
        (sizes(net=256, net_512=256), "net_512", 512),  # a copy of the page of net
        (sizes(net_256=256, net_288=256), "net_288", 288),
        ({"a/net": {"Image Size": 256}, "a/net_512": {"Image Size": 256}}, "a/net_512", 512),
    ],
)
def test_another_size_than_the_names_is_found(find, models, model: str, number: int) -> None:
    (found,) = find("image-size-in-name", models)
    assert found.model == model
    assert found.message.endswith(f"and the name ends in {number}")


@pytest.mark.parametrize(
    "models",
    [
        sizes(tresnet_l=224, tresnet_l_448=448),
        sizes(vit_base_patch16_384=384),
        sizes(regnetx_320=224, regnetx_032=224, regnety_160=224),  # hundreds of megaflops
        sizes(rexnet_200=224, mnasnet_100=224, mobilenetv2_140=224),  # widths, in per cent
        sizes(levit_256=224, levit_384=224),  # channels
        sizes(resnet_101=224, resnet_152=224, resnet=224),  # layers
        sizes(convmixer_768_32=224),
        sizes(vit_base_patch_16=224),
        sizes(net=224, net_384=384),
        {"tresnet_l_448": {}},
    ],
)
def test_other_numbers_are_not(find, models: dict[str, dict[str, int]]) -> None:
    assert find("image-size-in-name", models) == []
