"""Verifies models: builds a subject for each, lets every validator measure it, judges, records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zoo.build import answers_of, subject_of
from zoo.claims import Claim, Metric, ModelEntry, plain
from zoo.errors import DEFECT, Blocked, Skipped, ZooError, reason
from zoo.findings import (
    INTERRUPTED,
    NOT_ASKED,
    Finding,
    Measurement,
    Tolerance,
    Verdict,
    could_not_tell,
    untested,
)
from zoo.index import Problem
from zoo.judging import judge
from zoo.machine import environment
from zoo.options import Listener, Options
from zoo.run import Run, SubjectRecord
from zoo.subject import Subject, completed


@dataclass(frozen=True, slots=True)
class Validator:
    """One check of one thing: it measures, and never judges.

    Attributes:
        name: id of the check, the same wherever it is named.
        metrics: the claims that it tests.
        torch: whether measuring needs the extra ``timm``.
        tolerance: how far the measured value may be off, given the claim.
        measure: returns the value for a claim; a ZooError that it raises becomes an ERROR, a
            Skipped a SKIP.
    """

    name: str
    metrics: frozenset[Metric]
    torch: bool
    tolerance: Callable[[Claim], Tolerance]
    measure: Callable[[Subject, Claim], Measurement]


def verify(
    entries: Sequence[ModelEntry],
    validators: Iterable[Validator],
    selected: Iterable[str],
    options: Options,
    *,
    version: str,
    started: str,
    unread: Iterable[Problem] = (),
) -> Run:
    """Test the claims of models and return every claim with its verdict.

    Args:
        validators: all that there are, so that no claim is left without a word.
        selected: the names of those to use; claims of the others are SKIP.
        version: of zoo, for the record; ``started`` likewise, in UTC, ISO 8601.
        unread: what is wrong with models of which the index cannot be read.

    A KeyboardInterrupt ends the work early: what was not tested by then is SKIP.
    """
    ordered = sorted(validators, key=_first_metric)
    names = frozenset(selected)
    subjects: list[SubjectRecord] = []
    findings: list[Finding] = []
    metrics = {metric for each in ordered if each.name in names for metric in each.metrics}
    answers = answers_of(entries, metrics, options)
    allowed = _policy(ordered, options)
    for number, entry in enumerate(entries):
        options.listener.model(entry.name)
        subject = subject_of(entry, options, answers, allowed)
        try:
            found = _settle(list(_findings(subject, ordered, names, allowed, options.listener)))
        except KeyboardInterrupt:  # what is known by now is not lost
            findings += _interrupted(entries[number:], ordered, names)
            break
        findings += sorted(found, key=_report_order)
        subjects.append(_record(subject))
    findings += [_unread(problem) for problem in unread]
    device = options.device
    measured = environment(device.name, device.batch_size, precision=device.precision)
    machine = measured | {"device": ", ".join(options.devices), "engine": options.engine}
    return Run(version, started, machine, tuple(subjects), tuple(findings))


def was_interrupted(run: Run) -> bool:
    """Return whether a Run was ended by the user before all was tested."""
    return any(finding.message == INTERRUPTED for finding in run.findings)


def _interrupted(
    entries: Sequence[ModelEntry], validators: list[Validator], selected: frozenset[str]
) -> Iterator[Finding]:
    for entry in entries:
        for validator in validators:
            why = INTERRUPTED if validator.name in selected else NOT_ASKED
            for claim in entry.claims:
                if claim.metric in validator.metrics:
                    yield untested(validator.name, claim, Verdict.SKIP, why)


def _findings(
    subject: Subject,
    validators: list[Validator],
    selected: frozenset[str],
    allowed: Callable[[Claim], Tolerance],
    listener: Listener,
) -> Iterator[Finding | tuple[Finding, str]]:
    """Yield the findings of a model; one that another finding explains comes with its rule."""
    for validator in validators:
        claims = [claim for claim in subject.entry.claims if claim.metric in validator.metrics]
        if claims and validator.name in selected:
            listener.step(validator.name)
        for claim in claims:
            if validator.name in selected:
                yield _test(subject, validator, claim, allowed)
            else:
                yield untested(validator.name, claim, Verdict.SKIP, NOT_ASKED)
    if subject.entry.untested:
        yield _not_checkable(subject.entry)


def _test(
    subject: Subject, validator: Validator, claim: Claim, allowed: Callable[[Claim], Tolerance]
) -> Finding | tuple[Finding, str]:
    try:
        measurement = validator.measure(subject, claim)
    except Skipped as why:
        return untested(validator.name, claim, Verdict.SKIP, why.message, why.hint)
    except Blocked as error:
        return could_not_tell(validator.name, claim, error, _code(subject.entry)), error.rule
    except ZooError as error:
        return could_not_tell(validator.name, claim, error, _code(subject.entry))
    except Exception as error:  # a defect met in one model must not lose what is known of others
        return untested(validator.name, claim, Verdict.ERROR, reason(error), DEFECT)
    return judge(validator.name, claim, measurement, allowed(claim))


def _code(entry: ModelEntry) -> str:
    """Return what a page says that builds the network: a name or an import path, and arguments."""
    spec = entry.source
    if not spec.arguments:
        return spec.reference
    return f"{spec.reference} {json.dumps(spec.arguments, ensure_ascii=False, sort_keys=True)}"


def _policy(validators: list[Validator], options: Options) -> Callable[[Claim], Tolerance]:
    """Return how far a claim may be missed: the user's own policy before that of the validator."""
    own = {metric: each.tolerance for each in validators for metric in each.metrics}
    return lambda claim: options.tolerances.get(claim.metric) or own[claim.metric](claim)


