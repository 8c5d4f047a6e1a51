"""Digests of code, which may change within a version and move what it computes."""

from __future__ import annotations

import hashlib
import importlib.util
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
def digest_of_all(module: str) -> str:
    """Return the SHA-256 over all Python files that are imported with a module; nothing is.

    These are all of its top-level package, or the module alone. A package without files of its own
    may lie in several places, of which the first that has the next part of the name counts, as it
    does for an import. It is empty where there is no such module, or it has no files.
    """
    digest = hashlib.sha256()
    files = [file for place in _places(module) for file in _files(place)]
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest() if files else ""


def _places(module: str) -> list[Path]:
    """Return the folder or the file where the code of a module lies, if it is there."""
    top, *rest = module.split(".")
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return []
    places = [Path(each) for each in (found and found.submodule_search_locations) or ()]
    if found and found.has_location and found.origin:
        return places or [Path(found.origin)]
    for part in rest:
        own = [place / part for place in places if (place / part / "__init__.py").is_file()]
        own += [place / f"{part}.py" for place in places if (place / f"{part}.py").is_file()]
        if own:
            return own[:1]
        places = [place / part for place in places if (place / part).is_dir()]
    return []


def _files(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]
