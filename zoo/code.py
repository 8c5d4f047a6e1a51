"""Digests of code, which may change within a version and move what it computes."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import re
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

# Import statements, and lines of prose that look like one and are no Python.
_IMPORT = re.compile(r"[\n;:][ \t]*((?:from[ \t]+\S+[ \t]+)?import\b(?:[ \t]*\([^)]*\)|[^\n;#]*))")
_COMMENT = re.compile(r"#[^\n]*")
_STDLIB = Path(sysconfig.get_path("stdlib"))
_INSTALLED = frozenset({"site-packages", "dist-packages"})  # the latter is Debian's


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
    files = [file for place in _places(module)[1] for file in _files(place)]
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest() if files else ""


@cache
def digests_of_imports(module: str) -> Mapping[str, str]:
    """Return the digests of a module and of all that it imports, by name; nothing is imported.

    Import statements are followed wherever they stand. What is imported by a name that is made
    while the code runs is not seen. But for the module itself, what is installed and what is
    Python's own is left out, since versions say what it is.
    """
    found: dict[str, str] = {}
    left = [module]
    while left:
        asked = left.pop()
        if asked.partition(".")[0] in found:
            continue
        name, places = _places(asked)
        if places and name not in found and not (found and _is_installed(places[0])):
            found[name] = digest_of_all(name)
            left += sorted({each for place in places for each in _imports(name, place)})
    return found


@cache
def digest_of_installed() -> str:
    """Return the SHA-256 over the names and versions of all distributions that are installed.

    What lies elsewhere on Python's path is none: Ray's workers have copies of their own there.
    """
    found: dict[str, str] = {}
    places = [place for place in sys.path if Path(place).name in _INSTALLED]
    for each in importlib.metadata.distributions(path=places):
        found.setdefault(each.name, each.version)  # the first is what is imported
    lines = sorted(f"{name}=={version}\n" for name, version in found.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _places(module: str) -> tuple[str, list[Path]]:
    """Return where the code that a module is part of lies, if it is there, and its name.

    That is a top-level package, its folder, or a module, its file.
    """
    top, *rest = module.split(".")
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return top, []
    places = [Path(each) for each in (found and found.submodule_search_locations) or ()]
    if found and found.has_location and found.origin:
        return top, places or [Path(found.origin)]
    for count, part in enumerate(rest, 2):
        own = [place / part for place in places if (place / part / "__init__.py").is_file()]
        own += [place / f"{part}.py" for place in places if (place / f"{part}.py").is_file()]
        if own:
            return ".".join((top, *rest)[:count]), own[:1]
        places = [place / part for place in places if (place / part).is_dir()]
    return module, []


def _files(place: Path) -> list[Path]:
    found = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    return [file for file in found if file.is_file()]


def _is_installed(place: Path) -> bool:
    """Return whether code belongs to an installed distribution or to Python."""
    return place.is_relative_to(_STDLIB) or not _INSTALLED.isdisjoint(place.parts)


def _imports(name: str, place: Path) -> Iterator[str]:
    """Yield the names that the code at a place may import, as if each was a module."""
    for file in _files(place):
        inner = file.relative_to(place).parent.parts
        package = ".".join((name, *inner)) if place.is_dir() else name.rpartition(".")[0]
        text = file.read_text(encoding="utf-8-sig", errors="replace").replace("\\\n", " ")
        text = _COMMENT.sub("", text)
        for statement in _IMPORT.findall(f"\n{text}"):
            with suppress(SyntaxError, ValueError, ImportError):
                yield from _named(statement, package)


def _named(statement: str, package: str) -> Iterator[str]:
    """Yield the names in an import statement of a package's code.

    Raises:
        SyntaxError, ValueError: it is none.
        ImportError: it leads out of all packages.
    """
    for node in ast.parse(statement).body:
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            start = importlib.util.resolve_name(origin, package)
            yield from (f"{start}.{each.name}" for each in node.names)
