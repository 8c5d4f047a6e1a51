"""``zoo doctor``: whether this machine can verify, and what to do where it cannot."""

from __future__ import annotations

import importlib
import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from zoo import __version__
from zoo.cli import _access, _output, _selection
from zoo.errors import ZooError
from zoo.index import read_index
from zoo.machine import PACKAGES, package_version


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at; ``mend`` is empty where it is in order."""

    what: str
    found: str
    mend: str = ""


@click.command("doctor")
def doctor_command() -> int:
    """Look whether this machine can verify.

    Packages, devices, cache and index. Exits 4 if something is amiss."""
    signs = list(_signs())
    wide = max(len(sign.what) for sign in signs)
    for sign in signs:
        mark = "amiss" if sign.mend else "ok"
        _output.emit(f"{mark:<5}  {sign.what:<{wide}}  {sign.found}\n")
        if sign.mend:
            _output.emit(f"       → {sign.mend}\n")
    return 4 if any(sign.mend for sign in signs) else 0


def _signs() -> Iterator[Sign]:
    yield Sign("zoo", f"{__version__} on Python {platform.python_version()}")
    yield _packages()
    if all(package_version(name) for name in ("torch", "torchvision")):
        yield _torchvision()
        yield _devices()
    yield _cache()
    yield _index()


def _packages() -> Sign:
    versions = {name: package_version(name) for name in PACKAGES}
    found = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    missing = ", ".join(name for name, version in versions.items() if not version)
    if missing:
        lacking = f"{found}; not installed: {missing}" if found else f"not installed: {missing}"
        return Sign("packages", lacking, "pip install 'zoo-verify[timm]'")
    return Sign("packages", found)


def _torchvision() -> Sign:
    """Import torchvision, which fails where it was built for another torch."""
    try:
        importlib.import_module("torchvision")
    except (RuntimeError, ImportError, OSError) as error:
        reason = str(error).partition("\n")[0]
        return Sign(
            "torch with torchvision",
            reason,
            "torchvision was built for another torch: reinstall both at once, without a pin: "
            "pip install --upgrade --force-reinstall torch torchvision",
        )
    return Sign("torch with torchvision", "they import together")


def _devices() -> Sign:
    import torch

    names = [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())]
    return Sign("devices", f"cpu ({os.cpu_count()} cores)" + "".join(f", {n}" for n in names))


def _cache() -> Sign:
    folder = _access.cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        mend = "set ZOO_CACHE_DIR to a folder that can be written to"
        return Sign("cache", f"{folder}: {error.strerror}", mend)
    return Sign("cache", str(folder))


def _index() -> Sign:
    path: Path | None = None
    try:
        path = _selection.index_path(None)
        index = read_index(path)
    except ZooError as error:
        return Sign("index", error.message, error.hint or "give one with --index")
    found = f"{path}: {len(index.entries)} models"
    errors = len(index.errors)
    return Sign("index", found, f"{errors} errors: see 'zoo check'" if errors else "")


COMMAND = doctor_command
