"""``zoo flops``: what every counting rule makes of a model, where it is spent, what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from zoo import escape
from zoo.claims import Metric, ModelEntry
from zoo.cli import _access, _output, _selection, _text
from zoo.conventions import CHANNELS, FRAMINGS, OF_THE_PAGE, shown
from zoo.counting import RULES, Tally, tally, total
from zoo.errors import Unavailable, UsageError, nearest
from zoo.sources import SOURCES, source_of
from zoo.structure import Module, Record, Shape
from zoo.structure.record import elements
from zoo.survey import Trouble, recorded

DEFAULT_RULE = "macs"


@click.command("flops")
@click.argument("model")
@_selection.index_option
@click.option("--size", "sizes", multiple=True, metavar="SIDE|HxW",
              help="Input to count at; may be given again.  [default: the declared size, and "
              "that resized but not cropped]")  # fmt: skip
@click.option(
    "--rule",
    default=DEFAULT_RULE,
    show_default=True,
    help=f"Rule of the modules' tree: {', '.join(RULES)}.",
)
@click.option("--depth", type=click.IntRange(min=0), default=2, show_default=True,
              help="Levels of the modules' tree.")  # fmt: skip
@click.option("--trust-python", is_flag=True, help="Run the code that the index names.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How it is written.")  # fmt: skip
def flops_command(
    model: str,
    index: Path | None,
    sizes: tuple[str, ...],
    rule: str,
    depth: int,
    trust_python: bool,
    form: str,
) -> int:
    """Count a model by every rule: in all, by module, and at other sizes of the input.

    The tree of modules and what is not counted are those of one rule, at the first size."""
    if rule not in RULES:
        hint = nearest(rule, RULES) or f"rules are {', '.join(RULES)}"
        raise UsageError(f"there is no counting rule '{rule}'", hint)
    entry = _selection.lookup(_selection.spoiled_apart(index)[0], model)
    shapes = [_shape(size) for size in sizes] or _declared(entry)
    _access.require_torch("counting")
    records = _records(entry, shapes, trust_python=trust_python)
    if form == "json":
        _output.emit(escape.as_json(_data(entry, records, rule, depth)))
    else:
        _output.emit(_report(entry, records, rule, depth))
    return 0


def _shape(text: str) -> Shape:
    """Return the input's shape for ``224`` or ``224x285``."""
    sides = text.casefold().replace("×", "x").split("x")
    if not 1 <= len(sides) <= 2 or not all(s.isdecimal() and len(s) <= 6 for s in sides):
        raise UsageError(f"'{text}' is no size", "write 224, or height and width as 224x285")
    return (1, CHANNELS, int(sides[0]), int(sides[-1]))


def _declared(entry: ModelEntry) -> list[Shape]:
    size = entry.value(Metric.IMAGE_SIZE)
    if not isinstance(size, Decimal):
        raise UsageError(f"{entry.name} declares no image size", "say --size 224")
    return [FRAMINGS[name].shape(int(size)) for name in OF_THE_PAGE]


def _records(entry: ModelEntry, shapes: list[Shape], *, trust_python: bool) -> list[Record]:
    """Return the record at each shape at which the network runs; say of the others why not."""
    try:
        source_of(entry, trust_python=trust_python)
    except Unavailable as error:
        raise UsageError(error.message, error.hint) from None
    made = recorded(entry, tuple(shapes))
    records = [record for record in made if isinstance(record, Record)]
    troubles = [trouble for trouble in made if isinstance(trouble, Trouble)]
    if not records:
        raise UsageError(f"{entry.name}: {troubles[0].message}", troubles[0].hint)
    for trouble in troubles:
        click.echo(f"left out: {escape.line(trouble.message)}", err=True)
    return records


def _report(entry: ModelEntry, records: list[Record], rule: str, depth: int) -> str:
    first = records[0]
    counted = tally(RULES[rule], first)
    claim = entry.claimed(Metric.FLOPS)
    claimed = f", claimed {claim.text} FLOPs ({claim.location})" if claim else ""
    parts = [
        escape.line(f"{entry.name}: {first.parameters:,} parameters{claimed}") + "\n"
        f"{escape.line(_source(entry))}\n",
        _text.columns(list(_totals(records)), right=range(1, 1 + len(records))),
        _text.columns(list(_tree(first, counted, rule, depth)), right=(2, 3, 4)),
        _left_out(counted, rule),
    ]
    return "\n".join(parts)


def _source(entry: ModelEntry) -> str:
    """Return what builds the network, with its version."""
    return SOURCES[entry.source.kind].describe(entry.source)


def _totals(records: list[Record]) -> Iterator[list[object]]:
    yield ["rule", *(shown(record.shape) for record in records), "counts"]
    for name, rule in RULES.items():
        yield [name, *(total(rule, record) for record in records), rule.counts]


def _tree(record: Record, counted: Tally, rule: str, depth: int) -> Iterator[list[object]]:
    yield ["module", "class", "parameters", rule, "share"]
    for module, parameters, cost in _spent(record, counted, depth):
        level = module.path.count(".") + 1 if module.path else 0
        name = module.path.rpartition(".")[2] or "(all)"
        share = f"{cost / counted.total:.1%}" if counted.total else ""
        yield ["  " * level + name, module.name, parameters, cost, share]


def _spent(record: Record, counted: Tally, depth: int) -> Iterator[tuple[Module, int, int]]:
    """Yield each module down to a depth with its parameters and its cost, and all within it."""
    for module in record.modules:
        if (module.path.count(".") + 1 if module.path else 0) > depth:
            continue
        inside = [
            number
            for number, other in enumerate(record.modules)
            if not module.path or f"{other.path}.".startswith(f"{module.path}.")
        ]
        own = (shape for n in inside for shape in record.modules[n].parameters.values())
        yield module, sum(map(elements, own)), sum(counted.own.get(n, 0) for n in inside)


def _left_out(counted: Tally, rule: str) -> str:
    names = ", ".join(f"{name} ×{count}" for name, count in counted.uncounted.items())
    return f"not counted by {rule}: {names or 'nothing that computes'}\n"


def _data(entry: ModelEntry, records: list[Record], rule: str, depth: int) -> dict[str, Any]:
    first = records[0]
    counted = tally(RULES[rule], first)
    claim = entry.claimed(Metric.FLOPS)
    return {
        "schema_version": "1",
        "model": entry.name,
        "source": _source(entry),
        "claimed": int(claim.value) if claim and isinstance(claim.value, Decimal) else None,
        "parameters": first.parameters,
        "counts": [
            {
                "input": list(record.shape),
                "rules": {name: total(each, record) for name, each in RULES.items()},
            }
            for record in records
        ],
        "rule": {"name": rule, "version": RULES[rule].version, "counts": RULES[rule].counts},
        "modules": [
            {"path": module.path, "class": module.kind, "parameters": size, "count": cost}
            for module, size, cost in _spent(first, counted, depth)
        ],
        "uncounted": dict(counted.uncounted),
    }


COMMAND = flops_command
