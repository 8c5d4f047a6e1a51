"""Decides which failed claims can be made right by what was measured, and how to write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from zoo.claims import Claim, Digest, Metric, ModelEntry, Value, plain
from zoo.findings import Finding, Measurement, Tolerance, Verdict, by_model, show
from zoo.fixing import conventions, wording
from zoo.fixing.outcome import Fix, Leave, Left
from zoo.judging import judge
from zoo.run import Run, SubjectRecord
from zoo.subject import PREPROCESSING

# What is written for each rule that failed, and what only where the rule is named: a digest that
# fails may mean that somebody put another file there, and preprocessing is what accuracy rests on.
ALWAYS = ("parameters", "flops", "file-size", "accuracy")
ON_REQUEST = ("weights-digest", "preprocessing")
DIGEST = "SHA256"
_OF_THE_FILE = frozenset({"file-size", "accuracy"})
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

Policy = Callable[[str, Claim], Tolerance]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user wants to be written.

    Attributes:
        conventions: FLOPs that a convention gives exactly stay, and the convention is added.
        pins: the whole digest of weights is added where the page has none.
    """

    rules: Collection[str] = ALWAYS
    conventions: bool = False
    pins: bool = False


def plan(
    run: Run, entries: Mapping[str, ModelEntry], asked: Asked, policy: Policy
) -> list[Fix | Left]:
    """Return what is to be written for each failed claim of a Run, or why nothing is.

    Args:
        policy: how far a claim may be off, by rule.
    """
    models = by_model(run.findings)
    subjects = {subject.model: subject for subject in run.subjects}
    found = [
        _decided(finding, entries.get(model), subjects.get(model), findings, asked, policy)
        for model, findings in models.items()
        for finding in findings
        if finding.verdict is Verdict.FAIL and finding.rule in asked.rules
    ]
    pins = _pins(run, entries, models) if asked.pins else ()
    return [*found, *_on_request(run, asked), *pins]


def _on_request(run: Run, asked: Asked) -> Iterator[Left]:
    """Yield what failed by rules that have to be named, where nobody has named any."""
    for finding in run.findings if tuple(asked.rules) == ALWAYS else ():
        if finding.verdict is Verdict.FAIL and finding.rule in ON_REQUEST:
            words = f"it is written on request alone: --only {finding.rule}"
            yield Left(finding.model, finding.what, words)


def _decided(
    finding: Finding,
    entry: ModelEntry | None,
    subject: SubjectRecord | None,
    beside: Iterable[Finding],
    asked: Asked,
    policy: Policy,
) -> Fix | Left:
    try:
        if entry is None:
            raise Leave("the index has no such model")
        claim = _claim(finding, entry)
        if subject is not None:
            _require_same_model(subject, entry)
        if finding.rule in _OF_THE_FILE:
            _require_right_file(subject, entry, beside)
        if subject is not None and finding.rule == "accuracy":
            _require_same_conditions(finding, claim, subject, entry)
        _require_certain(finding, claim, beside)
        if claim.metric is Metric.FLOPS and asked.conventions:
            return conventions.convention(finding, claim, entry)
        if claim.metric is Metric.FLOPS:
            conventions.require_same(finding, entry)
        return _value(finding, claim, policy)
    except Leave as reason:
        return Left(finding.model, finding.what, str(reason))


def _claim(finding: Finding, entry: ModelEntry) -> Claim:
    """Return the claim that a finding is about, if the page still makes it."""
    claims = [claim for claim in entry.claims if claim.metric.value == finding.metric]
    if finding.dataset:
        claims = [claim for claim in claims if claim.dataset == finding.dataset]
    same = [claim for claim in claims if plain(claim.value) == finding.claimed]
    if not same:
        now = ", ".join(show(plain(claim.value), finding.unit) for claim in claims) or "nothing"
        was = show(finding.claimed, finding.unit)
        raise Leave(f"the Run is of another index: {was} was claimed there, and here {now}")
    if len(same) > 1:
        same = [c for c in same if c.location.pointer == finding.location.pointer]
    if len(same) != 1:
        raise Leave("several claims say the same, and it is not clear which is meant")
    return same[0]


def _require_same_model(subject: SubjectRecord, entry: ModelEntry) -> None:
    """Raise where what was tested is built from, or loaded from, what the page no longer names.

    The versions in the words of a source are those that were installed for the Run.
    """
    spec = entry.source
    now = rf"{re.escape(spec.kind)} (\S* )?{re.escape(spec.reference)}( \(.*\))?"
    if re.fullmatch(now, subject.source) is None:
        words = f"it built {subject.source}, and the page names {spec.kind} {spec.reference}"
        raise Leave(f"the Run is of another index: {words}")
    urls = [url.text for url in entry.weights_urls]
    if subject.weights is not None and subject.weights.url not in urls:
        raise Leave("the Run is of another index: its weights are from another URL")


