"""Tells whether a network has a block of some kind: a module, by what is done in it and how."""

from __future__ import annotations

from collections.abc import Callable

from zoo.structure import Record
from zoo.structure.record import Shape, Step
from zoo.vocabulary._layers import Holds, excites
from zoo.vocabulary.view import Block, Convolution, blocks, convolutions, is_map, is_sum

_POOLS = frozenset({"max_pool2d", "avg_pool2d"})
_PARTINGS = frozenset({"split", "split_with_sizes", "chunk", "slice", "narrow", "select"})


def has(which: Callable[[Block], bool]) -> Holds:
    """Return whether some block of a network is of a kind."""
    return lambda record: any(which(block) for block in blocks(record))


def adds_maps(record: Record) -> bool:
    """Return whether two feature maps of one shape are summed."""
    return any(is_sum(step) for step in record.operations)


def residual(block: Block) -> bool:
    """Return whether it sums maps, and has two layers or more."""
    return block.adds and block.layers >= 2


def bottleneck(block: Block) -> bool:
    """Return whether it sums maps after convolutions of 1×1, larger windows, and 1×1."""
    return block.adds and _narrow(block) is not None


def aggregated(block: Block) -> bool:
    """Return whether a bottleneck's inner convolution is in groups."""
    inner = _narrow(block) if block.adds else None
    return inner is not None and inner.groups > 1


def wide(block: Block) -> bool:
    """Return whether a bottleneck's inner convolution has half of the block's channels or more."""
    inner = _narrow(block) if block.adds else None
    total = next((step.outputs[0][1] for step in block.own if is_sum(step)), 0)
    return inner is not None and inner.groups == 1 and 2 * inner.wide >= total


def inverted(block: Block) -> bool:
    """Return whether it sums maps after 1×1 to more, depthwise, and 1×1 to fewer channels."""
    return block.adds and _inverted(block.convolutions)


def within_residual(block: Block) -> bool:
    """Return whether a block sums the parts of its map one to the next, and joins them again."""
    spatial = any(not one.pointwise for one in block.convolutions)
    return dual_path(block) and spatial


def within_residual_grouped(block: Block) -> bool:
    """Return whether, in such a block, convolutions are in groups too."""
    return within_residual(block) and any(one.groups > 1 for one in block.convolutions)


def dual_path(block: Block) -> bool:
    """Return whether a block sums one part of its map with the input's and joins the other."""
    return block.adds and bool(block.joins) and _parts(block)


def one_shot(record: Record) -> bool:
    """Return whether a block's input and its layers' outputs, of one width, are joined once."""
    joins = [_maps(step) for block in blocks(record) for step in block.joins]
    at_once = any(len(maps) >= 4 and len(set(maps[1:])) == 1 for maps in joins)
    return at_once and not densely_joined(record)


def stage_joining(block: Block) -> bool:
    """Return whether a block joins the outputs of three stages, the later two half as wide."""
    return any(
        len(maps) in (3, 4) and maps[1] == maps[2] and maps[0][1] == 2 * maps[1][1]
        for maps in map(_maps, block.joins)
    )


def several_kernels(record: Record) -> bool:
    """Return whether depthwise convolutions of unlike windows work on parts of a map."""
    return has(
        lambda block: (
            _parts(block)
            and bool(block.joins)
            and len({one.kernel for one in block.convolutions if one.depthwise}) > 1
        )
    )(record)


def densely_joined(record: Record) -> bool:
    """Return whether each of some layers is given the outputs of all before it, joined."""
    joins = [_maps(step) for step in record.operations if step.name == "cat"]
    longest: list[Shape] = []
    for maps in joins:
        if len(maps) == len(longest) + 1 and maps[: len(longest)] == longest and len(maps) >= 4:
            return True
        longest = maps
    return False


def inception(block: Block) -> bool:
    """Return whether branches, three or more, one of them pooled, are joined and not added."""
    return _joined(block, 3) and not block.adds and _pools(block) and bool(_windows(block))


