"""What a page to look at says of each model, before it is written in any markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any

from zoo import escape
from zoo.findings import GRAVEST_FIRST, Finding, Verdict, by_model, show
from zoo.reports import Reason, folded, marked, reasons
from zoo.reports._again import command
from zoo.run import Run, SubjectRecord

ASSURANCES = {
    "sha256": "equal to the whole digest that is declared",
    "prefix": "equal to the digits in the file's name: a label, not a proof",
    "unpinned": "nothing to compare it with",
    "mismatch": "not the file that the page means",
}


@dataclass(frozen=True, slots=True)
class Deviation:
    """The measured number of a model that is furthest from its claim, as a share of the claim.

    Attributes:
        points: how far it is, of what is in percent itself; None for all else.
    """

    what: str
    share: float
    points: float | None = None

    def __str__(self) -> str:
        if self.points is not None:
            return f"{self.points:+,.3g} points {self.what}"
        return f"{100 * self.share:+,.3g} % {self.what}"


@dataclass(frozen=True, slots=True)
class Row:
    """One claim, or several texts of one metric that all hold, as texts.

    Attributes:
        known: ``known`` where the baseline knows it, else empty.
        what: the metric, and the dataset of an accuracy.
    """

    verdict: Verdict
    known: str
    what: str
    metric: str
    claimed: str
    measured: str
    deviation: str
    tolerance: str
    place: str

    @property
    def mark(self) -> str:
        """The verdict, and whether it is known: what a filter goes by."""
        return marked(self.verdict, known=bool(self.known))


@dataclass(frozen=True, slots=True)
class Model:
    """All findings on one model.

    Attributes:
        verdicts: those that its findings have, the gravest first.
        known: whether the baseline knows all its findings of its own verdict.
        wrong: the metrics whose claims FAIL; ``(known)`` follows where the baseline knows all.
        deviation: the greatest, or None where no number was measured.
        held: how many of its claims are borne out.
        total: how many claims it has.
        rows: its claims, the gravest verdict first.
        reasons: why its claims are not PASS, and what to do about it.
        evidence: what was measured, how, and under which conditions: names and texts.
        again: the command that tests it once more.
    """

    name: str
    collection: str
    verdicts: tuple[Verdict, ...]
    known: bool
    wrong: tuple[str, ...]
    deviation: Deviation | None
    held: int
    total: int
    rows: tuple[Row, ...]
    reasons: tuple[Reason, ...]
    evidence: tuple[tuple[str, str], ...]
    again: str

    @property
    def verdict(self) -> Verdict:
        """The gravest, of those claims that were tested if any was."""
        return _headline(self.verdicts)

    @property
    def marks(self) -> list[str]:
        """The verdicts of its claims, and whether the baseline knows any."""
        return [*self.verdicts, *(["known"] if any(row.known for row in self.rows) else [])]

    @property
    def texts(self) -> list[tuple[str, str]]:
        """What is said of its claims, for a search: the mark, and the words."""
        parts: list[Row | Reason] = [*self.rows, *self.reasons]
        return [(part.mark, escape.terminal(_words(part))) for part in parts]


def _words(part: Row | Reason) -> str:
    return " ".join(getattr(part, field.name) for field in fields(part))


def models(run: Run) -> list[Model]:
    """Return the models of a Run, those with the gravest verdict first, else in its order.

    Of one verdict, what the baseline knows comes last, here and among the claims of a model.
    """
    subjects = {subject.model: subject for subject in run.subjects}
    found = [_model(run, own, subjects.get(name)) for name, own in by_model(run.findings).items()]
    return sorted(found, key=lambda model: _rank(model.verdict, model.known))


def _headline(verdicts: Iterable[Verdict]) -> Verdict:
    tested = (verdict for verdict in verdicts if verdict is not Verdict.SKIP)
    return min(tested, key=GRAVEST_FIRST.index, default=Verdict.SKIP)


def _rank(verdict: Verdict, known: object) -> tuple[int, bool]:
    return GRAVEST_FIRST.index(verdict), bool(known)


def _model(run: Run, findings: list[Finding], subject: SubjectRecord | None) -> Model:
    name = findings[0].model
    arguments = (subject.arguments if subject else ()) or run.arguments
    verdicts = [finding.verdict for finding in findings]
    gravest = _headline(verdicts)
    rows = [_row(finding) for finding in folded(findings)]
    return Model(
        name=name,
        collection=subject.collection if subject else "",
        verdicts=tuple(verdict for verdict in GRAVEST_FIRST if verdict in verdicts),
        known=all(f.known is not None for f in findings if f.verdict is gravest),
        wrong=tuple(_wrong(findings)),
        deviation=max(_deviations(findings), key=lambda found: abs(found.share), default=None),
        held=verdicts.count(Verdict.PASS),
        total=sum(finding.is_claim for finding in findings),
        rows=tuple(sorted(rows, key=lambda row: _rank(row.verdict, row.known))),
        reasons=tuple(_reasons(findings)),
        evidence=(*_of_subject(subject), *_methods(findings)),
        again=command(["zoo", "verify", *arguments, *(["--"] if name[:1] == "-" else []), name]),
    )


def _wrong(findings: Iterable[Finding]) -> Iterator[str]:
    known: dict[str, bool] = {}
    for finding in findings:
        if finding.verdict is Verdict.FAIL:
            known[finding.what] = known.get(finding.what, True) and finding.known is not None
    return (f"{what} (known)" if all_known else what for what, all_known in known.items())


def _deviations(findings: Iterable[Finding]) -> Iterator[Deviation]:
    for finding in findings:
        if finding.deviation is None or not isinstance(finding.claimed, int | float):
            continue
        with suppress(ArithmeticError):  # of nothing there is no share; of what is huge neither
            share = finding.deviation / abs(finding.claimed)
            points = float(finding.deviation) if finding.unit == "%" else None
            yield Deviation(finding.what, share, points)


def _reasons(findings: list[Finding]) -> Iterator[Reason]:
    causes = {finding.message: finding.cause for finding in findings if finding.cause}
    for reason in reasons(findings):
        yield replace(reason, cause=show(causes.get(reason.message)))
    for finding in folded(findings):
        if finding.verdict is Verdict.PASS and not finding.hint and _remarks(finding, findings):
            yield Reason(finding.verdict, finding.what, finding.message)


def _remarks(row: Finding, findings: list[Finding]) -> bool:
    """Return whether the message of a row says more than its values, and is not that of many."""
    return ";" in row.message and row in findings


def environment(run: Run) -> str:
    """Return on what a Run was made: versions and devices."""
    rest = {name: value for name, value in run.environment.items() if name != "packages"}
    named = {**rest, **run.environment.get("packages", {})}
    return ", ".join(f"{name.replace('_', ' ')} {show(value)}" for name, value in named.items())


def _row(finding: Finding) -> Row:
    return Row(
        finding.verdict,
        "known" if finding.known else "",
        finding.what,
        finding.metric or finding.rule,
        show(finding.claimed, finding.unit),
        show(finding.measured, finding.unit),
        _signed(finding.deviation),
        _tolerance(finding.tolerance),
        str(finding.location),
    )


def _signed(deviation: float | None) -> str:
    return "" if deviation is None else ("" if deviation < 0 else "+") + show(deviation)


def _tolerance(policy: Mapping[str, Any] | None) -> str:
    if policy is None:
        return ""
    parts = [f"±{show(policy['absolute'])}"] if policy["absolute"] else []
    if policy["relative"]:
        parts.append(f"±{100 * policy['relative']:g} %")
    return " or ".join(parts) or "exact"


def _of_subject(subject: SubjectRecord | None) -> Iterator[tuple[str, str]]:
    if subject is None:
        return
    yield "built from", subject.source
    if subject.weights is not None:
        yield "weights", subject.weights.url
        yield "SHA-256", subject.weights.digest.hex
        yield "assurance", ASSURANCES[subject.weights.assurance]
        yield "size", f"{show(subject.weights.size)} bytes"
    if subject.preprocessing:
        yield "preprocessing", show(subject.preprocessing)


def _methods(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    measured = {finding.what: finding for finding in findings if finding.method}
    for what, finding in measured.items():
        conditions = (f"; {name} {show(value)}" for name, value in finding.conditions.items())
        yield what, finding.method + "".join(conditions)
