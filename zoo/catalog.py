"""Extensions of one kind by name: each is one module of a package, found by its file name."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Generic, TypeVar, cast

T = TypeVar("T")


class Catalog(Mapping[str, T], Generic[T]):
    """A mapping from an extension's id to the extension, in the order of the ids.

    The module ``file_size`` of the package holds the extension ``file-size`` under the given
    attribute. A module is imported when its extension is asked for; one whose name begins with
    an underscore is no extension, nor is a package inside the package.
    """

    def __init__(self, package: str, attribute: str) -> None:
        self._package = package
        self._attribute = attribute

    @cached_property
    def _modules(self) -> dict[str, str]:
        found = pkgutil.iter_modules(import_module(self._package).__path__)
        names = sorted(m.name for m in found if not (m.ispkg or m.name.startswith("_")))
        return {name.replace("_", "-"): name for name in names}

    def __getitem__(self, name: str) -> T:
        return cast(T, getattr(self._module(name), self._attribute))

    def docstring(self, name: str) -> str:
        """Return what the module of an extension says of itself."""
        return inspect.cleandoc(self._module(name).__doc__ or "")

    def _module(self, name: str) -> ModuleType:
        return import_module(f"{self._package}.{self._modules[name]}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)