def branching(kernels: set[Shape], least: int = 4) -> Callable[[Block], bool]:
    """Return whether so many branches, with just these windows beside 1×1, are joined.

    One of the branches takes averages, and the sides of the map are kept.
    """
    return lambda block: (
        _joined(block, least)
        and not block.adds
        and any(step.name == "avg_pool2d" for step in block.inside)
        and _windows(block) == kernels
    )


def reducing(kernels: set[Shape], least: int = 3) -> Callable[[Block], bool]:
    """Return whether so many such branches are joined at half of the sides, one by maxima."""
    return lambda block: (
        _joined(block, least)
        and not block.adds
        and any(step.name == "max_pool2d" for step in block.inside)
        and _windows(block) == kernels
        and _halves(block)
    )


def branching_residual(kernels: set[Shape]) -> Callable[[Block], bool]:
    """Return whether branches with these windows are joined, and then added to the input."""
    return lambda block: (
        _joined(block, 2) and block.adds and not _parts(block) and _windows(block) == kernels
    )


def selects_kernels(record: Record) -> bool:
    """Return whether branches of convolutions are weighed by a softmax over the branches."""
    return any(len(step.inputs) > 1 for step in record.operations if step.name == "stack") and (
        _weighs_parts(record)
    )


def splits_attention(record: Record) -> bool:
    """Return whether parts of a grouped convolution's map are weighed by their averages.

    With a single part, ResNeSt's radix of 1, that is squeeze-and-excitation of the groups (Zhang et
    al. 2020, *ResNeSt: Split-Attention Networks*, section 3.1).
    """
    grouped = any(one.groups > 1 for one in convolutions(record.operations))
    return grouped and (_weighs_parts(record) or excites(record))


def _weighs_parts(record: Record) -> bool:
    """Return whether a softmax is followed by a product with parts of a map, which are summed."""
    soft = weighed = False
    for step in record.operations:
        if step.name == "softmax":
            soft = True
        elif soft and step.name == "mul" and len(step.outputs[0]) == 5:
            weighed = True
        elif weighed and step.name == "sum":
            return True
    return False


def _narrow(block: Block) -> Convolution | None:
    """Return the convolution between two of 1×1 that has a larger window, or None."""
    found = block.convolutions
    for place, one in enumerate(found):
        before = any(other.pointwise for other in found[:place])
        after = any(other.pointwise for other in found[place + 1 :])
        if not (one.pointwise or one.depthwise) and before and after:
            return one
    return None


def _inverted(found: tuple[Convolution, ...]) -> bool:
    wide: set[int] = set()
    filtered: set[int] = set()
    for one in found:
        if one.pointwise and one.given[1] in filtered and one.wide < one.given[1]:
            return True
        if one.pointwise and one.wide > one.given[1]:
            wide.add(one.wide)
        elif one.depthwise and one.wide in wide:
            filtered.add(one.wide)
    return False


def _joined(block: Block, least: int) -> bool:
    return any(len(_maps(step)) >= least for step in block.joins)


def _parts(block: Block) -> bool:
    return any(step.name in _PARTINGS for step in block.own)


def _pools(block: Block) -> bool:
    return any(step.name in _POOLS for step in block.inside)


def _windows(block: Block) -> set[Shape]:
    """Return the windows, apart from 1×1, of the convolutions before the block's last join."""
    last = max(place for place, step in enumerate(block.inside) if step in block.joins)
    before = convolutions(block.inside[:last])
    return {one.kernel for one in before if not one.pointwise}


def _halves(block: Block) -> bool:
    given, made = block.convolutions[0].given, block.joins[-1].outputs[0]
    return 2 * made[2] <= given[2]


def _maps(step: Step) -> list[Shape]:
    return [shape for shape in step.inputs if shape is not None and is_map(shape)]
