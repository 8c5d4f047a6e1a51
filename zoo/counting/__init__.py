"""Counting rules: each says, of one record, what every step costs.

Tools that count FLOPs agree on little more than the name: what they look at (operations, modules by
their exact class, functions by name), what counts, and whether a multiply–accumulate is one or two.
Each module here is one such rule, by its name and version; a rule is arithmetic on a record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from zoo.catalog import Catalog
from zoo.structure import Record, Step

# Operations that move or make tensors and compute nothing.
_MOVING = frozenset(
    """_reshape_alias _unsafe_view alias arange as_strided cat chunk clone contiguous detach
    dropout dropout_ empty expand expand_as flatten full index lift_fresh narrow new_zeros numpy_T
    ones pad constant_pad_nd permute pixel_shuffle pixel_unshuffle repeat reflection_pad2d reshape
    roll select slice split split_with_sizes squeeze stack t to _to_copy transpose type_as unbind
    unflatten unfold unsafe_chunk unsqueeze view view_as zeros zeros_like""".split()
)

Costs = Iterable[tuple[Step, int]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One counting rule.

    Attributes:
        version: raised whenever the rule gives another number for some record.
        counts: in words, what one of the units counted is.
        costs: the steps of a record that count, each with what it costs.
    """

    version: int
    counts: str
    costs: Callable[[Record], Costs]


@dataclass(frozen=True, slots=True)
class Tally:
    """A record counted by one rule.

    Attributes:
        own: what each module costs by what it does itself, by its number in the record.
        by_name: what the steps of each name cost.
        uncounted: how many operations of each name compute something and cost nothing.
    """

    total: int
    own: Mapping[int, int] = field(default_factory=dict)
    by_name: Mapping[str, int] = field(default_factory=dict)
    uncounted: Mapping[str, int] = field(default_factory=dict)


def total(rule: Rule, record: Record) -> int:
    """Return what all steps of a record cost together."""
    return sum(cost for _, cost in rule.costs(record))


def tally(rule: Rule, record: Record) -> Tally:
    """Return what a record costs by module and by the name of its steps."""
    own: Counter[int] = Counter()
    by_name: Counter[str] = Counter()
    counted = list(rule.costs(record))
    for step, cost in counted:
        own[step.module] += cost
        by_name[_name(step, record)] += cost
    left = Counter(step.name for step in _uncounted(record, [step for step, _ in counted]))
    return Tally(sum(own.values()), dict(own), dict(by_name), dict(sorted(left.items())))


def _name(step: Step, record: Record) -> str:
    return record.modules[step.module].name if step.name == "forward" else step.name


def _uncounted(record: Record, counted: list[Step]) -> Iterator[Step]:
    """Yield the operations that compute something and that no counted step stands for."""
    operations = {id(step) for step in counted}
    forwards = [record.modules[s.module].path for s in counted if s.name == "forward"]
    functions = {(s.module, s.name.rpartition(".")[2]) for s in counted}
    inside = _below(record, forwards)
    composite = {(step.module, step.within) for step in counted if step.within}
    for step in record.operations:
        plain = step.name.rstrip("_")
        if step.name in _MOVING or step.within in _MOVING or step.module in inside:
            continue
        if id(step) in operations or (step.module, plain) in functions:
            continue
        if (step.module, step.name) not in composite:
            yield step


def _below(record: Record, paths: list[str]) -> set[int]:
    """Return the numbers of the modules at these paths, and of all within them."""
    whole = set(paths)
    found = set()
    for number, module in enumerate(record.modules):
        parts = module.path.split(".") if module.path else []
        if any(".".join(parts[:end]) in whole for end in range(len(parts) + 1)):
            found.add(number)
    return found


RULES: Catalog[Rule] = Catalog("zoo.counting", "RULE")
