"""A Run: all findings of one verification, with the environment and the digests of its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zoo.claims import Digest, Location
from zoo.errors import UsageError
from zoo.findings import NOT_ASKED, Finding, Verdict


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A weights file on this machine, and what is known of its identity.

    Attributes:
        url: as the index writes it.
        digest: the whole SHA-256, computed from the bytes that are on disk.
        size: in bytes.
        assurance: ``sha256`` (equal to a whole declared digest), ``prefix`` (equal to the first
            digits in its name, a label and no proof), ``unpinned`` (nothing to compare with), or
            ``mismatch`` (it is not the declared one).
        mismatch: what is wrong where the digest is not the declared one, else empty.
    """

    path: Path
    url: str
    digest: Digest
    size: int
    assurance: str
    mismatch: str = ""


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """What was tested: which model, built from what, with which weights and preprocessing.

    Attributes:
        collection: of the index that it belongs to, or empty.
        arguments: like those of the Run, where Runs of different arguments were merged.
    """

    model: str
    source: str
    location: Location
    weights: WeightsFile | None = None
    preprocessing: Mapping[str, Any] | None = None
    collection: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outdated:
    """An entry of the baseline that no longer says what is so, and must be dealt with.

    Attributes:
        kind: ``expired``, ``passes``, ``differs`` or ``gone``.
        location: of the entry, in the file of the baseline.
    """

    kind: str
    model: str
    rule: str
    message: str
    location: Location

    def __str__(self) -> str:
        return f"{self.location}: {self.model} {self.rule}: {self.message}"


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of one verification.

    Attributes:
        started: UTC, ISO 8601.
        environment: versions and devices that can move a number.
        arguments: the options of ``zoo verify`` that are needed to do it again, without those that
            select the models and say where the output goes.
        outdated: the entries of the baseline that must be dealt with.
    """

    version: str
    started: str
    environment: Mapping[str, Any]
    subjects: tuple[SubjectRecord, ...]
    findings: tuple[Finding, ...]
    arguments: tuple[str, ...] = ()
    outdated: tuple[Outdated, ...] = ()

    @property
    def summary(self) -> dict[str, int]:
        """How many findings there are of each verdict."""
        counts = {verdict.value.lower(): 0 for verdict in Verdict}
        for finding in self.findings:
            counts[finding.verdict.value.lower()] += 1
        return counts


def exit_code(run: Run, *, strict: bool = False) -> int:
    """Return what the process exits with: 0, 1 (a FAIL), 4 (an ERROR, no FAIL), 5 (nothing).

    What the baseline knows does not count, and an entry of it that is outdated counts as a FAIL.
    With ``strict``, a claim that was asked for and is UNDECIDED or SKIP counts as not verified.
    """
    if not run.findings:
        return 5
    verdicts = {finding.verdict for finding in run.findings if finding.known is None}
    if Verdict.FAIL in verdicts or run.outdated:
        return 1
    return 4 if Verdict.ERROR in verdicts or (strict and _left_open(run)) else 0


def _left_open(run: Run) -> bool:
    return any(
        finding.verdict in (Verdict.UNDECIDED, Verdict.SKIP)
        and finding.metric is not None
        and finding.message != NOT_ASKED
        for finding in run.findings
    )


def merge(runs: Sequence[Run]) -> Run:
    """Return one Run with the subjects and findings of several, in their order.

    It began with the first of them, and its environment is what they have in common, and their
    devices; it names each version of zoo. Arguments that differ are kept with the subjects.

    Raises:
        UsageError: two of them are about one model.
    """
    seen: set[str] = set()
    for run in runs:
        models = {finding.model for finding in run.findings}
        if twice := sorted(seen & models):
            raise UsageError(f"two of the Runs are about {twice[0]}", "render them one by one")
        seen |= models
    first = runs[0]
    common = {
        name: value
        for name, value in first.environment.items()
        if all(run.environment.get(name) == value for run in runs)
    }
    devices = dict.fromkeys(str(run.environment.get("device", "")) for run in runs)
    common |= {"device": ", ".join(filter(None, devices))} if any(devices) else {}
    shared = all(run.arguments == first.arguments for run in runs)
    return Run(
        ", ".join(dict.fromkeys(run.version for run in runs)),
        min(run.started for run in runs),
        common,
        tuple(subject for run in runs for subject in _with_arguments(run, own=not shared)),
        tuple(finding for run in runs for finding in run.findings),
        first.arguments if shared else (),
        tuple(dict.fromkeys(entry for run in runs for entry in run.outdated)),
    )


def _with_arguments(run: Run, *, own: bool) -> tuple[SubjectRecord, ...]:
    if not own:
        return run.subjects
    return tuple(replace(each, arguments=each.arguments or run.arguments) for each in run.subjects)
