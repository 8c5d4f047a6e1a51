"""Whether labels are permuted in an order that nobody knows: learnt on one half of the pictures.

Where each class is nearly always taken for one and the same other, the network knows the pictures
and only the numbers differ. On one half, each class is given the output that it gets most often, no
output twice; on the other half it is counted how often that is right, so that nothing is proved
with the pictures that suggested it. It needs no forward pass, only what was predicted already.

Pairs are taken from the most frequent on, instead of by the assignment that is best in all (the
Hungarian method, for which SciPy would be needed): where labels are permuted each class has one
output that stands out, and the two agree; elsewhere this is a lower bound, and it errs on the side
of no explanation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from zoo.predictions import Prediction

FEWEST = 5  # pictures of a class in the half that teaches, on average


def halves(
    items: Sequence[Prediction],
) -> tuple[Sequence[Prediction], Sequence[Prediction]] | None:
    """Return the pictures to learn from and those to be judged by; None where they are too few.

    Args:
        items: in an order in which neither half is special, such as that of drawing.
    """
    learnt, judged = items[::2], items[1::2]
    classes = {item.label for item in items}
    if any(item.accepted is not None for item in items):
        return None
    return (learnt, judged) if len(learnt) >= FEWEST * len(classes) and judged else None


def learnt_from(items: Sequence[Prediction]) -> Mapping[int, int]:
    """Return for each class the output that it gets, one-to-one, the most frequent pair first."""
    pairs = Counter((item.label, item.top[0]) for item in items if item.top)
    given: dict[int, int] = {}
    taken: set[int] = set()
    for (label, output), _ in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0])):
        if label not in given and output not in taken:
            given[label] = output
            taken.add(output)
    return given


def hits_by(given: Mapping[int, int], items: Sequence[Prediction], k: int) -> tuple[bool, ...]:
    """Return for each picture whether its class's output is among the k best."""
    return tuple(given.get(item.label, -1) in item.top[:k] for item in items)
