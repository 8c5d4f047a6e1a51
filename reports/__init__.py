"""How we say it: one module a format, each of which turns a Run into text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sized
from dataclasses import dataclass, replace

from zoo.catalog import Catalog
from zoo.findings import GRAVEST_FIRST, Finding, Verdict
from zoo.run import Run


@dataclass(frozen=True, slots=True)
class Style:
    """How the place that a report goes to shows text.

    Attributes:
        colour: whether it understands colours.
        width: in characters.
        folder: whether it takes several pages.
    """

    colour: bool = False
    width: int = 100
    folder: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """One format.

    Attributes:
        render: from a Run to pages by file name; the first is the one to begin with.
        many: whether there may be several pages, so that they go into a folder.
    """

    render: Callable[[Run, Style], Mapping[str, str]]
    many: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """What is to be said of findings beyond their values, once for all that share it.

    Attributes:
        cause: why a wrong value is as it is, or empty.
        known: what the baseline says of them, or empty.
    """

    verdict: Verdict
    metrics: str
    message: str
    hint: str = ""
    cause: str = ""
    known: str = ""

    @property
    def mark(self) -> str:
        """The verdict, and whether it is known: what a filter goes by."""
        return marked(self.verdict, known=bool(self.known))


def reasons(findings: Iterable[Finding]) -> list[Reason]:
    """Return why findings are not PASS, or what to do all the same, the gravest first."""
    shared: dict[tuple[Verdict, str, str, str], list[str]] = {}
    for finding in findings:
        if finding.verdict is not Verdict.PASS or finding.hint:
            key = (finding.verdict, finding.message, finding.hint, known_words(finding))
            names = shared.setdefault(key, [])
            if (name := finding.what) not in names:
                names.append(name)
    found = [
        Reason(verdict, ", ".join(metrics), message, hint, known=known)
        for (verdict, message, hint, known), metrics in shared.items()
    ]
    return sorted(found, key=lambda each: (GRAVEST_FIRST.index(each.verdict), bool(each.known)))


def standing(finding: Finding) -> str:
    """Return the verdict, and whether the baseline knows it: ``FAIL known``."""
    return marked(finding.verdict, known=finding.known is not None)


def marked(verdict: Verdict, *, known: bool) -> str:
    """Return a verdict, and whether the baseline knows what it is of: ``FAIL known``."""
    return f"{verdict} known" if known else verdict.value


def known_words(finding: Finding) -> str:
    """Return what the baseline says of a finding beyond its message, or nothing.

    It is ``known`` alone where the message says the reason already.
    """
    said = f"{finding.message} {finding.hint}"
    return finding.known.words(said) if finding.known else ""


def known_of(findings: Iterable[Finding], outdated: Sized = ()) -> str:
    """Return how many findings the baseline knows, and what of it is outdated, or nothing.

    It is for instance ``(3 known, 1 outdated)``.
    """
    return in_brackets(sum(finding.known is not None for finding in findings), len(outdated))


def in_brackets(known: int, outdated: int = 0) -> str:
    """Return what is said, behind the counts of verdicts, of findings and entries."""
    counts = {"known": known, "outdated": outdated}
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    return f"({said})" if said else ""


def folded(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings as rows: what holds of one metric is one row where its claims are texts.

    Texts that hold, such as a list of components, say nothing that the page does not say; numbers
    are measured, and each is a row of its own. The row stands where the first of them would.
    """
    rows: dict[tuple[str, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        folds = finding.verdict is Verdict.PASS and isinstance(finding.claimed, str)
        own = "" if folds else str(number)
        rows.setdefault((finding.model, finding.rule, finding.what, own), []).append(finding)
    return [_row(together) for together in rows.values()]


def _row(findings: list[Finding]) -> Finding:
    first, *more = findings
    if not more:
        return first
    total = f"{len(findings)} {first.unit or 'claims'}"
    return replace(first, claimed=total, measured=total)


REPORTS: Catalog[Report] = Catalog("zoo.reports", "REPORT")
