"""What single operations cost in multiply–accumulates, by the shapes of their tensors."""

from __future__ import annotations

from zoo.structure import Step
from zoo.structure.record import elements

CONVOLUTIONS = frozenset(
    ["convolution", "_convolution"]
    + [f"conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3)]
)


def convolution(step: Step) -> int:
    """Return the multiply–accumulates of a convolution, without its bias.

    Each output position of a convolution, or each input position of a transposed one, meets every
    weight of a filter once: ``pictures · prod(weight) · prod(positions)``.
    """
    given, weight = step.given(0), step.given(1)
    positions = given if step.detail == "transposed" else step.outputs[0]
    pictures = given[0] if len(given) == len(weight) else 1
    return pictures * elements(weight) * elements(positions[-(len(weight) - 2) :])


def linear(step: Step) -> int:
    """Return the multiply–accumulates of ``input · weightᵀ``, without the bias."""
    return elements(step.given(0)) * step.given(1)[0]


def product(step: Step, first: int = 0) -> int:
    """Return the multiply–accumulates of a matrix product whose factors begin at an input."""
    return elements(step.outputs[0]) * step.given(first)[-1]


def attention(step: Step) -> int:
    """Return the multiply–accumulates of ``(q · kᵀ) · v``, without scaling and softmax."""
    query, key, value = step.given(0), step.given(1), step.given(2)
    return elements(query) * key[-2] + elements(query[:-1]) * key[-2] * value[-1]
