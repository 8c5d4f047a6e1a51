"""Sources build the network of a model from installed code: one module a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from zoo.catalog import Catalog
from zoo.claims import ModelEntry, SourceSpec
from zoo.subject import Identity, Stated

if TYPE_CHECKING:
    from torch import Tensor, nn


class Source(Protocol):
    """Builds networks.

    Attributes:
        runs_named_code: whether the index decides what code is run, so that it must be trusted.
    """

    runs_named_code: bool

    def describe(self, spec: SourceSpec) -> str:
        """Return the source, its version and what it is asked for, in words."""

    def identify(self, entry: ModelEntry) -> Identity:
        """Return what the source makes of the name it is asked for; nothing is built or fetched.

        Raises:
            Unavailable: the code is not installed.
            Refused: the name is not of a kind that is safe to pass on.
        """

    def build(self, spec: SourceSpec) -> nn.Module:
        """Return the network with random weights, on torch's default device.

        Raises:
            Unavailable: the code is not installed, or fails.
            Blocked: it knows no such model.
            Refused: the name or the arguments are not of a kind that is safe to pass on.
        """

    def stated(self, entry: ModelEntry, network: nn.Module) -> Stated:
        """Return what the source itself says of the documented weights file's preprocessing."""

    def convert(self, network: nn.Module, state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return a state dict with the names that the network's present code uses."""


SOURCES: Catalog[Source] = Catalog("zoo.sources", "SOURCE")
