"""How often a tool that walks down a network meets each of its modules."""

from __future__ import annotations

from zoo.structure import Record


def visits(record: Record) -> list[int]:
    """Return by how many chains of parents each module is reached, by its number in the record.

    That is how often ``module.children()``, called from the network downwards, gives it: a module
    that two parents share counts twice, one that a parent has under two names once.
    """
    modules = enumerate(record.modules)
    numbers = {path: number for number, m in modules for path in (m.path, *m.also)}
    chains: list[set[tuple[int, ...]]] = [set() for _ in record.modules]
    for path, number in numbers.items():
        parts = path.split(".")
        above = (".".join(parts[:end]) for end in range(1, len(parts)))
        chains[number].add(tuple(numbers[parent] for parent in above))
    return [len(found) for found in chains]
