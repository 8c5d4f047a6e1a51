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
from zoo.errors import Skipped, Unavailable
from zoo.findings import Measurement, exactly
from zoo.subject import Subject
from zoo.validators._network import elsewhere
from zoo.verify import Validator

METHOD = "weighted layers on the longest path of one pass"
STEM = "the three 3×3 convolutions of its stem as one"


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the number of weighted layers, with the stem counted as in the claim if it can be."""
    shape = subject.square()
    traits = subject.traits(shape)
    if traits.depth is None:
        raise Unavailable(traits.doubt)
    as_one = traits.deep_stem and claim.value != traits.depth
    layers = traits.depth - 2 if as_one else traits.depth
    if claim.value != layers and traits.doubt:
        said = f"{traits.depth} weighted layers are on its longest path, but {traits.doubt}"
        raise Skipped(said)
    cause, because = elsewhere(subject)
    return Measurement(
        Metric.LAYERS,
        Decimal(layers),
        METHOD,
        {"input": list(shape), "path": traits.depth},
        remark=STEM if as_one else "",
        cause=cause,
        because=because,
    )


VALIDATOR = Validator(
    name="layers",
    metrics=frozenset({Metric.LAYERS}),
    torch=True,
    tolerance=exactly,
    measure=measure,
)
