"""The models of an index by name, as rows and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from zoo.claims import Metric, ModelEntry, plain

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

# The columns of a row, with what each holds; a place counts as the text path:line.
KINDS = {
    "name": "text", "collection": "text", "source": "text",
    "parameters": "number", "flops": "number", "file_size": "number", "image_size": "number",
    "crop_pct": "number", "interpolation": "text", "top1": "number", "top5": "number",
    "weights": "text", "code": "text", "paper": "text", "tasks": "list", "training_data": "list",
}  # fmt: skip

# The same where every cell holds one value.
COLUMNS = (*(name for name in KINDS if name != "source"), "source_path", "source_line")


class Registry(Mapping[str, ModelEntry]):
    """An immutable mapping from a model's name to its entry, in the order of the index."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Iterable[ModelEntry]) -> None:
        self._entries = {entry.name: entry for entry in entries}

    def __getitem__(self, name: str) -> ModelEntry:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def rows(self) -> list[Row]:
        """Return one row a model, in the contract of ``zoo list --format json``.

        Counts are in base units, accuracies in percent; what is not claimed is None.
        """
        return [row(entry) for entry in self.values()]

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame, indexed by model name."""
        import pandas as pd

        rows = pd.json_normalize(self.rows(), sep="_")
        return rows.reindex(columns=list(COLUMNS)).set_index("name")  # an empty index has none


def row(entry: ModelEntry) -> Row:
    """Return what an entry claims, under the column names of ``zoo list``."""
    return {
        "name": entry.name,
        "collection": entry.collection or None,
        "source": {"path": entry.location.path, "line": entry.location.line},
        "parameters": plain(entry.value(Metric.PARAMETERS)),
        "flops": plain(entry.value(Metric.FLOPS)),
        "file_size": plain(entry.value(Metric.FILE_SIZE)),
        "image_size": plain(entry.value(Metric.IMAGE_SIZE)),
        "crop_pct": plain(entry.value(Metric.CROP_PCT)),
        "interpolation": plain(entry.value(Metric.INTERPOLATION)),
        "top1": plain(entry.value(Metric.TOP_1)),
        "top5": plain(entry.value(Metric.TOP_5)),
        "weights": entry.weights.text if entry.weights else None,
        "code": entry.code,
        "paper": entry.paper,
        "tasks": list(entry.tasks),
        "training_data": list(entry.training_data),
    }
