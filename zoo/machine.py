"""What of this machine can move a number: versions of packages, the device, and how it computes."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import sys
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "torchvision", "timm", "safetensors", "pillow", "numpy")
_PROCESSORS = Path("/proc/cpuinfo")  # Linux, where Python knows no more than the architecture
_DRIVER = Path("/proc/driver/nvidia/version")


def environment(device: str, batch_size: int, *, precision: str = "fp32") -> dict[str, Any]:
    """Return the versions, the device and the settings under which numbers are measured."""
    versions = {name: package_version(name) for name in PACKAGES}
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: found for name, found in versions.items() if found},
        "device": device,
        "device_name": device_name(device),
        **_computing(device),
        "batch_size": batch_size,
        "precision": precision,
        "tf32": precision == "tf32",
        "deterministic": True,
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


def cores() -> int:
    """Return on how many cores this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def driver_of(text: str) -> str:
    """Return the version of NVIDIA's driver, from what the driver says of itself, or nothing."""
    match = re.search(r"^NVRM version:.*?\s(\d+(?:\.\d+)+)\s", text, re.MULTILINE)
    return match[1] if match else ""


def processor_of(text: str) -> str:
    """Return the name of the first processor in what Linux says of all, or nothing."""
    match = re.search(r"^(?:model name|Model|cpu model)\s*:\s*(\S.*)$", text, re.MULTILINE)
    return " ".join(match[1].split()) if match else ""


def device_name(device: str) -> str:
    """Return what a device of torch is called."""
    if device.startswith("cuda") and importlib.util.find_spec("torch") is not None:
        import torch

        return torch.cuda.get_device_name(device)
    return processor_of(_read(_PROCESSORS)) or platform.processor() or platform.machine()


def _computing(device: str) -> dict[str, Any]:
    """Return what computes on the device: the threads of the CPU, or the libraries of CUDA."""
    if not device.startswith("cuda"):
        used: Any = sys.modules.get("torch")  # where nothing has imported it, nothing is computed
        return {"torch_threads": used.get_num_threads()} if used else {}
    import torch

    major, minor = torch.cuda.get_device_capability(device)
    return {
        "compute_capability": f"{major}.{minor}",
        "cuda": str(torch.version.cuda),
        "cudnn": str(torch.backends.cudnn.version()),  # type: ignore[no-untyped-call]  # as torch has it
        "driver": driver_of(_read(_DRIVER)),
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
