"""Sources build the network of a model from installed code: one module a source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from zoo.catalog import Catalog
from zoo.claims import ModelEntry, SourceSpec
from zoo.errors import Refused, Unavailable, nearest
from zoo.subject import Identity, Stated

if TYPE_CHECKING:
    from torch import Tensor, nn


class Source(Protocol):
    """Builds networks.

    Attributes:
        runs_named_code: whether the index decides what code is run, so that it must be trusted.
        package: the installed distribution whose version says what is built; empty where that is
            not known before.
    """

    runs_named_code: bool
    package: str

    def describe(self, spec: SourceSpec) -> str:
        """Return the source, its version and what it is asked for, in words."""

    def identify(self, entry: ModelEntry) -> Identity:
        """Return what the source makes of the name it is asked for; nothing is built or fetched.

        Raises:
            Unavailable: the code is not installed.
            Refused: the name is not of a kind that is safe to pass on.
        """

    def architecture(self, spec: SourceSpec) -> str:
        """Return what is built, in words that are the same for two names of one network."""

    def build(self, spec: SourceSpec) -> nn.Module:
        """Return the network with random weights, on torch's default device.

        Raises:
            Unavailable: the code is not installed, or fails.
            Blocked: it knows no such model.
            Refused: the name or the arguments are not of a kind that is safe to pass on.
        """

    def stated(self, entry: ModelEntry, network: Callable[[], nn.Module]) -> Stated:
        """Return what the source itself says of the documented weights file's preprocessing.

        Args:
            network: builds it, for a source that asks the network.
        """

    def convert(self, network: nn.Module, state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return a state dict with the names that the network's present code uses."""


SOURCES: Catalog[Source] = Catalog("zoo.sources", "SOURCE")


def source_of(entry: ModelEntry, *, trust_python: bool) -> Source:
    """Return the source that builds an entry's network.

    Raises:
        Unavailable: there is no such source.
        Refused: it runs code that the index names, and the index is not trusted.
    """
    spec = entry.source
    if spec.kind not in SOURCES:
        hint = nearest(spec.kind, SOURCES) or f"sources are {', '.join(SOURCES)}"
        raise Unavailable(f"{spec.location}: there is no source '{spec.kind}'", hint)
    source = SOURCES[spec.kind]
    if source.runs_named_code and not trust_python:
        raise Refused(
            f"{spec.location}: building this model runs the code {spec.reference}",
            "if you trust this index, say --trust-python",
        )
    return source
