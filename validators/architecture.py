"""Looks for the listed components in the rebuilt network.

Pages list components in words, such as ``Squeeze-and-Excitation Block`` or ``Max Pooling``. Each
word below is read as the sentence beside it, and looked for in the record of the network's pass: in
windows, groups and shapes, sums and joins of feature maps, and not in names. The readings are wide,
so that what is called wrong is wrong: over timm's published index no listed component is missed
that the network has. A module whose class is called by the word is one, too. A word whose absence
refutes nothing, since it is true only in training or behind the network's output, or since blocks
of that kind are written in more ways than one, is not tested where it is absent; neither is a word
without a reading.
"""

from __future__ import annotations

from zoo.claims import Claim, Metric
from zoo.errors import Skipped
from zoo.findings import Measurement, exactly
from zoo.subject import Subject
from zoo.validators._network import elsewhere
from zoo.verify import Validator
from zoo.vocabulary import READINGS, reading_of

ABSENT = "not there"
METHOD = "the vocabulary's reading, over the operations and modules of one pass"
# What ``zoo explain`` adds to the docstring: each word with its reading.
TERMS = tuple(
    (word, f"{reading.means}; not tested where it is {reading.unless}")
    if reading.unless
    else (word, reading.means)
    for word, reading in READINGS.items()
)


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the word if what it is read as is there."""
    word = str(claim.value)
    reading = reading_of(word)
    if reading is None:
        raise Skipped(f"no reading of '{word}' is known")
    found = subject.traits(subject.square()).words[reading.word]
    if not found and reading.unless:
        raise Skipped(f"{reading.word} is {reading.unless}")
    cause, because = elsewhere(subject)
    return Measurement(
        Metric.ARCHITECTURE,
        claim.value if found else ABSENT,
        METHOD,
        remark=f"read as: {reading.means}",
        cause=cause,
        because=because,
    )


VALIDATOR = Validator(
    name="architecture",
    metrics=frozenset({Metric.ARCHITECTURE}),
    torch=True,
    tolerance=exactly,
    measure=measure,
)
