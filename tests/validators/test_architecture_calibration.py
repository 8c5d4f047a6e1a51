"""What the structure says of the bundled index: no right page is called wrong.

Each failure below was looked at by hand, and its page is wrong of the network that timm builds,
most often since a list of components was written once for a family.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import torch

from zoo.claims import Metric
from zoo.errors import Skipped, ZooError
from zoo.findings import Finding, Verdict, untested
from zoo.index import read_index
from zoo.judging import judge
from zoo.sources import SOURCES
from zoo.validators import VALIDATORS

RULES = {
    Metric.ARCHITECTURE: "architecture",
    Metric.LAYERS: "layers",
    Metric.DROPOUT: "dropout",
}
# The network has these activations or blocks nowhere, or no pooling of maxima.
WRONG = {
    # Networks of 18 and 34 layers are made of basic blocks, of two 3×3 convolutions each.
    "Bottleneck Residual Block": """gluon_resnet18_v1b gluon_resnet34_v1b legacy_seresnet18
        legacy_seresnet34 resnet18 resnet18d resnet34 resnet34d ssl_resnet18 swsl_resnet18
        tv_resnet34""",
    # So is this one of DLA's.
    "DLA Bottleneck Residual Block": "dla34",
    # These begin with a convolution of stride 2; Xception's aligned variants have strides for it.
    "Max Pooling": """mnasnet_100 mobilenetv2_100 mobilenetv2_110d mobilenetv2_120d mobilenetv2_140
        semnasnet_100 xception41 xception65 xception71""",
    # EdgeTPU's and the lite variant, and the minimal MobileNets, leave excitation out ...
    "Squeeze-and-Excitation Block": """efficientnet_em efficientnet_es efficientnet_lite0
        tf_efficientnet_el tf_efficientnet_em tf_efficientnet_es tf_mobilenetv3_large_minimal_100
        tf_mobilenetv3_small_minimal_100""",
    # ... and have ReLU or ReLU6 in place of what is costly on small devices.
    "Swish": """efficientnet_em efficientnet_es efficientnet_lite0 tf_efficientnet_el
        tf_efficientnet_em tf_efficientnet_es""",
    "Hard Swish": "tf_mobilenetv3_large_minimal_100 tf_mobilenetv3_small_minimal_100",
    # timm trained its CSP networks with leaky ReLU throughout.
    "Mish": "cspdarknet53",
    "ReLU": "cspresnet50 cspresnext50",
}
COUNTS = {
    ("architecture", "PASS"): 2075,
    ("architecture", "FAIL"): 40,
    ("architecture", "SKIP"): 231,
    ("dropout", "PASS"): 13,
    ("dropout", "SKIP"): 41,
    ("layers", "PASS"): 63,
    ("layers", "SKIP"): 21,
}
# Which depths are not told, by why not; of the others, every one is the count.
UNSETTLED = {
    "": 63,
    # cspdarknet53 cspresnet50 cspresnext50 dla34 dla60_res2net dla60_res2next dla169 ese_vovnet39b
    "no one convention counts the layers of a network that joins feature maps": 8,
    # All of HRNet, where the pages write the width for the depth.
    "no one convention counts the layers of a network that sums several branches": 9,
    # efficientnet_b0 ese_vovnet19b_dw fbnetc_100 mnasnet_100
    "no convention says whether a depthwise convolution is a layer of its own": 4,
}


@pytest.fixture(scope="module")
def index():
    return read_index(Path("model-index"))


@pytest.mark.slow
def test_every_failure_over_the_bundled_index_is_a_true_one(index, subject) -> None:
    found = [
        finding
        for entry in index.entries
        if entry.source.kind == "timm" and entry.value(Metric.ARCHITECTURE) is not None
        for finding in findings(entry, subject)
    ]
    failed = {(f.model, f.metric, f.claimed) for f in found if f.verdict is Verdict.FAIL}
    assert failed == {
        (f"timm/{name}", "architecture", word)
        for word, names in WRONG.items()
        for name in names.split()
    }
    counts = Counter((f.metric, f.verdict.value) for f in found)
    assert counts == COUNTS
    layers = [finding.message for finding in found if finding.metric == "layers"]
    unsettled = Counter(message.partition(", but ")[2] for message in layers)
    assert unsettled == UNSETTLED


def findings(entry, subject) -> list[Finding]:
    """Return the verdicts on what an entry claims of its structure, none where timm lacks it."""
    try:
        with torch.device("meta"):
            network = SOURCES["timm"].build(entry.source).eval()
    except ZooError:
        return []
    identity = SOURCES["timm"].identify(entry)
    size = entry.value(Metric.IMAGE_SIZE)
    assert isinstance(size, Decimal)
    made = subject(*entry.claims, network=network, identity=identity, size=int(size))
    return [verdict(made, claim) for claim in entry.claims if claim.metric in RULES]


def verdict(made, claim) -> Finding:
    validator = VALIDATORS[RULES[claim.metric]]
    try:
        measured = validator.measure(made, claim)
    except Skipped as reason:
        return untested(validator.name, claim, Verdict.SKIP, reason.message)
    return judge(validator.name, claim, measured, validator.tolerance(claim))
