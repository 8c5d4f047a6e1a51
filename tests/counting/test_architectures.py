"""The rules against the tools themselves on published architectures, with random weights."""

from __future__ import annotations

import pytest
import timm
import torch

from tests.counting.tools import TOOLS, ask
from zoo.counting import RULES, total
from zoo.structure.trace import trace

SMALL = {
    "resnet10t": {},
    "mobilenetv3_small_050": {},
    "xcit_nano_12_p16_224": {},
    "vit_tiny_patch16_224": {"img_size": 64},
}
CONVOLUTIONAL = """resnet50 seresnet50 efficientnet_b0 tf_efficientnet_b0 mobilenetv3_large_100
    densenet121 inception_v4 legacy_xception nasnetalarge dpn68 regnety_032 vgg16_bn convnext_tiny
    resnest26d hrnet_w18 dla34 res2net50_26w_4s tresnet_m cspdarknet53 ghostnet_100 skresnet18
    gcresnet33ts convmixer_768_32 resnetv2_50x1_bit nf_resnet26 hardcorenas_a""".split()
TRANSFORMER = """vit_tiny_patch16_224 deit_small_distilled_patch16_224 swin_tiny_patch4_window7_224
    swinv2_tiny_window8_256 cait_xxs24_224 pit_ti_224 beit_base_patch16_224 mvitv2_tiny
    crossvit_9_240 volo_d1_224 xcit_nano_12_p16_224 twins_svt_small convit_tiny""".split()
MIXED = """mixer_s32_224 coatnet_0_224 maxvit_tiny_tf_224 edgenext_small halonet26t
    lambda_resnet26t poolformer_s12 botnet26t_256 levit_128 mobilevit_xs gmlp_s16_224
    visformer_tiny""".split()
# What a tool itself fails on, and with what.
FAILING = {
    ("macs", "cait_xxs24_224"): "Expected gradient function to be set",
    ("macs", "pit_ti_224"): "Expected gradient function to be set",
}


def compare(name: str, size: int | None = None, **arguments: int) -> None:
    with torch.device("meta"):
        skeleton = timm.create_model(name, **arguments).eval()
    side = size or skeleton.pretrained_cfg["input_size"][-1]
    shape = (1, 3, side, side)
    record = trace(skeleton, shape)
    network = timm.create_model(name, **arguments)
    tools = [tool for tool in TOOLS if (tool, name) not in FAILING]
    counted = {tool: total(RULES[tool], record) for tool in tools}
    assert counted == {tool: ask(tool, network, shape) for tool in tools}


@pytest.mark.parametrize("name", SMALL)
def test_a_small_architecture_costs_what_the_tools_tell(name: str) -> None:
    compare(name, 64, **SMALL[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", [*CONVOLUTIONAL, *TRANSFORMER, *MIXED])
def test_an_architecture_costs_what_the_tools_tell(name: str) -> None:
    compare(name)


@pytest.mark.slow
@pytest.mark.parametrize(("tool", "name"), FAILING)
def test_what_a_tool_is_not_asked_it_fails_on(tool: str, name: str) -> None:
    network = timm.create_model(name)
    with pytest.raises(Exception, match=FAILING[tool, name]):
        ask(tool, network, (1, 3, 224, 224))
