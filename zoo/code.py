"""Digests of code, which may change within a version and move what it computes."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def digest_of(packages: tuple[str, ...], modules: tuple[str, ...] = ()) -> str:
    """Return the SHA-256 over the modules of packages, without those within, and single modules."""
    digest = hashlib.sha256()
    for package in packages:
        found = [file for file in files(package).iterdir() if file.name.endswith(".py")]
        for file in sorted(found, key=lambda file: file.name):
            digest.update(file.read_bytes())
    for module in modules:
        parent, _, name = module.rpartition(".")
        digest.update((files(parent) / f"{name}.py").read_bytes())
    return digest.hexdigest()


@cache
def digest_of_all(top: str) -> str:
    """Return the SHA-256 over all Python files of a top-level module; nothing is imported.

    It is empty where there is no such module, or it has no files of its own.
    """
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return ""
    roots = [Path(each) for each in (found and found.submodule_search_locations) or ()]
    alone = [Path(found.origin)] if found and found.has_location and found.origin else []
    parts = _files(roots) if roots else alone
    digest = hashlib.sha256()
    for path in parts:
        digest.update(path.read_bytes())
    return digest.hexdigest() if parts else ""


def _files(roots: Iterable[Path]) -> list[Path]:
    return sorted(path for root in roots for path in root.rglob("*.py") if path.is_file())
