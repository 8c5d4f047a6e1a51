"""Networks from any installed package, by the import path of what builds them.

What the index names is imported and called, so this source is used only where the user trusts
the index.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from zoo.claims import ModelEntry, SourceSpec, file_name
from zoo.errors import Unavailable, reason
from zoo.subject import Identity, Stated, from_config

if TYPE_CHECKING:
    from torch import Tensor, nn


class Python:
    """The source ``python``."""

    runs_named_code = True
    package = ""

    def describe(self, spec: SourceSpec) -> str:
        """Return for instance ``python package:Class.build (package 0.1.0)``."""
        package = spec.reference.partition(":")[0].partition(".")[0]
        names = _distributions().get(package, [])
        versions = [f"{name} {importlib.metadata.version(name)}" for name in sorted(set(names))]
        return f"python {spec.reference}" + (f" ({', '.join(versions)})" if versions else "")

    def identify(self, entry: ModelEntry) -> Identity:
        """Return the import path itself: it is no name of which a package could say more."""
        return Identity(entry.source.reference, self.describe(entry.source))

    def architecture(self, spec: SourceSpec) -> str:
        """Return the import path and the arguments."""
        return f"{spec.reference} {dict(spec.arguments)}"

    def build(self, spec: SourceSpec) -> nn.Module:
        """Return what the named callable returns for the arguments."""
        from torch import nn

        factory = _factory(spec)
        try:
            network = factory(**spec.arguments)
        except (Exception, SystemExit) as error:  # code of others may raise anything
            raise _failed(spec, "raises", error) from None
        if not isinstance(network, nn.Module):
            raise Unavailable(f"{spec.location}: {spec.reference} returns no torch.nn.Module")
        return network

    def stated(self, entry: ModelEntry, network: Callable[[], nn.Module]) -> Stated:
        """Return the preprocessing in the network's ``pretrained_cfg``, timm's convention.

        It counts only if its ``file`` names the documented weights file.
        """
        config = getattr(network(), "pretrained_cfg", None)
        if not isinstance(config, Mapping) or entry.weights is None:
            return Stated(None, f"{entry.source.reference} states no preprocessing")
        name = file_name(entry.weights.text)
        if config.get("file") != name:
            return Stated(None, f"{entry.source.reference} states no preprocessing for {name}")
        try:
            return Stated(from_config(config), f"{entry.source.reference} pretrained_cfg")
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise _failed(entry.source, "has a malformed pretrained_cfg:", error) from None

    def convert(self, network: nn.Module, state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return the state dict as it is."""
        return state


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Return the distributions that provide each top-level package."""
    return importlib.metadata.packages_distributions()


def _factory(spec: SourceSpec) -> Callable[..., object]:
    module, colon, path = spec.reference.partition(":")
    if not colon or not all(part.isidentifier() for part in (*module.split("."), *path.split("."))):
        raise Unavailable(
            f"{spec.location}: '{spec.reference}' is not an import path",
            "write it as package.module:Class.method",
        )
    try:
        found: Any = importlib.import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"{spec.location}: the Python package {error.name} is not installed",
            "install the distribution that provides it",
        ) from None
    except (Exception, SystemExit) as error:  # code of others may raise anything
        raise _failed(spec, "cannot be imported:", error) from None
    if not callable(found):
        raise Unavailable(f"{spec.location}: {spec.reference} cannot be called")
    called: Callable[..., object] = found
    return called


def _failed(spec: SourceSpec, what: str, error: BaseException) -> Unavailable:
    wrong_call = isinstance(error, TypeError)
    hint = "what it is called with stands in the Source: 'Arguments: {…}'" if wrong_call else ""
    return Unavailable(f"{spec.location}: {spec.reference} {what} {reason(error)}", hint)


SOURCE = Python()
