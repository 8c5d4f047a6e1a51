"""Counts the layers by which networks are named: weighted ones on the longest path.

ResNet-50 is called so for its 50 *weighted layers* (He et al. 2015, *Deep Residual Learning for
Image Recognition*, section 3.3 and table 1; so were VGG's 16 by Simonyan and Zisserman 2014):
convolutions and fully connected layers on the path from the input to the scores. Projections beside
a block, gates such as squeeze-and-excitation, normalisation, and pooling are none. Where a stem of
three 3×3 convolutions replaces one of 7×7 (He et al. 2018, *Bag of Tricks*, ResNet-C) the name
stays, and the three count as one; a name that counts all three, as that of SENet-154, holds too.

The count must be exact. Names follow it in plain, residual and densely connected networks. Where a
network joins or sums branches of several depths, or has depthwise convolutions or attention, there
is no one convention: such a claim is borne out if it is that count, and else not tested.
"""

from __future__ import annotations

from decimal import Decimal

from zoo.claims import Claim, Metric
from zoo.errors import Skipped
from zoo.findings import EXACT, Measurement, Tolerance
from zoo.structure import Record
from zoo.subject import Subject
from zoo.validators._network import elsewhere
from zoo.verify import Validator
from zoo.vocabulary import densely_joined
from zoo.vocabulary.view import blocks, convolutions, is_map, is_sum

METHOD = "weighted layers on the longest path of one pass"
STEM = "the three 3×3 convolutions of its stem as one"
_REDUCING = frozenset({"max_pool2d", "avg_pool2d"})


def tolerance(claim: Claim) -> Tolerance:
    """Return no tolerance."""
    return EXACT


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the number of weighted layers, with the stem counted as in the claim if it can be."""
    from zoo.depth import depth

    record = subject.record()
    counted = depth(subject.skeleton(), record.shape)
    deep = has_deep_stem(record)
    as_one = deep and claim.value != counted
    layers = counted - 2 if as_one else counted
    doubt = why_unsettled(record)
    if claim.value != layers and doubt:
        raise Skipped(f"{counted} weighted layers are on its longest path, but {doubt}")
    cause, because = elsewhere(subject)
    return Measurement(
        Metric.LAYERS,
        Decimal(layers),
        METHOD,
        {"input": list(record.shape), "path": counted},
        remark=STEM if as_one else "",
        cause=cause,
        because=because,
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


VALIDATOR = Validator(
    name="layers",
    metrics=frozenset({Metric.LAYERS}),
    torch=True,
    tolerance=tolerance,
    measure=measure,
)
