"""What of this machine can move a number: versions of packages, and the device."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
from typing import Any

PACKAGES = ("torch", "torchvision", "timm", "safetensors", "pillow", "numpy")


def environment(device: str, batch_size: int) -> dict[str, Any]:
    """Return the versions and the device under which numbers are measured."""
    versions = {name: package_version(name) for name in PACKAGES}
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: found for name, found in versions.items() if found},
        "device": device,
        "device_name": _device_name(device),
        "batch_size": batch_size,
    }


def package_version(package: str) -> str:
    """Return the version of an installed distribution, or an empty string."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _device_name(device: str) -> str:
    if device.startswith("cuda") and importlib.util.find_spec("torch") is not None:
        import torch

        return torch.cuda.get_device_name(device)
    return platform.processor() or platform.machine()
