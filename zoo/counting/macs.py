"""Multiply–accumulates of convolutions, matrix products and attention.

Half of what ``torch.utils.flop_counter.FlopCounterMode`` counts, since that counts each
multiply–accumulate as two operations (torch 2.15, ``flop_registry`` in
``torch/utils/flop_counter.py``). Biases, normalisation, activations and pooling cost nothing.

Two differences: torch's counter does not look into the fused attention that
``nn.MultiheadAttention`` uses in evaluation mode, nor into the fused ``nn.LSTM`` of the CPU, and
counts nothing for them. The record is made without that fusion, so their products count here.
"""

from __future__ import annotations

from collections.abc import Iterator

from zoo.counting import Rule
from zoo.counting._arithmetic import CONVOLUTIONS, attention, convolution, linear, product
from zoo.structure import Record, Step


def costs(record: Record) -> Iterator[tuple[Step, int]]:
    """Yield the multiply–accumulates of every operation that has some."""
    for step in record.operations:
        if step.name in CONVOLUTIONS:
            yield step, convolution(step)
        elif step.name == "linear":
            yield step, linear(step)
        elif step.name in ("addmm", "baddbmm"):
            yield step, product(step, first=1)
        elif step.name in ("mm", "bmm") or (step.name == "matmul" and _of_matrices(step)):
            yield step, product(step)
        elif step.name == "scaled_dot_product_attention":
            yield step, attention(step)


def _of_matrices(step: Step) -> bool:
    """Return whether no factor is a vector; torch's counter does not count those."""
    return min(len(step.given(0)), len(step.given(1))) > 1


RULE = Rule(1, "multiply–accumulates", costs)
