"""A job's summary on GitHub, ``>> "$GITHUB_STEP_SUMMARY"``: Markdown, the gravest first.

GitHub drops a summary of more than 1 MiB as a whole, so that this one stays below a million bytes:
each section says how many of its rows are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zoo import escape
from zoo.findings import Finding, Verdict, by_model, show
from zoo.reports import Report, Style, _words, known_words
from zoo.reports._identity import gravest, named
from zoo.run import Run

MOST_BYTES = 1_000_000
NOTES = 4_000  # bytes kept free for the headings and for what is said of rows left out
LONGEST_CELL = 400
MOST_NAMED = 20  # models that share a reason
TITLES = {
    Verdict.ERROR: "What could not be told",
    Verdict.UNDECIDED: "What is undecided",
    Verdict.SKIP: "What was not tested",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and a table below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # cells that are Markdown already


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the page as ``summary.md``."""
    sections = [
        _outdated(run),
        _wrong(run),
        *(_open(run, verdict) for verdict in TITLES),
        _models(run),
    ]
    head = [f"## zoo verify: {_words.counts(run)}", ""]
    free = MOST_BYTES - NOTES
    lines = [*head, *_written([each for each in sections if each.rows], free)]
    lines.append(f"Measured on {run.started} by zoo {escape.markdown(_cut(run.version))}.")
    return {"summary.md": "\n".join(lines) + "\n"}


def _written(sections: Iterable[Section], free: int) -> Iterator[str]:
    """Yield the sections' lines, with as many rows as fit into the bytes that are free."""
    for section in sections:
        yield f"### {section.title}"
        yield ""
        yield f"| {' | '.join(section.columns)} |"
        yield "|" + ":--|" * len(section.columns)
        shown = 0
        for row in section.rows:
            line = f"| {' | '.join(row)} |"
            size = len(line.encode()) + 1
            if size > free:
                break
            free -= size
            shown += 1
            yield line
        yield ""
        if shown < len(section.rows):
            yield f"*{len(section.rows) - shown:,} of {len(section.rows):,} rows are left out.*"
            yield ""


def _wrong(run: Run) -> Section:
    """Return the wrong claims, those that the baseline knows last."""
    wrong = [pair for pair in named(run) if pair[0].verdict is Verdict.FAIL]
    some_known = any(finding.known for finding, _ in wrong)
    rows = tuple(
        (
            escape.code(_cut(finding.model)),
            escape.markdown(_cut(name)),
            escape.markdown(_cut(show(finding.claimed, finding.unit))),
            escape.markdown(_cut(show(finding.measured, finding.unit))),
            escape.code(_cut(str(finding.location))),
            escape.markdown(_cut(_because(finding.message, finding.hint))),
            *([escape.markdown(_cut(known_words(finding)))] if some_known else []),
        )
        for finding, name in gravest(wrong)
    )
    columns = ("model", "metric", "claimed", "measured", "place", "message")
    known = ("known",) if some_known else ()
    return Section(f"Wrong claims: {len(rows):,}", columns + known, rows)


def _outdated(run: Run) -> Section:
    rows = tuple(
        (escape.code(_cut(str(entry.location))), escape.code(_cut(entry.model)),
         escape.markdown(_cut(entry.rule)), escape.markdown(_cut(entry.message)))
        for entry in run.outdated
    )  # fmt: skip
    columns = ("place", "model", "rule", "message")
    return Section(f"Outdated in the baseline: {len(rows):,}", columns, rows)


def _because(message: str, hint: str, known: str = "") -> str:
    told = f"{message} → {hint}" if hint else message
    return f"{told}; {known}" if known else told


def _open(run: Run, verdict: Verdict) -> Section:
    """Return the findings of a verdict, those of one reason in a row, the commonest first."""
    shared: dict[tuple[str, str, str], list[tuple[Finding, str]]] = {}
    for finding, name in named(run):
        if finding.verdict is verdict:
            reason = (*_words.reason(finding), known_words(finding))
            shared.setdefault(reason, []).append((finding, name))
    rows = tuple(
        (
            _listed(escape.code(_cut(finding.model)) for finding, _ in pairs),
            _listed(escape.markdown(_cut(name)) for _, name in pairs),
            escape.markdown(_cut(_because(*reason))),
        )
        for reason, pairs in sorted(shared.items(), key=lambda item: -len(item[1]))
    )
    count = sum(map(len, shared.values()))
    return Section(f"{TITLES[verdict]}: {count:,}", ("models", "claims", "reason"), rows)


def _listed(texts: Iterable[str]) -> str:
    """Return texts once each, the first of them if there are many."""
    once = list(dict.fromkeys(texts))
    more = f" and {len(once) - MOST_NAMED:,} more" if len(once) > MOST_NAMED else ""
    return ", ".join(once[:MOST_NAMED]) + more


def _models(run: Run) -> Section:
    verdicts = list(Verdict)
    rows = []
    for model, findings in by_model(run.findings).items():
        counts = Counter(finding.verdict for finding in findings)
        cells = (str(counts[verdict] or "") for verdict in verdicts)
        rows.append((escape.code(_cut(model)), *cells))
    return Section(f"Models: {len(rows):,}", ("model", *map(str, verdicts)), tuple(rows))


def _cut(text: str) -> str:
    return escape.short(text, LONGEST_CELL)


REPORT = Report(render)
