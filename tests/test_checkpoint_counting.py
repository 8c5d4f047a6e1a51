"""Counting parameters among the tensors of a checkpoint: what is taken for a buffer."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.checkpoint.counting import Count, count
from zoo.checkpoint.record import Checkpoint, Record, Shape


def checkpoint(*tied: tuple[str, ...], **shapes: Shape) -> Checkpoint:
    tensors = {name.replace("__", "."): shape for name, shape in shapes.items()}
    return Checkpoint(Path("a"), tensors, Record("ab" * 32, "npz", tied=tied))


WEIGHT = Shape("F32", (4, 3))


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("bn__running_mean", Shape("F32", (4,))),
        ("bn__running_var", Shape("BF16", (4,))),
        ("running_var", Shape("F32", (4,))),
        ("bn__num_batches_tracked", Shape("I64", ())),
        ("layers__0__attn_mask", Shape("F32", (2, 49, 49))),
        ("relative_position_index", Shape("I64", (49, 49))),
        ("embeddings__position_ids", Shape("I32", (1, 512))),
        ("mask", Shape("BOOL", (7,))),
    ],
)
def test_buffers_are_known_by_their_names_and_types(name: str, shape: Shape) -> None:
    assert count(checkpoint(weight=WEIGHT, **{name: shape})) == Count(12, shape.elements)


@pytest.mark.parametrize("name", ["pos_embed", "running_mean__weight", "gamma", "mean"])
def test_every_other_tensor_of_numbers_is_a_parameter(name: str) -> None:
    assert count(checkpoint(weight=WEIGHT, **{name: Shape("F16", (5,))})) == Count(17, 0)


def test_names_of_one_tensor_count_once() -> None:
    both = checkpoint(("head.weight", "weight"), weight=WEIGHT, head__weight=WEIGHT)
    assert count(both) == Count(12, 0)


def test_sides_of_none_and_no_sides_at_all_are_counted() -> None:
    assert count(checkpoint(scale=Shape("F32", ()), none=Shape("F32", (0, 3)))) == Count(1, 0)
