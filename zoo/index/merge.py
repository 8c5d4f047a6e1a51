"""What a model inherits from its collections, each value with the place where it is written."""

from __future__ import annotations

from collections.abc import Iterable

from zoo.index.tree import Entry, Mapping, Scalar, Sequence

_ONE_VALUE = frozenset(
    {"mean", "std", "weights"}
)  # lists that are one value, replaced and not joined
_OWN = frozenset({"name", "readme"})  # what a collection says of itself


def inherit(model: Mapping, collections: Iterable[Mapping]) -> Mapping:
    """Return a model with what its collections say of all their models.

    Mappings merge with the model's own value winning, lists are joined with the collection's
    first, and an earlier collection's value wins over a later one's.
    """
    for collection in collections:
        shared = {key: entry for key, entry in collection.entries.items() if key not in _OWN}
        model = _merge(model, Mapping(shared, collection.mark))
    return model


def _merge(model: Mapping, shared: Mapping) -> Mapping:
    merged = dict(model.entries)
    for key, entry in shared.entries.items():
        own = merged.get(key)
        nothing = own is not None and isinstance(own.value, Scalar) and own.value.null
        if own is None or (nothing and isinstance(entry.value, Mapping)):
            merged[key] = entry
        elif isinstance(own.value, Mapping) and isinstance(entry.value, Mapping):
            both = _merge(own.value, entry.value)
            merged[key] = Entry(own.name, both, own.mark)
        elif key in _ONE_VALUE:
            continue
        elif isinstance(own.value, Sequence) and isinstance(entry.value, Sequence):
            items = Sequence(entry.value.items + own.value.items, own.value.mark)
            merged[key] = Entry(own.name, items, own.mark)
    return Mapping(merged, model.mark)
