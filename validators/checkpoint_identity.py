"""Asks the source which weights file the model's name loads today.

Whoever follows a page builds the model by its name and takes the pretrained weights that come with
it. Once the source has made another checkpoint the default, these are not the weights whose
accuracy the page states. Files are told apart by name, as names carry their hash. The claim fails
where the source has the documented file under another name than the page's; where it knows the
documented file no longer under any name, it cannot say whether what it loads are the same weights
in another file, and the claim is not tested.
"""

from __future__ import annotations

from zoo.claims import Claim, Metric
from zoo.errors import Blocked, Skipped
from zoo.findings import Measurement, exactly
from zoo.subject import Identity, Subject
from zoo.verify import Validator


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the name of the weights file that the model's name loads."""
    identity = subject.identity()
    asked = subject.entry.source.reference
    if identity.name is None:
        message = f"{claim.location}: {identity.by} has no model '{asked}'"
        raise Blocked("model-name", message, identity.hint)
    if not identity.loaded:
        raise Skipped(f"{identity.by} names no weights file for {asked}")
    if not identity.holders:
        raise Skipped(_unknown(identity, str(claim.value)))
    known = identity.loaded == claim.value
    return Measurement(
        Metric.CHECKPOINT_IDENTITY,
        identity.loaded,
        f"the pretrained configurations of {identity.by}",
        {"held by": list(identity.holders)},
        remark="" if known else f"{identity.by} has the documented file as {identity.holders[0]}",
    )


def _unknown(identity: Identity, documented: str) -> str:
    return (
        f"{identity.by} has {documented} under no name any more; {identity.name} loads "
        f"{identity.loaded}, which may hold the same weights or others"
    )


VALIDATOR = Validator(
    name="checkpoint-identity",
    metrics=frozenset({Metric.CHECKPOINT_IDENTITY}),
    torch=True,
    tolerance=exactly,
    measure=measure,
)
