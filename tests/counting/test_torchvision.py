"""The operations that torchvision publishes for its weights, each reproduced to its last digit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models import WeightsEnum, get_model, get_model_weights, list_models

from zoo.counting import RULES, total
from zoo.structure.trace import trace

WEIGHTS = [
    weights
    for name in list_models(module=torchvision.models)
    for weights in get_model_weights(name)
]
NAMES = [f"{type(weights).__name__}.{weights.name}" for weights in WEIGHTS]
SOME = """AlexNet_Weights.IMAGENET1K_V1 ResNet50_Weights.IMAGENET1K_V2
    MobileNet_V3_Small_Weights.IMAGENET1K_V1 ViT_B_16_Weights.IMAGENET1K_V1
    Swin_T_Weights.IMAGENET1K_V1""".split()
BY_NAME = dict(zip(NAMES, WEIGHTS, strict=True))


def architecture(weights: WeightsEnum) -> str:
    kind = type(weights)
    return next(name for name in list_models() if get_model_weights(name) is kind)


def skeleton(name: str, size: int) -> nn.Module:
    """Return a network on the meta device, for one size where its parameters depend on it."""
    arguments: dict[str, Any] = {"weights": None}
    if name.startswith("vit_"):
        arguments["image_size"] = size
    if name in ("googlenet", "inception_v3"):
        arguments["init_weights"] = False
    if name == "googlenet":  # published without its auxiliary classifiers
        arguments["aux_logits"] = False
    if name.startswith("regnet"):  # its widths are computed with tensors
        return get_model(name, **arguments).to("meta").eval()
    with torch.device("meta"):
        return get_model(name, **arguments).eval()


def check(weights: WeightsEnum) -> None:
    size = weights.transforms().crop_size[0]
    record = trace(skeleton(architecture(weights), size), (1, 3, size, size))
    counted = total(RULES["torchvision-ops"], record)
    assert round(counted / 1e9, 3) == weights.meta["_ops"]
    assert record.parameters == weights.meta["num_params"]


def test_torchvision_publishes_operations_for_all_of_its_weights() -> None:
    assert len(WEIGHTS) > 100
    assert all("_ops" in weights.meta for weights in WEIGHTS)


@pytest.mark.parametrize("name", SOME)
def test_some_published_operations_are_reproduced(name: str) -> None:
    check(BY_NAME[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_all_published_operations_are_reproduced(name: str) -> None:
    check(BY_NAME[name])
