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
    """_conj _reshape_alias _to_copy _unsafe_index _unsafe_view alias arange as_strided broadcast_to
    cat channel_shuffle chunk clone constant_pad_nd contiguous copy copy_ detach detach_ diagonal
    dropout dropout_ empty empty_like empty_strided expand expand_as eye fill fill_ flatten flip
    full full_like gather im2col index index_put index_put_ index_select lift_fresh linspace
    masked_select narrow new_empty new_full new_ones new_zeros numpy_T ones ones_like pad permute
    pixel_shuffle pixel_unshuffle rand randn reflection_pad1d reflection_pad2d repeat
    replication_pad1d replication_pad2d reshape roll scalar_tensor select slice split
    split_with_sizes squeeze squeeze_ stack t t_ to transpose transpose_ tril triu type_as unbind
    unflatten unfold unsafe_chunk unsafe_split unsqueeze unsqueeze_ view view_as zero_ zeros
    zeros_like""".split()
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
    counted = [(step, cost) for step, cost in rule.costs(record) if cost]
    for step, cost in counted:
        own[step.module] += cost
        by_name[_name(step, record)] += cost
    left = Counter(step.name for step in _uncounted(record, [step for step, _ in counted]))
    return Tally(sum(own.values()), dict(own), dict(by_name), dict(sorted(left.items())))


def _name(step: Step, record: Record) -> str:
    return record.modules[step.module].name if step.name == "forward" else step.name


def _uncounted(record: Record, counted: list[Step]) -> Iterator[Step]:
    """Yield the operations that compute something and that no counted step stands for.

    An operation that is made of others is one, unless some of its parts were counted: then each of
    the others is.
    """
    operations = {id(step) for step in counted}
    forwards = [record.modules[s.module].path for s in counted if s.name == "forward"]
    inside = _below(record, forwards)
    called = Counter(_called(step) for step in counted if "." in step.name)
    for whole, parts in _composed(record.operations):
        if id(whole) in operations or whole.module in inside:
            continue
        if called[_called(whole)]:
            called[_called(whole)] -= 1
        elif any(id(part) in operations for part in parts):
            yield from (p for p in parts if p.name not in _MOVING and id(p) not in operations)
        elif _computes(whole, parts):
            yield whole


def _computes(whole: Step, parts: list[Step]) -> bool:
    """Return whether an operation, or any that it is made of, does more than move data."""
    # An operation of many forms may be made of another of its forms.
    names = {part.name for part in parts} - {whole.name} or {whole.name}
    return whole.name not in _MOVING and not names <= _MOVING


def _called(step: Step) -> tuple[int, str]:
    """Return who did a step, and the name of the function by which it is called from Python."""
    name = step.name.rpartition(".")[2].rstrip("_")
    resizes = "upsample" in name or name == "interpolate"
    return step.module, "interpolate" if resizes else name


def _composed(operations: Iterable[Step]) -> list[tuple[Step, list[Step]]]:
    """Return each operation that is not a part of another with its parts, which come after it."""
    found: list[tuple[Step, list[Step]]] = []
    for step in operations:
        if step.within and found:
            found[-1][1].append(step)
        else:
            found.append((step, []))
    return found


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
