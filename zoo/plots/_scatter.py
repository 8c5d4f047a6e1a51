"""Claimed accuracy against what it costs: a mark a model, which says what came of both claims."""

from __future__ import annotations

from dataclasses import dataclass

from zoo import escape
from zoo.findings import GRAVEST_FIRST, Finding, Verdict, show
from zoo.plots import _axis
from zoo.plots._canvas import Canvas, Plot
from zoo.plots._points import claimed_of, gravest, in_words, models, numeric, tally
from zoo.run import Run

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 64, 56
LONGEST_NAME = 30  # of a dataset, beside its axis
_COSTS = {"flops": "multiply-adds", "parameters": "parameters"}


@dataclass(frozen=True, slots=True)
class _Point:
    model: str
    verdict: Verdict
    cost: Finding
    accuracy: Finding


def accuracy_against(run: Run, metric: str) -> Plot | None:
    """Return claimed Top-1 over a claimed cost of all models that claim both; None without any."""
    known = numeric(run, ("top-1", metric))
    points = [
        _Point(model, gravest(both.values()), both[metric], both["top-1"])
        for model, both in known.items()
        if len(both) == 2
    ]
    if not points:
        return None
    counted = tally(point.verdict for point in points)
    accuracy, every = _accuracy(points), {finding.model for finding in run.findings}
    title = f"Claimed {accuracy} against claimed {_COSTS[metric]}"
    alt = _alt(title, points, len(every))
    canvas = Canvas.blank(f"accuracy-{metric}", WIDTH, HEIGHT, title, alt)
    canvas.legend(48, counted)
    across = _axis.counts([claimed_of(p.cost) for p in points], LEFT, WIDTH - RIGHT)
    up = _axis.linear([claimed_of(p.accuracy) for p in points], HEIGHT - BOTTOM, TOP, most=100)
    canvas.grid(across, up)
    _name_axes(canvas, f"{_COSTS[metric]}, as claimed", f"{accuracy} in %, as claimed")
    places = [
        (p.verdict, across.place(claimed_of(p.cost)), up.place(claimed_of(p.accuracy)), _words(p))
        for p in points
    ]
    canvas.points(GRAVEST_FIRST[::-1], places)
    return canvas.plot(title, alt)


def _accuracy(points: list[_Point]) -> str:
    """Return what is drawn upwards: ``Top-1 on ImageNet``."""
    dataset = points[0].accuracy.dataset
    return f"Top-1 on {escape.short(dataset, LONGEST_NAME)}" if dataset else "Top-1"


def _name_axes(canvas: Canvas, across: str, up: str) -> None:
    """Write what the axes are, in their units."""
    ink = canvas.layer("ink")
    canvas.text(ink, WIDTH - RIGHT, HEIGHT - 14, across, "end")
    turned = canvas.text(ink, 0, 0, up, "end")
    turned.set("transform", f"translate(18 {TOP}) rotate(-90)")


def _words(point: _Point) -> str:
    lines = [
        f"{finding.verdict} {finding.what}: claimed {show(finding.claimed, finding.unit)}"
        + ("" if finding.measured is None else f", measured {show(finding.measured, finding.unit)}")
        for finding in (point.accuracy, point.cost)
    ]
    return "; ".join([point.model, *lines])


def _alt(title: str, points: list[_Point], total: int) -> str:
    counted = in_words(tally(point.verdict for point in points))
    left = total - len(points)
    rest = f" {models(left)} without both claims: not shown." if left else ""
    return (
        f"{title} of {models(len(points))}, each with the gravest verdict on both claims:"
        f" {counted}.{rest}"
    )
