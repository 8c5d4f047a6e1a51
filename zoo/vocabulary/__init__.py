"""Reads the words by which model pages name the components of a network.

Pages list components in the words of a catalogue of methods. Each word that is known here has a
reading: what must be in the network for it to be true, told from what the network does (windows
and groups of convolutions, sums and joins of feature maps) and not from its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zoo.vocabulary._blocks import densely_joined
from zoo.vocabulary._layers import dropout_rates
from zoo.vocabulary._reading import Reading
from zoo.vocabulary._words import BLOCKS, LAYERS

READINGS: Mapping[str, Reading] = MappingProxyType(
    {reading.word: reading for reading in (*LAYERS, *BLOCKS)}
)

__all__ = ["READINGS", "Reading", "densely_joined", "dropout_rates", "reading_of"]


def reading_of(word: str) -> Reading | None:
    """Return the reading of a word, in whatever case and spacing it is written, or None."""
    return _FOLDED.get(_fold(word))


def _fold(word: str) -> str:
    return " ".join(word.casefold().split())


_FOLDED = {_fold(word): reading for word, reading in READINGS.items()}
