"""How many claims of each kind got which verdict, as bars of one length a kind."""

from __future__ import annotations

from xml.etree.ElementTree import SubElement

from zoo.claims import Metric
from zoo.findings import Finding, Verdict
from zoo.plots._canvas import Canvas, Plot, number
from zoo.plots._points import in_words, tally
from zoo.run import Run

WIDTH, HEAD, ROW, LEFT, LONG = 720, 68, 26, 142, 180
TITLE = "Verdicts by what is claimed"
_ORDER = {metric.value: place for place, metric in enumerate(Metric)}


def verdict_counts(run: Run) -> Plot | None:
    """Return a bar for each metric in the order of the report; None without findings."""
    if not run.findings:
        return None
    by_metric: dict[str, list[Finding]] = {}
    for finding in sorted(run.findings, key=_report_order):
        by_metric.setdefault(finding.metric or finding.rule, []).append(finding)
    total = tally(finding.verdict for finding in run.findings)
    alt = _alt(len(run.findings), total, by_metric)
    height = HEAD + ROW * len(by_metric) + 8
    canvas = Canvas.blank("verdict-counts", WIDTH, height, TITLE, alt)
    canvas.legend(48, total)
    for place, (metric, findings) in enumerate(by_metric.items()):
        counted = tally(finding.verdict for finding in findings)
        _row(canvas, metric, counted, HEAD + ROW * place)
    return canvas.plot(TITLE, alt)


def _report_order(finding: Finding) -> tuple[int, str]:
    known = _ORDER.get(finding.metric or "", len(_ORDER))
    return (known, finding.metric or finding.rule)


def _row(canvas: Canvas, metric: str, counted: dict[Verdict, int], top: float) -> None:
    ink = canvas.layer("ink")
    canvas.text(ink, LEFT - 10, top + 13, metric, "end")
    canvas.text(ink, LEFT + LONG + 10, top + 13, in_words(counted))
    each = LONG / sum(counted.values())
    left = float(LEFT)
    for verdict, n in counted.items():
        _bar(canvas, verdict, left, top, n * each)
        left += n * each


def _bar(canvas: Canvas, verdict: Verdict, left: float, top: float, length: float) -> None:
    """Draw a part of a bar; what was not measured is hollow."""
    hollow = verdict in (Verdict.UNDECIDED, Verdict.SKIP)
    SubElement(
        canvas.layer(verdict.value.lower()),
        "rect",
        {
            "x": number(left + 0.5),
            "y": number(top + 0.5),
            "width": number(max(length - 1.5, 0.8)),
            "height": "17",
            "fill": "none" if hollow else "currentColor",
            "stroke": "currentColor",
        },
    )


def _alt(claims: int, total: dict[Verdict, int], by_metric: dict[str, list[Finding]]) -> str:
    failed = {
        metric: sum(finding.verdict is Verdict.FAIL for finding in findings)
        for metric, findings in by_metric.items()
    }
    worst = max(failed, key=lambda metric: failed[metric])
    most = f" Most of the FAILs are of {worst}: {failed[worst]:,}." if failed[worst] else ""
    return f"{TITLE}: of {claims:,} findings {in_words(total)}.{most}"