def _settle(found: list[Finding | tuple[Finding, str]]) -> list[Finding]:
    """Return the findings; what a FAIL among them already explains is a SKIP that says so."""
    plain_ones = [item if isinstance(item, Finding) else item[0] for item in found]
    failed = {finding.rule for finding in plain_ones if finding.verdict is Verdict.FAIL}
    return [
        _explained(item[0], item[1]) if isinstance(item, tuple) and item[1] in failed else finding
        for item, finding in zip(found, plain_ones, strict=True)
    ]


def _explained(finding: Finding, rule: str) -> Finding:
    message = f"not tested: {rule} failed"
    return replace(finding, verdict=Verdict.SKIP, message=message, hint="", cause=None)


def _unread(problem: Problem) -> Finding:
    """Return the ERROR for a model with a value that cannot be read, so that nothing is tested."""
    return Finding(
        rule=problem.rule,
        model=problem.model or "",
        metric=None,
        verdict=Verdict.ERROR,
        message=f"nothing was tested: {problem.message}",
        location=problem.location,
        hint=problem.hint,
    )


def _not_checkable(entry: ModelEntry) -> Finding:
    return Finding(
        rule="not-checkable",
        model=entry.name,
        metric=None,
        verdict=Verdict.SKIP,
        message=f"not checkable from a checkpoint: {', '.join(entry.untested)}",
        location=entry.location,
    )


def _first_metric(validator: Validator) -> int:
    return min(list(Metric).index(metric) for metric in validator.metrics)


def _report_order(finding: Finding) -> tuple[int, int]:
    order = [metric.value for metric in Metric]
    last = len(order)
    return (order.index(finding.metric) if finding.metric else last, finding.location.line)


def _record(subject: Subject) -> SubjectRecord:
    entry = subject.entry
    return SubjectRecord(
        entry.name,
        subject.source,
        entry.location,
        subject.weights.made,
        _preprocessing_record(subject),
        entry.collection,
    )


def _preprocessing_record(subject: Subject) -> dict[str, Any] | None:
    stated = subject.stated.made
    values = completed(subject.entry, stated.preprocessing if stated else None)
    if all(value is None for value in values.values()):
        return None
    return {metric.value: plain(value) for metric, value in values.items()}
