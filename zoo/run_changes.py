"""What has changed between two Runs: verdicts, measured values, models, and what may explain it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from zoo.findings import Finding, Verdict, by_model, show
from zoo.run import Run, SubjectRecord


class Kind(Enum):
    """In what a finding has changed, the gravest first."""

    FAILED = "new FAIL"
    ERRED = "new ERROR"
    LEFT_OPEN = "no longer settled"
    FIXED = "fixed"
    SETTLED = "settled now"
    CLAIMED = "claim changed"
    KNOWN = "known otherwise"
    MEASURED = "measured value moved"
    OPEN = "open for another reason"


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding that says something else; None stands for a claim that is not made."""

    kind: Kind
    old: Finding | None
    new: Finding | None

    @property
    def present(self) -> Finding:
        """The finding as it is now, or was last."""
        found = self.new or self.old
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Setting:
    """Something under which a Run was made, or a model tested, that may explain a change.

    Attributes:
        model: whose weights or source it is; empty for the environment of the whole Run.
    """

    name: str
    old: str
    new: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class RunDifference:
    """Everything that has changed; findings by their gravity, then in the order of the Runs."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    findings: tuple[FindingChange, ...]
    settings: tuple[Setting, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.findings)


def compare_runs(a: Run, b: Run) -> RunDifference:
    """Return what has changed from the first to the second."""
    old, new = _models(a), _models(b)
    both = new.keys() & old.keys()
    changed = [
        change
        for model in new
        for change in _changes(old.get(model, ()), new[model])
        if model in both or change.kind in (Kind.FAILED, Kind.ERRED)
    ]
    order = list(Kind)
    return RunDifference(
        added=tuple(model for model in new if model not in old),
        removed=tuple(model for model in old if model not in new),
        findings=tuple(sorted(changed, key=lambda change: order.index(change.kind))),
        settings=(*_environment(a, b), *_subjects(a, b)),
    )


def _models(run: Run) -> dict[str, list[Finding]]:
    silent: dict[str, list[Finding]] = {subject.model: [] for subject in run.subjects}
    return silent | by_model(run.findings)


def _changes(old: Iterable[Finding], new: Iterable[Finding]) -> Iterator[FindingChange]:
    """Yield what has changed in the findings of a model."""
    for before, after in _paired(old, new):
        kind = _kind(before, after)
        if kind is not None:
            yield FindingChange(kind, before, after)


def _paired(
    old: Iterable[Finding], new: Iterable[Finding]
) -> Iterator[tuple[Finding | None, Finding | None]]:
    """Yield findings on the same claim; those on one thing are told apart by what is claimed.

    Runs of the first zoo do not say which dataset an accuracy is claimed on.
    """
    groups: dict[tuple[str, str | None], list[Finding]] = defaultdict(list)
    for finding in old:
        groups[finding.rule, finding.metric].append(finding)
    left: list[Finding] = []
    for finding in new:
        group = groups[finding.rule, finding.metric]
        same = next(
            (each for each in _alike(group, finding) if each.claimed == finding.claimed), None
        )
        if same is None:
            left.append(finding)
        else:
            group.remove(same)
            yield same, finding
    for finding in left:
        group = groups[finding.rule, finding.metric]
        alike = _alike(group, finding)
        if len(alike) == 1:
            group.remove(alike[0])
        yield (alike[0] if len(alike) == 1 else None), finding
    for group in groups.values():
        yield from ((finding, None) for finding in group)


def _alike(group: Iterable[Finding], finding: Finding) -> list[Finding]:
    return [each for each in group if finding.dataset in ("", each.dataset) or not each.dataset]


def _kind(old: Finding | None, new: Finding | None) -> Kind | None:
    """Return in what a finding has changed, or None where it says the same."""
    before, after = (each.verdict if each else None for each in (old, new))
    open_ = {None, Verdict.SKIP, Verdict.UNDECIDED}
    if before is not after and not (before in open_ and after in open_):
        match after:
            case Verdict.FAIL:
                return Kind.FAILED
            case Verdict.ERROR:
                return Kind.ERRED
            case Verdict.PASS:
                return Kind.FIXED if before is Verdict.FAIL else Kind.SETTLED
            case _:
                return Kind.LEFT_OPEN
    if old is None or new is None:
        return None if after in open_ and before in open_ else Kind.CLAIMED
    if old.claimed != new.claimed:
        return Kind.CLAIMED
    if before is not after:  # one of them was measured
        return Kind.OPEN
    if (old.known is None) is not (new.known is None):
        return Kind.KNOWN
    return Kind.MEASURED if old.measured != new.measured else None


def _environment(a: Run, b: Run) -> Iterator[Setting]:
    old, new = _named(a), _named(b)
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield Setting(name, old.get(name, ""), new.get(name, ""))


def _named(run: Run) -> dict[str, str]:
    """Return all under which a Run was made, by name."""
    packages = run.environment.get("packages", {})
    others = {name: value for name, value in run.environment.items() if name != "packages"}
    said = {"zoo": run.version, "arguments": " ".join(run.arguments), **others, **packages}
    return {name: show(value) for name, value in said.items()}


def _subjects(a: Run, b: Run) -> Iterator[Setting]:
    old = {subject.model: _of(subject) for subject in a.subjects}
    for subject in b.subjects:
        if subject.model in old:
            before, after = old[subject.model], _of(subject)
            for name, now in after.items():
                was = before.get(name, "")
                if was and now and was != now:  # what is only known in one of them is no change
                    yield Setting(name, was, now, subject.model)


def _of(subject: SubjectRecord) -> Mapping[str, str]:
    own = {
        "source": subject.source,
        "weights": str(subject.weights.digest) if subject.weights else "",
    }
    return own | {name: show(value) for name, value in (subject.preprocessing or {}).items()}
