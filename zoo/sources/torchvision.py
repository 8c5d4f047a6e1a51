"""Networks by their exact name in torchvision, with the preprocessing of the documented weights.

Only the classifiers of pictures are built: the factories of its other models would fetch the
weights of a backbone from the network.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any

from zoo.claims import ModelEntry, SourceSpec, file_name
from zoo.errors import Unavailable, nearest, reason
from zoo.machine import package_version
from zoo.sources._arguments import require_numbers
from zoo.subject import Identity, Preprocessing, Stated

if TYPE_CHECKING:
    from torch import Tensor, nn

# Arguments that an index may set, with the largest value of each.
_LIMITS = {"num_classes": 10**6, "image_size": 2**14}
# What these factories set themselves when they are asked for weights, since the weights came from
# TensorFlow: the auxiliary heads of GoogLeNet are in the file, and thrown away.
_AS_WITH_WEIGHTS: Mapping[str, Mapping[str, bool]] = {
    "googlenet": {"transform_input": True, "aux_logits": False, "init_weights": False},
    "inception_v3": {"transform_input": True, "init_weights": False},
}
_HEADS = ("aux1.", "aux2.")


class Torchvision:
    """The source ``torchvision``."""

    runs_named_code = False
    package = "torchvision"

    def describe(self, spec: SourceSpec) -> str:
        """Return for instance ``torchvision 0.24.0 resnet50``."""
        return f"torchvision {package_version('torchvision')} {spec.reference}"

    def identify(self, entry: ModelEntry) -> Identity:
        """Return the name itself, where torchvision has it: it maps no name to another."""
        by, name = f"torchvision {package_version('torchvision')}", entry.source.reference
        known = names()
        return Identity(name, by) if name in known else Identity(None, by, nearest(name, known))

    def architecture(self, spec: SourceSpec) -> str:
        """Return the name and the arguments: torchvision has no second name for a network."""
        return f"{spec.reference} {dict(spec.arguments)}"

    def build(self, spec: SourceSpec) -> nn.Module:
        """Return the network of that exact name."""
        _check(spec)
        from torchvision.models import get_model

        arguments = {**_AS_WITH_WEIGHTS.get(spec.reference, {}), **spec.arguments}
        with warnings.catch_warnings(), _widths_on_the_cpu(spec.reference):
            warnings.simplefilter("ignore")
            try:
                network: nn.Module = get_model(spec.reference, weights=None, **arguments)
            except Exception as error:  # code of others may raise anything
                message = f"torchvision cannot build {spec.reference}: {reason(error)}"
                raise Unavailable(message) from None
        return network

    def stated(self, entry: ModelEntry, network: Callable[[], nn.Module]) -> Stated:
        """Return the preprocessing of the weights whose URL names the documented file."""
        if entry.weights is None:
            return Stated(None, "the page names no weights file that torchvision could know")
        documented = file_name(entry.weights.text)
        name = entry.source.reference
        for weights in published(name):
            if file_name(weights.url) == documented:
                stated_by = f"torchvision {package_version('torchvision')} {weights}"
                return Stated(preprocessing(weights), stated_by)
        return Stated(None, f"no weights of torchvision's {name} have the file {documented}")

    def convert(self, network: nn.Module, state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Leave out the auxiliary heads of GoogLeNet, as torchvision does, and nothing else."""
        from torchvision.models import GoogLeNet

        if not isinstance(network, GoogLeNet) or network.aux_logits:
            return state
        return {key: tensor for key, tensor in state.items() if not key.startswith(_HEADS)}


def names() -> list[str]:
    """Return the names of torchvision's classifiers.

    Raises:
        Unavailable: torchvision is not installed, or was built for another torch.
    """
    try:
        import torchvision.models as models
    except (ImportError, RuntimeError, OSError) as error:
        said = str(error).partition("\n")[0]
        raise Unavailable(f"torchvision cannot be used: {said}", "see 'zoo doctor'") from None
    found: list[str] = models.list_models(module=models)
    return found


def published(name: str) -> Iterator[Any]:
    """Yield the weights that torchvision publishes for a classifier, as members of its enum."""
    from torchvision.models import get_model_weights

    yield from get_model_weights(name)


def preprocessing(weights: Any) -> Preprocessing | None:
    """Return how torchvision prepares pictures for weights, or None where zoo has no such way."""
    preset = weights.transforms()
    (crop,), (resize,) = preset.crop_size, preset.resize_size
    share = crop_pct(crop, resize)
    if share is None:
        return None
    return Preprocessing(
        image_size=Decimal(crop),
        crop_pct=share,
        interpolation=preset.interpolation.value,
        mean=tuple(Decimal(str(part)) for part in preset.mean),
        std=tuple(Decimal(str(part)) for part in preset.std),
    )


def crop_pct(crop: int, resize: int) -> Decimal | None:
    """Return the shortest share with which a crop is taken from that resize, or None.

    torchvision says 224 from 232, and zoo a share of which ``floor(224 / share)`` is 232: 0.965.
    """
    for digits in range(1, 9):
        share = (Decimal(crop) / resize).quantize(Decimal(1).scaleb(-digits), ROUND_DOWN)
        if 0 < share <= 1 and math.floor(crop / float(share)) == resize:
            return share
    return None


@contextmanager
def _widths_on_the_cpu(name: str) -> Iterator[None]:
    """Let RegNets compute their widths, which they do with tensors, where the device is meta."""
    import torch
    from torch.overrides import TorchFunctionMode

    class Widths(TorchFunctionMode):
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            given = kwargs or {}
            if function in (torch.arange, torch.tensor):
                given = {"device": "cpu", **given}  # layers name a device, if only None
            return function(*args, **given)

    with Widths() if name.startswith("regnet_") else nullcontext():
        yield


def _check(spec: SourceSpec) -> None:
    known = names()
    if spec.reference not in known:
        raise Unavailable(
            f"{spec.location}: torchvision {package_version('torchvision')} has no classifier "
            f"'{spec.reference}'",
            nearest(spec.reference, known) or "see torchvision.models.list_models()",
        )
    require_numbers(spec, _LIMITS, "torchvision")


SOURCE = Torchvision()
