"""Which pages a site about a Run has, in which order, and what each is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass, replace

from zoo import escape
from zoo.findings import GRAVEST_FIRST, Finding, Verdict, by_model
from zoo.reports import Reason, in_brackets
from zoo.reports._models import Model, Row, models
from zoo.reports._words import number
from zoo.run import Run

MATTERING = ("parameters", "flops", "top-1", "top-5")  # claims by which collections are compared
TAKEN = ("index", "readme")  # names that make a page the first of its folder


@dataclass(frozen=True, slots=True)
class Collection:
    """A page about the models of a collection; ``file`` is its name without folder and ending."""

    name: str
    file: str
    models: tuple[Page, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page about a model.

    Attributes:
        verdict: the gravest, of those claims that were tested if any was.
        known: whether the baseline knows all claims that have it.
        counts: how many claims have each verdict, in the order of ``Verdict``.
        known_claims: how many claims the baseline knows, of any verdict.
        place: the file that most of its claims are made in.
    """

    name: str
    file: str
    verdict: Verdict
    known: bool
    counts: tuple[int, ...]
    known_claims: int
    in_collection: str
    place: str
    rows: tuple[Row, ...]
    wrong: tuple[str, ...]
    reasons: tuple[Reason, ...]
    evidence: tuple[tuple[str, str], ...]
    again: str


def pages(run: Run) -> list[Page]:
    """Return the models, the gravest verdict first, what is known of it last, then by name."""
    own = by_model(run.findings)
    found = sorted(models(run), key=lambda model: model.name)
    stems = escape.file_names((model.name for model in found), TAKEN)
    pages = [_page(model, stems[model.name], own[model.name]) for model in found]
    return sorted(pages, key=lambda page: (GRAVEST_FIRST.index(page.verdict), page.known))


def _page(model: Model, file: str, findings: Sequence[Finding]) -> Page:
    place = Counter(row.place.rpartition(":")[0] for row in model.rows).most_common(1)[0][0]
    counted = Counter(finding.verdict for finding in findings)
    return Page(
        name=model.name,
        file=file,
        verdict=model.verdict,
        known=model.known,
        counts=tuple(counted[verdict] for verdict in Verdict),
        known_claims=sum(finding.known is not None for finding in findings),
        in_collection=model.collection,
        place=place,
        rows=tuple(_joined(_in_short(row, place) for row in model.rows)),
        wrong=model.wrong,
        reasons=model.reasons,
        evidence=model.evidence,
        again=model.again,
    )


def _in_short(row: Row, place: str) -> Row:
    """Return a row that gives only the line in a file that is named above the table."""
    path, _, line = row.place.rpartition(":")
    return replace(row, place=f"line {line}") if path == place else row


def _joined(rows: Iterable[Row]) -> list[Row]:
    """Return rows in which claims of one kind that were not tested, or in vain, are together."""
    together: dict[tuple[object, ...], list[Row]] = {}
    for place, row in enumerate(rows):
        alike = row.verdict in (Verdict.SKIP, Verdict.ERROR) and not row.measured
        key = (row.what, row.verdict, row.known, "" if alike else place)
        together.setdefault(key, []).append(row)
    return [
        replace(first, claimed=", ".join(row.claimed for row in (first, *more)))
        for first, *more in together.values()
    ]


def collections(pages: Iterable[Page]) -> list[Collection]:
    """Return the collections by name, without the models that are of none."""
    members: dict[str, list[Page]] = {}
    for page in pages:
        if page.in_collection:
            members.setdefault(page.in_collection, []).append(page)
    stems = escape.file_names(sorted(members), TAKEN)
    return [
        Collection(name, stem, tuple(members[name]), _sum(members[name]))
        for name, stem in stems.items()
    ]


def _sum(pages: Iterable[Page]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(page.counts for page in pages), strict=True)))


def total(pages: Sequence[Page], outdated: Sized = ()) -> dict[str, str]:
    """Return in words how many models and findings there are, and what came of them."""
    counts = dict(zip(Verdict, _sum(pages), strict=True)) if pages else {}
    said = [f"{counts[each]:,} {each}" for each in GRAVEST_FIRST if counts.get(each)]
    known = in_brackets(sum(page.known_claims for page in pages), len(outdated))
    summary = f"{', '.join(said) or 'nothing was selected'} {known}".rstrip()
    total = f"{number(len(pages), 'model')}, {number(sum(counts.values()), 'finding')}"
    return {"total": total, "summary": summary}


def compared(pages: Iterable[Page]) -> list[str]:
    """Return what most people compare models by, as far as it is claimed."""
    claimed = {(row.metric, row.what) for page in pages for row in page.rows}
    return [what for metric in MATTERING for own, what in sorted(claimed) if own == metric]
