"""Takes models in from other formats and gives them out in them: one module a format.

The models of an index are what every format is made from and turned into, so that any of them
can be had from any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from zoo.catalog import Catalog
from zoo.claims import ModelEntry


@dataclass(frozen=True, slots=True)
class Exported:
    """Models in another format.

    Attributes:
        pages: texts by file name, in the order of the models.
        notes: what could not be carried over, for people.
    """

    pages: Mapping[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format to write.

    Attributes:
        suffix: of its files, with the dot.
        many: whether each model has a page of its own.
    """

    render: Callable[[Sequence[ModelEntry]], Exported]
    suffix: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """Models from another format.

    Attributes:
        notes: what could not be carried over, for people.
    """

    entries: tuple[ModelEntry, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Importer:
    """One format to read.

    Attributes:
        recognises: whether a source, as the user names it, is meant for this format.
        read: returns the models of a source, or raises UsageError with the line that is off.
    """

    recognises: Callable[[str], bool]
    read: Callable[[str], Imported]


EXPORTERS: Catalog[Exporter] = Catalog("zoo.exchange.exports", "EXPORTER")
IMPORTERS: Catalog[Importer] = Catalog("zoo.exchange.imports", "IMPORTER")
