"""Looks the model's name up among those of the installed source.

A page of a library's model is an instruction: build the network of this name. A name that the
source does not have fails, and what would be measured on that network is not tested. A deprecated
name that the source still maps to a present one is borne out, and the finding says what the present
one is: the map may lead to a network of another size, which ``parameters`` then finds. Where the
page does not say that timm builds the model (by its ``Library``, a ``Source`` or an ``ID``), a name
that timm does not have refutes nothing.
"""

from __future__ import annotations

from zoo.claims import Claim, Metric, ModelEntry
from zoo.errors import Unavailable
from zoo.findings import Measurement, exactly
from zoo.subject import Subject
from zoo.verify import Validator

ABSENT = "no such name"
_SAID_BY = frozenset({"source", "id"})


def measure(subject: Subject, claim: Claim) -> Measurement:
    """Return the name if the source has it, and under which name it does today."""
    identity = subject.identity()
    method = f"the names of {identity.by}"
    if identity.name is None:
        if not _says_what_builds_it(subject.entry):
            raise Unavailable(
                f"{claim.location}: {identity.by} has no model '{claim.value}', and the page does "
                "not say what builds it",
                identity.hint or "declare its 'Source'",
            )
        remark = f"{identity.by} does not have it"
        hint = f"{remark}; {identity.hint}" if identity.hint else remark
        return Measurement(Metric.MODEL_NAME, ABSENT, method, remark=hint)
    alias = identity.name != claim.value
    return Measurement(
        Metric.MODEL_NAME,
        claim.value,
        method,
        {"present name": identity.name},
        remark=f"a deprecated alias of {identity.name}" if alias else "",
        advice=f"write the present name, {identity.name}" if alias else "",
    )


def _says_what_builds_it(entry: ModelEntry) -> bool:
    """Return whether it is the page that names the source, and not only zoo that tries it."""
    if entry.library:
        return entry.library.casefold() == entry.source.kind
    return any(name.casefold() in _SAID_BY for name in entry.fields)


VALIDATOR = Validator(
    name="model-name",
    metrics=frozenset({Metric.MODEL_NAME}),
    torch=True,
    tolerance=exactly,
    measure=measure,
)
