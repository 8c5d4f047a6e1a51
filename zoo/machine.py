"""What of this machine can move a number: versions of packages, and the device."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
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
        "device_name": device_name(device),
        "batch_size": batch_size,
    }


@functools.cache
def package_version(package: str) -> str:
    """Return the version of an installed distribution, or an empty string."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


@functools.cache
def is_editable(package: str) -> bool:
    """Return whether a distribution is installed from a folder whose code may change."""
    try:
        origin = importlib.metadata.distribution(package).read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        return False
    return bool(origin) and bool(json.loads(origin or "{}").get("dir_info", {}).get("editable"))


def device_name(device: str) -> str:
    """Return what a device of torch is called."""
    if device.startswith("cuda") and importlib.util.find_spec("torch") is not None:
        import torch

        return str(torch.cuda.get_device_name(device))
    return platform.processor() or platform.machine()
