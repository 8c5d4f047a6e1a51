"""Verifies models: builds a subject for each, lets every validator measure it, judges, records."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.claims import Claim, Metric, ModelEntry, plain
from zoo.datasets import open_dataset
from zoo.engines import Predictions, local
from zoo.errors import Blocked, Refused, Skipped, Unavailable, ZooError, nearest
from zoo.findings import (
    NOT_ASKED,
    Finding,
    Measurement,
    Tolerance,
    Verdict,
    could_not_tell,
    judge,
    untested,
)
from zoo.run import Run, SubjectRecord
from zoo.sources import SOURCES, Source
from zoo.subject import Lazy, Preprocessing, Stated, Subject
from zoo.weights import Access, load, obtain

if TYPE_CHECKING:
    from torch import nn

PACKAGES = ("torch", "torchvision", "timm", "safetensors", "pillow", "numpy")
EVERY_DATASET = ""


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


class Listener:
    """Told what is going on; this one is not interested."""

    def model(self, name: str) -> None:
        """A model is begun."""

    def step(self, rule: str) -> None:
        """A validator begins to measure it."""

    def progress(self, what: str, done: int, total: int | None) -> None:
        """So much of something (bytes of a file, pictures) is done."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to verify.

    Attributes:
        access: how weights may be obtained.
        datasets: paths by the dataset's name in the claims; the empty name stands for every other.
        trust_python: run the code that the index names.
        tolerances: the user's own policy, by metric.
    """

    access: Access
    device: local.Device = field(default_factory=local.Device)
    datasets: Mapping[str, Path] = field(default_factory=dict)
    trust_python: bool = False
    tolerances: Mapping[Metric, Tolerance] = field(default_factory=dict)
    listener: Listener = field(default_factory=Listener)


def verify(
    entries: Sequence[ModelEntry],
    validators: Iterable[Validator],
    selected: Iterable[str],
    options: Options,
    *,
    version: str,
    started: str,
) -> Run:
    """Test the claims of models and return every claim with its verdict.

    Args:
        validators: all that there are, so that no claim is left without a word.
        selected: the names of those to use; claims of the others are SKIP.
        version: of zoo, for the record; ``started`` likewise, in UTC, ISO 8601.
    """
    ordered = sorted(validators, key=_first_metric)
    names = frozenset(selected)
    subjects: list[SubjectRecord] = []
    findings: list[Finding] = []
    for entry in entries:
        options.listener.model(entry.name)
        subject = subject_of(entry, options)
        found = _settle(list(_findings(subject, ordered, names, options)))
        findings += sorted(found, key=_report_order)
        subjects.append(_record(subject))
    return Run(version, started, environment(options), tuple(subjects), tuple(findings))


def subject_of(entry: ModelEntry, options: Options) -> Subject:
    """Return what can be built and obtained for an entry; nothing is until it is asked for."""

    def source() -> Source:
        return source_of(entry, trust_python=options.trust_python)

    skeleton = Lazy(lambda: _skeleton(source(), entry))
    weights = Lazy(lambda: obtain(entry, options.access))
    network = Lazy(lambda: load(source().build(entry.source), weights(), source().convert))
    stated = Lazy(lambda: source().stated(entry, skeleton()))

    def preprocessing() -> Preprocessing:
        return subject.preprocessing()

    predictions = _predictor(network, preprocessing, options)
    subject = Subject(entry, _describe(entry), skeleton, weights, network, stated, predictions)
    return subject


def source_of(entry: ModelEntry, *, trust_python: bool) -> Source:
    """Return the source that builds an entry's network.

    Raises:
        Unavailable: there is no such source.
        Refused: it runs code that the index names, and the index is not trusted.
    """
    spec = entry.source
    if spec.kind not in SOURCES:
        hint = nearest(spec.kind, SOURCES) or f"sources are {', '.join(SOURCES)}"
        raise Unavailable(f"{spec.location}: there is no source '{spec.kind}'", hint)
    source = SOURCES[spec.kind]
    if source.runs_named_code and not trust_python:
        raise Refused(
            f"{spec.location}: building this model runs the code {spec.reference}",
            "if you trust this index, say --trust-python",
        )
    return source


def environment(options: Options) -> dict[str, Any]:
    """Return what of this machine can move a number: versions and the device."""
    versions = {name: _version(name) for name in PACKAGES}
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: found for name, found in versions.items() if found},
        "device": options.device.name,
        "device_name": _device_name(options.device.name),
        "batch_size": options.device.batch_size,
    }


def _findings(
    subject: Subject, validators: list[Validator], selected: frozenset[str], options: Options
) -> Iterator[Finding | tuple[Finding, str]]:
    """Yield the findings of a model; one that another finding explains comes with its rule."""
    for validator in validators:
        claims = [claim for claim in subject.entry.claims if claim.metric in validator.metrics]
        if claims and validator.name in selected:
            options.listener.step(validator.name)
        for claim in claims:
            if validator.name in selected:
                yield _test(subject, validator, claim, options)
            else:
                yield untested(validator.name, claim, Verdict.SKIP, NOT_ASKED)
    if subject.entry.untested:
        yield _not_checkable(subject.entry)


def _test(
    subject: Subject, validator: Validator, claim: Claim, options: Options
) -> Finding | tuple[Finding, str]:
    try:
        measurement = validator.measure(subject, claim)
    except Skipped as reason:
        return untested(validator.name, claim, Verdict.SKIP, reason.message, reason.hint)
    except Blocked as error:
        return could_not_tell(validator.name, claim, error), error.rule
    except ZooError as error:
        return could_not_tell(validator.name, claim, error)
    except Exception as error:  # a defect met in one model must not lose what is known of others
        surprise = f"{type(error).__name__}: {error}".partition("\n")[0][:200]
        hint = "this is a defect of zoo: please report it"
        return untested(validator.name, claim, Verdict.ERROR, surprise, hint)
    tolerance = options.tolerances.get(claim.metric) or validator.tolerance(claim)
    return judge(validator.name, claim, measurement, tolerance)


def _settle(found: list[Finding | tuple[Finding, str]]) -> list[Finding]:
    """Return the findings; what a FAIL among them already explains is a SKIP that says so."""
    plain_ones = [item if isinstance(item, Finding) else item[0] for item in found]
    failed = {finding.rule for finding in plain_ones if finding.verdict is Verdict.FAIL}
    return [
        replace(item[0], verdict=Verdict.SKIP, message=f"not tested: {item[1]} failed", hint="")
        if isinstance(item, tuple) and item[1] in failed
        else finding
        for item, finding in zip(found, plain_ones, strict=True)
    ]


def _not_checkable(entry: ModelEntry) -> Finding:
    return Finding(
        rule="not-checkable",
        model=entry.name,
        metric=None,
        verdict=Verdict.SKIP,
        message=f"no check reads these off a checkpoint: {', '.join(entry.untested)}",
        location=entry.location,
    )


def _first_metric(validator: Validator) -> int:
    return min(list(Metric).index(metric) for metric in validator.metrics)


def _report_order(finding: Finding) -> tuple[int, int]:
    order = [metric.value for metric in Metric]
    last = len(order)
    return (order.index(finding.metric) if finding.metric else last, finding.location.line)


def _skeleton(source: Source, entry: ModelEntry) -> nn.Module:
    import torch

    with torch.device("meta"):
        return source.build(entry.source).eval()


def _predictor(
    network: Callable[[], nn.Module],
    preprocessing: Callable[[], Preprocessing],
    options: Options,
) -> Callable[[str], Predictions]:
    """Return a function from a dataset's name to the predictions for it, made once each."""
    made: dict[Path, Lazy[Predictions]] = {}

    def predictions(name: str) -> Predictions:
        path = options.datasets.get(name) or options.datasets.get(EVERY_DATASET)
        if path is None:
            raise Skipped(f"no dataset was given for {name}", f"--dataset '{name}=PATH'")

        def make() -> Predictions:
            def progress(done: int, total: int) -> None:
                options.listener.progress("pictures", done, total)

            dataset = open_dataset(path)
            return local.predict(network(), dataset, preprocessing(), options.device, progress)

        return made.setdefault(path, Lazy(make))()

    return predictions


def _record(subject: Subject) -> SubjectRecord:
    entry = subject.entry
    return SubjectRecord(
        entry.name,
        subject.source,
        entry.location,
        subject.weights.made,
        _preprocessing_record(subject),
    )


def _preprocessing_record(subject: Subject) -> dict[str, Any] | None:
    metrics = [Metric(name) for name in ("image-size", "crop-pct", "interpolation", "mean", "std")]
    claimed = {metric: subject.entry.value(metric) for metric in metrics}
    stated: Stated | None = subject.stated.made
    own = stated.preprocessing if stated else None
    values = {
        metric: own.value(metric) if value is None and own is not None else value
        for metric, value in claimed.items()
    }
    if all(value is None for value in values.values()):
        return None
    return {metric.value: plain(value) for metric, value in values.items()}


def _describe(entry: ModelEntry) -> str:
    spec = entry.source
    if spec.kind not in SOURCES or not _version("torch"):
        return f"{spec.kind} {spec.reference}"
    return SOURCES[spec.kind].describe(spec)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _device_name(device: str) -> str:
    if device.startswith("cuda") and importlib.util.find_spec("torch") is not None:
        import torch

        return torch.cuda.get_device_name(device)
    return platform.processor() or platform.machine()
