"""Looks for what pages say of a network's structure: components, depth, and dropout.

All of it is told from one pass, so that it can be looked for once for all names of a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo.errors import Unavailable
from zoo.structure import Record
from zoo.vocabulary import READINGS, densely_joined, dropout_rates
from zoo.vocabulary.view import blocks, convolutions, is_map, is_sum

if TYPE_CHECKING:
    from torch import nn

_SCRIPTED = "torch.jit._script.RecursiveScriptModule"
_REDUCING = frozenset({"max_pool2d", "avg_pool2d"})


@dataclass(frozen=True, slots=True)
class Traits:
    """What is to be seen of a network's structure.

    Attributes:
        words: of each word of the vocabulary, whether what it is read as is there.
        depth: weighted layers on the longest path; None where it cannot be followed.
        deep_stem: whether three 3×3 convolutions, and no other, come before all pooling and sums.
        doubt: why names of such networks follow no one convention of depth, or empty.
        dropout: rates of what drops values, in the order of the pass.
    """

    words: Mapping[str, bool]
    depth: int | None
    deep_stem: bool
    doubt: str
    dropout: tuple[float, ...]


def look(network: nn.Module, record: Record) -> Traits:
    """Return the traits of a network.

    Args:
        network: on the meta device, in evaluation mode.
        record: of its pass.
    """
    from zoo.depth import depth

    try:
        if any(module.is_a(_SCRIPTED) for module in record.modules):
            raise Unavailable("the path through a scripted network cannot be followed")
        deep, doubt = depth(network, record.shape), why_unsettled(record)
    except Unavailable as error:
        deep, doubt = None, error.message
    return Traits(
        words={word: reading.found(record) for word, reading in READINGS.items()},
        depth=deep,
        deep_stem=has_deep_stem(record),
        doubt=doubt,
        dropout=tuple(dropout_rates(record)),
    )


def has_deep_stem(record: Record) -> bool:
    """Return whether three 3×3 convolutions, and no other, come before all pooling and sums."""
    steps = record.operations
    ends = (n for n, step in enumerate(steps) if step.name in _REDUCING or is_sum(step))
    stem = list(convolutions(steps[: next(ends, 0)]))
    return [one.kernel for one in stem] == [(3, 3)] * 3


def why_unsettled(record: Record) -> str:
    """Return why names of such networks follow no one convention, or nothing where they do."""
    found = list(blocks(record))
    paths = [f"{block.module.path}." for block in found if block.module.path]
    if any(one.depthwise for one in convolutions(record.operations) if one.spread):
        return "no convention says whether a depthwise convolution is a layer of its own"
    if any(block.joins for block in found) and not densely_joined(record):
        return "no one convention counts the layers of a network that joins feature maps"
    if any(block.module.path.startswith(path) for block in found for path in paths):
        return "no one convention counts the layers of a network that sums several branches"
    tokens = [step.given(0) for step in record.operations if step.name == "linear"]
    if any(len(shape) > 2 and not is_map(shape) for shape in tokens):
        return "no one convention counts the layers of attention"
    return ""
