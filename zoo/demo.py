"""The digit classifier of ``model-index/demo``: the smallest network that every check can pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

SIZE = 16
WEIGHTS = "digits-560147a9.safetensors"
CONFIG = {
    "file": WEIGHTS,
    "input_size": (3, SIZE, SIZE),
    "crop_pct": 1.0,
    "interpolation": "bicubic",
    "mean": (0.5, 0.5, 0.5),
    "std": (0.5, 0.5, 0.5),
}


def digits() -> nn.Module:
    """Return the classifier with random weights: ``(n, 3, 16, 16)`` to logits ``(n, 10)``."""
    from torch import nn

    network = nn.Sequential(
        *_block(3, 16),
        *_block(16, 32),
        *_block(32, 64),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 10),
    )
    network.pretrained_cfg = CONFIG  # type: ignore[assignment]  # timm's convention
    return network


def _block(channels: int, filters: int) -> list[nn.Module]:
    from torch import nn

    convolution = nn.Conv2d(channels, filters, 3, stride=2, padding=1, bias=False)
    return [convolution, nn.BatchNorm2d(filters), nn.ReLU()]