def _require_same_conditions(
    finding: Finding, claim: Claim, subject: SubjectRecord, entry: ModelEntry
) -> None:
    """Raise where a page names other preprocessing or pictures than were measured."""
    for metric in PREPROCESSING:
        said, used = entry.value(metric), (subject.preprocessing or {}).get(metric.value)
        if said is not None and used is not None and plain(said) != used:
            words = f"it was measured with {metric.value} {show(used)}, and the page says"
            raise Leave(f"the Run is of another index: {words} {show(plain(said))}")
    pictures = finding.conditions.get("fingerprint")
    if claim.whole_set is not None and pictures not in (None, str(claim.whole_set)):
        raise Leave("the Run is of another index: the page declares other pictures")


def _require_certain(finding: Finding, claim: Claim, beside: Iterable[Finding]) -> None:
    """Raise where what was measured may be something else than what the page is about."""
    causes = [each.cause or {} for each in beside if each.verdict is Verdict.FAIL]
    if finding.rule in {"parameters", "flops"}:
        for cause in causes:
            if cause.get("kind") == "alias" or "network" in cause:
                raise Leave("the name leads to another network, which is what was measured")
    if {"interval", "population"} & finding.conditions.keys():
        raise Leave("it was measured on a part of the pictures")
    if isinstance(claim.value, Digest) and not claim.text.startswith("sha256:"):
        raise Leave("the digits are those in the name of the file: publish it under another name")


def _require_right_file(
    subject: SubjectRecord | None, entry: ModelEntry, findings: Iterable[Finding]
) -> None:
    """Raise where the weights that were there are not those of which the page gives a digest."""
    digests = [claim.value for claim in entry.claims if isinstance(claim.value, Digest)]
    weights = subject.weights if subject else None
    other = weights is not None and not all(each.matches(weights.digest) for each in digests)
    if other or any(f.rule == "weights-digest" and f.verdict is Verdict.FAIL for f in findings):
        raise Leave("the weights are not the file that the page means (weights-digest)")


def _value(finding: Finding, claim: Claim, policy: Policy) -> Fix:
    """Return the fix that makes a claim say what was measured, in its own form."""
    measured = _measured(finding, claim)
    for text in wording.texts(claim, measured):
        try:
            value = wording.read(claim.metric, text)
        except ValueError:
            continue
        made = Claim(claim.model, claim.metric, value, claim.location, text, claim.dataset)
        measurement = Measurement(claim.metric, measured, finding.method)
        verdict = judge(finding.rule, made, measurement, policy(finding.rule, made)).verdict
        if verdict is Verdict.PASS:
            return Fix(claim.model, finding.what, claim.location, claim.text, text)
    raise Leave(f"'{claim.text}' is written in a form that cannot be kept")


def _measured(finding: Finding, claim: Claim) -> Value:
    value = finding.measured
    match claim.value:
        case Decimal() if isinstance(value, int | float) and not isinstance(value, bool):
            return Decimal(str(value))
        case Digest() if isinstance(value, str) and _DIGEST.fullmatch(value):
            return Digest.parse(value)
        case str() if isinstance(value, str) and claim.metric in wording.TEXTS:
            return value
    raise Leave(f"measured was {show(value)}, which is nothing to write there")


def _pins(
    run: Run, entries: Mapping[str, ModelEntry], models: Mapping[str, list[Finding]]
) -> Iterator[Fix | Left]:
    for subject in run.subjects:
        entry = entries.get(subject.model)
        if entry is not None and subject.weights is not None:
            try:
                if (fix := _pin(subject, entry, models.get(subject.model, []))) is not None:
                    yield fix
            except Leave as reason:
                yield Left(subject.model, DIGEST, str(reason))


def _pin(subject: SubjectRecord, entry: ModelEntry, findings: Iterable[Finding]) -> Fix | None:
    """Return the fix that adds the whole digest of the file that was there, None if it is there."""
    weights = subject.weights
    assert weights is not None
    said = entry.claimed(Metric.WEIGHTS_DIGEST)
    if said is not None and said.text.startswith("sha256:"):
        return None
    _require_same_model(subject, entry)
    _require_right_file(subject, entry, findings)
    beside = (entry.claimed(m) for m in (Metric.FILE_SIZE, Metric.PARAMETERS, Metric.FLOPS))
    claim = next(filter(None, beside), None)
    if claim is None:
        raise Leave("its Metadata has no File Size, Parameters or FLOPs beside which to write it")
    return Fix(subject.model, DIGEST, claim.location, claim.text, str(weights.digest), DIGEST)
